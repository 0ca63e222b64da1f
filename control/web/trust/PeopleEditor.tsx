import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Select, TextInput } from 'nhsuk-react-components';
import type { Person } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import type { FormField } from '../ui/form-field.ts';
import { SmallButton } from '../ui/SmallButton.tsx';
import { InvitedOffer } from './InvitedOffer.tsx';
import { addable, isLong, listField, newPasskeyFor, shownOf, withPerson } from './people-draft.ts';
import type { DraftPerson, Registered } from './people-draft.ts';
import { PersonEditor } from './PersonEditor.tsx';
import type { PeopleChange } from './PersonEditor.tsx';

interface PeopleEditorProps {
  /** The list's name among the page's fields. */
  list: string;
  /** The list in words, for those who do not see where a button stands. */
  words: string;
  people: readonly DraftPerson[];
  /** The invited who could be put on this list. */
  registered: readonly Registered[];
  /** Everybody who could be put on it with the passkeys they have. */
  named?: readonly Person[];
  field: (id: string) => FormField;
  onPeople: (people: readonly DraftPerson[]) => void;
}

/** A list of people to change: names, leavers, new people, new passkeys. */
export function PeopleEditor(props: PeopleEditorProps): ReactNode {
  const { list, words, people, registered, named = [], field, onPeople } = props;
  const { t } = useSpeech();
  const announce = useAnnounce();
  const { error } = field(listField(list));
  const [needle, setNeedle] = useState('');
  const group = useRef<HTMLDivElement>(null);
  const act = (change: PeopleChange, said: string) => {
    onPeople(change(people));
    announce(said);
    group.current?.focus();
  };
  const add = (person: Person) => {
    act((before) => withPerson(before, person), t('people.added', { name: person.name }));
  };
  const shown = shownOf(people, needle);
  const candidates = named.filter(({ id }) => !people.some((each) => each.id === id));
  return (
    <div
      id={listField(list)}
      ref={group}
      className="app-people-group"
      tabIndex={-1}
      role="group"
      aria-label={words}
      data-testid={`people-${list}`}
    >
      {error === undefined ? null : <p className="nhsuk-error-message">{error}</p>}
      {isLong(people) ? <Search list={list} needle={needle} onNeedle={setNeedle} /> : null}
      {shown.length < people.length ? <p>{t('people.shown', { shown: shown.length, all: people.length })}</p> : null}
      <ul className="app-people">
        {shown.map((person) => (
          <PersonEditor
            key={person.id}
            list={list}
            person={person}
            newPasskey={newPasskeyFor(registered, person)}
            field={field}
            onType={(change) => {
              onPeople(change(people));
            }}
            onAct={act}
          />
        ))}
      </ul>
      {addable(registered, people).map(({ invitation, person }) => (
        <InvitedOffer
          key={invitation}
          person={person}
          onAdd={() => {
            add(person);
          }}
        />
      ))}
      {candidates.length === 0 ? null : <NamedOffer list={list} candidates={candidates} onAdd={add} />}
    </div>
  );
}

interface SearchProps {
  list: string;
  needle: string;
  onNeedle: (needle: string) => void;
}

function Search({ list, needle, onNeedle }: SearchProps) {
  const { t } = useSpeech();
  return (
    <TextInput
      id={`${list}-search`}
      name={`${list}-search`}
      label={t('people.search')}
      value={needle}
      autoComplete="off"
      width="20"
      onChange={(event: { target: { value: string } }) => {
        onNeedle(event.target.value);
      }}
    />
  );
}

interface NamedOfferProps {
  list: string;
  candidates: readonly Person[];
  onAdd: (person: Person) => void;
}

/** Somebody who holds another role already and takes on this one as well. */
function NamedOffer({ list, candidates, onAdd }: NamedOfferProps) {
  const { t } = useSpeech();
  const [chosen, setChosen] = useState('');
  const person = candidates.find(({ id }) => id === chosen);
  return (
    <div className="app-actions">
      <Select
        id={`${list}-named`}
        name={`${list}-named`}
        label={t('people.named')}
        value={chosen}
        onChange={(event: { target: { value: string } }) => {
          setChosen(event.target.value);
        }}
      >
        <Select.Option value="">{t('book.choose')}</Select.Option>
        {candidates.map(({ id, name }) => (
          <Select.Option key={id} value={id}>
            {name}
          </Select.Option>
        ))}
      </Select>
      <SmallButton
        words={t('people.addNamed')}
        testId={`add-named-${list}`}
        onPress={() => {
          if (person !== undefined) onAdd(person);
          setChosen('');
        }}
      />
    </div>
  );
}
