import type { ReactNode } from 'react';
import type { Person } from '@sallyport/protocol';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';

/** People as a list in force names them, each with the codes of the passkeys that speak for them. */
export function NamedPeople({ people }: { people: readonly Person[] }): ReactNode {
  const { t } = useSpeech();
  return (
    <ul className="app-people">
      {people.map(({ id, name, credentials }) => (
        <li key={id} className="app-people__person" data-testid="named-person" data-person={name}>
          <strong>{name}</strong>
          <span className="app-detail">
            {t('people.codes')}{' '}
            {credentials.map((passkey) => (
              <KeyCode key={passkey.id} passkey={passkey} />
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}
