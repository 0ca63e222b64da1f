import { keyCodeOf } from '@sallyport/protocol';
import type { Credential, Person } from '@sallyport/protocol';
import type { Item } from './description.ts';
import type { Words } from './words.ts';

/** Whether the passkeys shown gain power by what is approved, so that their codes must be compared. */
export type Standing = 'new' | 'known';

/** Everybody on a list, each with the key codes of their passkeys. */
export function itemsOf(people: readonly Person[], standing: Standing, words: Words): Promise<Item[]> {
  return Promise.all(
    people.map(async ({ name, credentials }) => ({ text: name, codes: await codesOf(credentials, standing, words) })),
  );
}

/** The same with everybody's number. */
export async function numberedItemsOf(people: readonly Person[], standing: Standing, words: Words): Promise<Item[]> {
  const items = await itemsOf(people, standing, words);
  return items.map((item, index) => ({ ...item, detail: `${words.record.person}: ${people[index]?.id ?? ''}` }));
}

/** The key codes of passkeys, by which people recognise them. */
export function codesOf(
  credentials: readonly Credential[],
  standing: Standing,
  words: Words,
): Promise<NonNullable<Item['codes']>> {
  const label = standing === 'new' ? words.newKeyCode : words.keyCode;
  return Promise.all(credentials.map(async (credential) => ({ label, code: await keyCodeOf(credential) })));
}

/** Names in one line. */
export function namesOf(people: readonly Person[]): string {
  return people.map(({ name }) => name).join(', ');
}
