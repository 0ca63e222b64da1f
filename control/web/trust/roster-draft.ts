import { differenceOfRosters } from '@sallyport/protocol';
import type { ConsoleInput, Roster, TrustChange } from '@sallyport/protocol';
import { readEndDay } from './end-day.ts';
import { errorsOfPeople, peopleOf } from './people-draft.ts';
import type { DraftError, DraftPerson } from './people-draft.ts';

/** A site's next list of people, as far as it is written. */
export interface RosterDraft {
  people: readonly DraftPerson[];
  /** The last day it is valid, `YYYY-MM-DD`. */
  endDay: string;
}

type ProposedRoster = ConsoleInput<'proposeRoster'>['body'];

/**
 * Checks a site's next list before it is proposed.
 * @param now control's time, milliseconds since the epoch
 * @returns what is proposed, or what is wrong in the order of the page
 */
export function checkRoster(
  draft: RosterDraft,
  now: number,
): { ok: true; value: ProposedRoster } | { ok: false; errors: readonly DraftError[] } {
  const people = peopleOf(draft.people);
  const end = readEndDay(draft.endDay, 'roster', now);
  const errors: readonly DraftError[] = [
    ...errorsOfPeople('roster', draft.people),
    ...(end.ok ? [] : [{ field: 'end-day', words: end.words }]),
  ];
  return !end.ok || errors.length > 0 ? { ok: false, errors } : { ok: true, value: { people, notAfter: end.notAfter } };
}

/**
 * What a proposed list changes of the one in force.
 * @param current the list in force; undefined for a site that has none yet
 */
export function changesOfRoster(
  current: Roster | undefined,
  { people, notAfter }: ProposedRoster,
): readonly TrustChange[] {
  if (current !== undefined) return differenceOfRosters(current, { ...current, people, notAfter });
  return people.map((person) => ({ change: 'person-added', of: { list: 'roster' }, person }));
}
