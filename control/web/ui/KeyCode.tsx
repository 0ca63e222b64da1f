import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { keyCodeOf } from '@sallyport/protocol';
import type { Credential } from '@sallyport/protocol';

interface KeyCodeProps {
  passkey: Credential;
  /** For the one code that a page is about. */
  big?: boolean;
}

/** A passkey's code, for two people to compare: one reads it aloud, the other sees it. */
export function KeyCode({ passkey, big = false }: KeyCodeProps): ReactNode {
  const { id, publicKey } = passkey;
  const [code, setCode] = useState<string>();
  useEffect(() => {
    let wanted = true;
    void keyCodeOf({ id, publicKey }).then((read) => {
      if (wanted) setCode(read);
    });
    return () => {
      wanted = false;
    };
  }, [id, publicKey]);
  if (code === undefined) return null;
  return (
    <span className={big ? 'app-key-code app-key-code--big' : 'app-key-code'}>
      <span data-testid="key-code" aria-hidden="true">
        {code}
      </span>
      {/* Read letter by letter, not as a word. */}
      <span className="nhsuk-u-visually-hidden">{code.replaceAll(/\S(?=.)/g, '$& ')}</span>
    </span>
  );
}
