import { hasRepeats, person } from '@sallyport/protocol';
import type { Credential, Invitation, Person } from '@sallyport/protocol';
import type { PlainKey } from '../ui/messages/catalogue.ts';

/** A person on a list that is being changed. */
export interface DraftPerson {
  id: string;
  /** As typed. */
  name: string;
  /** The passkeys the next list names. */
  credentials: readonly Credential[];
  /** The person as the list in force names them; undefined for somebody new. */
  before: Person | undefined;
  removed: boolean;
}

/** What is wrong with a field of a draft; the field by its id on the page. */
export interface DraftError {
  field: string;
  words: PlainKey;
}

/** The id of the field that holds the name of somebody on a list. */
export function nameField(list: string, person: string): string {
  return `${list}-name-${person}`;
}

/** The id of a whole list. */
export function listField(list: string): string {
  return `${list}-people`;
}

/** A list to change, from the one in force. */
export function draftPeople(people: readonly Person[]): readonly DraftPerson[] {
  return people.map((before) => ({
    id: before.id,
    name: before.name,
    credentials: before.credentials,
    before,
    removed: false,
  }));
}

/** The list with somebody new at its end; whoever is on it already is not taken twice. */
export function withPerson(draft: readonly DraftPerson[], added: Person): readonly DraftPerson[] {
  if (draft.some(({ id }) => id === added.id)) return draft;
  return [...draft, { ...added, before: undefined, removed: false }];
}

/** The list without somebody: marked while the list in force names them, forgotten otherwise. */
export function withoutPerson(draft: readonly DraftPerson[], id: string): readonly DraftPerson[] {
  return draft
    .filter((each) => each.id !== id || each.before !== undefined)
    .map((each) => (each.id === id ? { ...each, removed: true } : each));
}

/** The list with a person as the list in force names them: whatever was changed of them is forgotten. */
export function withPersonAsBefore(draft: readonly DraftPerson[], id: string): readonly DraftPerson[] {
  return draft.flatMap((each) => (each.id === id && each.before !== undefined ? draftPeople([each.before]) : [each]));
}

/** The list with a person under another name, as typed. */
export function withName(draft: readonly DraftPerson[], id: string, name: string): readonly DraftPerson[] {
  return draft.map((each) => (each.id === id ? { ...each, name } : each));
}

/**
 * The list with a person's new passkey.
 * @param how `instead` of all the others (lost, stolen), or `as-well`
 */
export function withPasskey(
  draft: readonly DraftPerson[],
  id: string,
  passkey: Credential,
  how: 'instead' | 'as-well',
): readonly DraftPerson[] {
  return draft.map((each) => {
    if (each.id !== id) return each;
    return { ...each, credentials: how === 'instead' ? [passkey] : [...each.credentials, passkey] };
  });
}

/** Whether anything of a person is other than in the list in force. */
export function isChanged({ name, credentials, before, removed }: DraftPerson): boolean {
  return removed || before === undefined || name.trim() !== before.name || credentials !== before.credentials;
}

/** The next list's people. */
export function peopleOf(draft: readonly DraftPerson[]): Person[] {
  return draft
    .filter(({ removed }) => !removed)
    .map(({ id, name, credentials }) => ({ id, name: name.trim(), credentials: [...credentials] }));
}

/** What is wrong with the people who stay: a name that is none, too many passkeys, a passkey or person twice. */
export function errorsOfPeople(list: string, draft: readonly DraftPerson[]): readonly DraftError[] {
  const errors = draft.filter(({ removed }) => !removed).flatMap((each) => errorsOf(list, each));
  return hasRepeats(peopleOf(draft)) ? [...errors, { field: listField(list), words: 'people.twice' }] : errors;
}

function errorsOf(list: string, { id, name, credentials }: DraftPerson): DraftError[] {
  const field = nameField(list, id);
  const errors: DraftError[] = [];
  if (name.trim() === '') errors.push({ field, words: 'people.needName' });
  else if (!person.shape.name.safeParse(name.trim()).success) errors.push({ field, words: 'people.badName' });
  if (!person.shape.credentials.safeParse(credentials).success) errors.push({ field, words: 'people.tooManyPasskeys' });
  return errors;
}

/** Somebody who was invited and has made a passkey. */
export interface Registered {
  invitation: string;
  person: Person;
}

/** Those of the invited who have made their passkey and can be named. */
export function registeredOf(invitations: readonly Invitation[]): readonly Registered[] {
  return invitations.flatMap(({ id, person: { id: number, name }, passkey }) =>
    passkey === null ? [] : [{ invitation: id, person: { id: number, name, credentials: [passkey] } }],
  );
}

/** The invited who are not on a list yet. */
export function addable(registered: readonly Registered[], draft: readonly DraftPerson[]): readonly Registered[] {
  return registered.filter(({ person: { id } }) => !draft.some((each) => each.id === id));
}

/** The passkey that somebody on a list made anew and does not have yet. */
export function newPasskeyFor(
  registered: readonly Registered[],
  { id, credentials }: DraftPerson,
): Credential | undefined {
  return registered
    .filter(({ person: named }) => named.id === id)
    .flatMap(({ person: named }) => named.credentials)
    .find((made) => !credentials.some((known) => known.id === made.id));
}

const longList = 30;

/** Whether a list is too long to be read from top to bottom. */
export function isLong(draft: readonly DraftPerson[]): boolean {
  return draft.length > longList;
}

/**
 * The people to show of a long list: everybody who is changed, and the first of those whose names contain what is typed.
 */
export function shownOf(draft: readonly DraftPerson[], needle: string): readonly DraftPerson[] {
  if (!isLong(draft)) return draft;
  const wanted = needle.trim().toLocaleLowerCase('en-GB');
  const unchanged = draft.filter((each) => !isChanged(each));
  const found = unchanged.filter(({ name }) => name.toLocaleLowerCase('en-GB').includes(wanted)).slice(0, longList);
  return draft.filter((each) => isChanged(each) || found.includes(each));
}
