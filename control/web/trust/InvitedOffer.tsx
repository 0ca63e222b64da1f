import type { ReactNode } from 'react';
import type { Person } from '@sallyport/protocol';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { SmallButton } from '../ui/SmallButton.tsx';

/** Somebody invited who has made a passkey: its code to compare, then a place on the list. */
export function InvitedOffer({ person, onAdd }: { person: Person; onAdd: () => void }): ReactNode {
  const { t } = useSpeech();
  return (
    <div className="app-card" data-testid="invited-offer" data-person={person.name}>
      <p>
        <strong>{person.name}</strong> {t('people.invited')}
      </p>
      <p>
        {t('people.compare', { name: person.name })}{' '}
        {person.credentials.map((passkey) => (
          <KeyCode key={passkey.id} passkey={passkey} />
        ))}
      </p>
      <p>
        <SmallButton words={t('people.add')} hiddenWords={person.name} testId="add-invited" onPress={onAdd} />
      </p>
    </div>
  );
}
