import type { ReactNode } from 'react';

interface BigCodeProps {
  /** As it is shown, in groups. */
  code: string;
  /** On what holds nothing but the code. */
  testId: string;
}

/** A code to be read off and typed somewhere else. */
export function BigCode({ code, testId }: BigCodeProps): ReactNode {
  return (
    <span className="app-key-code app-key-code--big">
      <span data-testid={testId} aria-hidden="true">
        {code}
      </span>
      {/* Read letter by letter, not as a word. */}
      <span className="nhsuk-u-visually-hidden">{code.replaceAll(/\S(?=.)/g, '$& ')}</span>
    </span>
  );
}
