import { describe, expect, test } from 'vitest';
import { noProgress, roomEnd } from '@sallyport/protocol';
import type { Participant } from '@sallyport/protocol';
import { freshRoom } from '../clinic/room-state.ts';
import type { InRoom } from '../clinic/room-state.ts';
import { catalogues, translator } from '../ui/messages/catalogue.ts';
import type { GuestEnd } from './guest-stay.ts';
import {
  headingOfEnd,
  wordsForAway,
  wordsForCode,
  wordsForDistrustOf,
  wordsForOwnMedia,
  wordsForPerson,
  wordsForStanding,
} from './guest-words.ts';

const t = translator('en');
const person = (kind: Participant['kind'], name: string): Participant => ({
  ...{ id: kind, kind, name, site: { id: 's', name: kind === 'device' ? 'HMP Exemplar' : 'Example Infirmary' } },
  proof: { kind: 'guest', join: { statement: 'AA', approvals: [] } },
});
const consultant = person('consultant', 'Dr Rao');
const laptop = person('device', 'HB-07');

describe.each(['en', 'cy'] as const)('S45 every end of a guest’s stay has words in %s', (language) => {
  const ends: GuestEnd[] = [
    ...roomEnd.options,
    ...(['void', 'too-late', 'cancelled', 'replaced', 'not-let-in', 'gone'] as const),
  ];
  test.each(ends)('%s', (end) => {
    expect(catalogues[language][`guest.ended.${end}`].length).toBeGreaterThan(10);
    expect(catalogues[language][headingOfEnd(end)].length).toBeGreaterThan(5);
  });
});

describe('S45 a guest reads', () => {
  test('how many tries a code has left', () => {
    expect(wordsForCode({ kind: 'wrong', triesLeft: 3 }, t)).toContain('3 more times');
    expect(wordsForCode({ kind: 'wrong', triesLeft: 1 }, t)).toContain('once more');
    expect(wordsForCode({ kind: 'wrong', triesLeft: undefined }, t)).toContain('Ask whoever');
    expect(wordsForCode({ kind: 'bad' }, t)).toContain('six');
    expect(wordsForCode({ kind: 'trouble', trouble: { reason: 'unreachable' } }, t)).toContain('cannot be reached');
  });

  test('how the consultation stands, and who is away', () => {
    const room = (changes: Partial<InRoom>): InRoom => ({ ...freshRoom, progress: noProgress, ...changes });
    expect(wordsForStanding(room({ phase: 'waiting' }), t)).toContain('Nobody sees or hears you');
    expect(wordsForStanding(room({ phase: 'consult', participants: [laptop] }), t)).toContain('consultant is away');
    expect(wordsForStanding(room({ phase: 'consult', participants: [consultant] }), t)).toContain('laptop is away');
    const both = room({ phase: 'consult', participants: [consultant, laptop] });
    expect(wordsForStanding(both, t)).toBe('The patient and the consultant see and hear you.');
    expect(wordsForStanding({ ...both, phase: 'debrief' }, t)).toContain('The patient has gone');
  });

  test('who is there, by verified name and role', () => {
    const vouchers = new Map([
      ['device', 'Nia Nurse'],
      ['clinician', 'Dr Rao'],
    ]);
    expect(wordsForPerson(consultant, vouchers, t)).toBe('Dr Rao, consultant, Example Infirmary.');
    expect(wordsForPerson(laptop, vouchers, t)).toContain('laptop HB-07, HMP Exemplar, opened by Nia Nurse');
    expect(wordsForPerson(person('clinician', 'Dr Second'), vouchers, t)).toBe(
      'Dr Second, Second clinician, let in by Dr Rao.',
    );
  });

  test('why they are out of it, and never that they should leave for good', () => {
    expect(wordsForAway({ kind: 'left', reason: 'elsewhere' }, t)).toContain('another window');
    const failed = (trouble: Parameters<typeof wordsForAway>[0] & { kind: 'failed' }) => wordsForAway(trouble, t);
    const of = (trouble: Extract<Parameters<typeof failed>[0], { kind: 'failed' }>['room']['trouble']) =>
      failed({ kind: 'failed', room: { state: 'failed', trouble } });
    expect(of({ kind: 'trust', problem: { kind: 'went-back' } })).toContain('could not confirm');
    expect(of({ kind: 'statement' })).toContain('not the consultant’s approval');
    expect(of({ kind: 'trouble', trouble: { reason: 'not-connected' } })).toContain('server cannot be reached');
    expect(wordsForOwnMedia('media.sendFailed', t)).not.toContain('Leave');
    expect(wordsForOwnMedia('media.denied', t)).toContain('Allow both');
  });

  test('why somebody is kept out', () => {
    expect(wordsForDistrustOf('unknown-credential', t)).toContain('could not be verified');
    expect(wordsForDistrustOf('outdated', t)).toContain('out of date');
  });
});
