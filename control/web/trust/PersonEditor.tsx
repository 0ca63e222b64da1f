import { useState } from 'react';
import type { ReactNode } from 'react';
import { Tag, TextInput } from 'nhsuk-react-components';
import type { Credential } from '@sallyport/protocol';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import type { FormField } from '../ui/form-field.ts';
import { SmallButton } from '../ui/SmallButton.tsx';
import { isChanged, nameField, withName, withoutPerson, withPasskey, withPersonAsBefore } from './people-draft.ts';
import type { DraftPerson } from './people-draft.ts';

/** A change of a list, from the list as it is then. */
export type PeopleChange = (people: readonly DraftPerson[]) => readonly DraftPerson[];

interface PersonEditorProps {
  list: string;
  person: DraftPerson;
  /** A passkey that the person has made anew and that the list does not name yet. */
  newPasskey: Credential | undefined;
  field: (id: string) => FormField;
  /** A letter was typed: the focus stays where it is. */
  onType: (change: PeopleChange) => void;
  /** A button was pressed, which may be gone now; words say what it did. */
  onAct: (change: PeopleChange, words: string) => void;
}

/** One person of a list that is being changed. */
export function PersonEditor({ list, person, newPasskey, field, onType, onAct }: PersonEditorProps): ReactNode {
  const { t } = useSpeech();
  const name = field(nameField(list, person.id));
  const [isRenaming, setRenaming] = useState(false);
  return (
    <li
      className="app-people__person"
      data-testid="draft-person"
      data-person={person.before?.name ?? person.name}
      data-removed={person.removed}
    >
      <div>
        {isRenaming || name.error !== undefined ? (
          <TextInput
            {...name}
            label={t('people.name')}
            value={person.name}
            autoComplete="off"
            autoFocus={isRenaming}
            width="20"
            onChange={(event: { target: { value: string } }) => {
              const typed = event.target.value;
              onType((people) => withName(people, person.id, typed));
            }}
          />
        ) : (
          <strong id={name.id} tabIndex={-1}>
            {person.name}
          </strong>
        )}{' '}
        <Standing person={person} />
      </div>
      {newPasskey === undefined || person.removed ? null : (
        <NewPasskey person={person} passkey={newPasskey} onAct={onAct} />
      )}
      <PersonActions person={person} isRenaming={isRenaming} onRename={setRenaming} onAct={onAct} />
    </li>
  );
}

interface PersonActionsProps extends Pick<PersonEditorProps, 'person' | 'onAct'> {
  isRenaming: boolean;
  onRename: (isRenaming: boolean) => void;
}

function PersonActions({ person, isRenaming, onRename, onAct }: PersonActionsProps) {
  const { t } = useSpeech();
  const { id, name } = person;
  return (
    <div className="app-actions">
      {person.removed || isRenaming ? null : (
        <SmallButton
          words={t('people.rename')}
          hiddenWords={name}
          testId="rename-person"
          onPress={() => {
            onRename(true);
          }}
        />
      )}
      {person.removed ? null : (
        <SmallButton
          words={t('people.remove')}
          hiddenWords={name}
          testId="remove-person"
          onPress={() => {
            onAct((people) => withoutPerson(people, id), t('people.removedNow', { name }));
          }}
        />
      )}
      {person.before !== undefined && isChanged(person) ? (
        <SmallButton
          words={t('people.undo')}
          hiddenWords={name}
          testId="undo-person"
          onPress={() => {
            onRename(false);
            onAct((people) => withPersonAsBefore(people, id), t('people.undone', { name }));
          }}
        />
      ) : null}
    </div>
  );
}

function Standing({ person }: { person: DraftPerson }) {
  const { t } = useSpeech();
  if (person.removed) return <Tag modifier="red">{t('people.leaves')}</Tag>;
  if (person.before === undefined) {
    return (
      <>
        <Tag modifier="green">{t('people.new')}</Tag>{' '}
        {person.credentials.map((passkey) => (
          <KeyCode key={passkey.id} passkey={passkey} />
        ))}
      </>
    );
  }
  return isChanged(person) ? <Tag modifier="blue">{t('people.changed')}</Tag> : null;
}

interface NewPasskeyProps extends Pick<PersonEditorProps, 'person' | 'onAct'> {
  passkey: Credential;
}

/** A passkey made anew: in place of a lost one, or beside those the person has. */
function NewPasskey({ person, passkey, onAct }: NewPasskeyProps) {
  const { t } = useSpeech();
  const take = (how: 'instead' | 'as-well') => () => {
    const words = t('people.passkeyTaken', { name: person.name });
    onAct((people) => withPasskey(people, person.id, passkey, how), words);
  };
  return (
    <div data-testid="new-passkey">
      <p>
        {t('people.newPasskey', { name: person.name })} <KeyCode passkey={passkey} />
      </p>
      <div className="app-actions">
        <SmallButton
          words={t('people.replacePasskey')}
          hiddenWords={person.name}
          testId="replace-passkey"
          onPress={take('instead')}
        />
        <SmallButton
          words={t('people.addPasskey')}
          hiddenWords={person.name}
          testId="add-passkey"
          onPress={take('as-well')}
        />
      </div>
    </div>
  );
}
