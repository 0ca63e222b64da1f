import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { checkCustody, dueBounds, newCustody } from './custody-draft.ts';
import type { CustodyDraft } from './custody-draft.ts';

/** 15 July 2026, 09:07 in London. */
const now = Date.UTC(2026, 6, 15, 8, 7);
const draft: CustodyDraft = { holder: ' Nia Nurse ', place: 'B wing, cell 12', due: '2026-07-15T11:30' };
const t = translator('en');

const problems = (changes: Partial<CustodyDraft>) => {
  const checked = checkCustody({ ...draft, ...changes }, now);
  return checked.ok ? [] : checked.problems.map(({ field, say }) => `${field}: ${say(t)}`);
};

describe('taking a laptop out (S44)', () => {
  test('begins with whoever is signed in, due in about two hours by London’s clock', () => {
    expect(newCustody('Nia Nurse', now)).toEqual({ holder: 'Nia Nurse', place: '', due: '2026-07-15T11:15' });
    expect(dueBounds(now)).toEqual({ min: '2026-07-15T09:07', max: '2026-07-22T09:07' });
  });

  test('is who, where and until when, by London’s clock', () => {
    expect(checkCustody(draft, now)).toEqual({
      ok: true,
      value: { holder: 'Nia Nurse', place: 'B wing, cell 12', dueAt: Date.UTC(2026, 6, 15, 10, 30) },
    });
  });

  test('says what is missing', () => {
    expect(problems({ holder: ' ', place: '', due: '' })).toEqual([
      'holder: Enter who takes the laptop',
      'place: Enter where the laptop is taken',
      'due: Enter the day and time when it is due back',
    ]);
  });

  test.each([
    ['2026-07-15T09:07', 'It must be due back in the future'],
    ['2026-07-22T09:08', 'It can be away for at most seven days'],
    [
      '2026-10-25T01:30',
      'That time comes twice on that day, because the clocks go back. Choose a time before 01:00, or 02:00 or later.',
    ],
    ['2027-03-28T01:30', 'That time does not exist on that day, because the clocks go forward. Choose another time.'],
  ])('due %s is refused in words', (due, words) => {
    expect(problems({ due })).toEqual([`due: ${words}`]);
  });

  test('keeps names to a line that can be read', () => {
    expect(problems({ holder: 'N'.repeat(10_000) })[0]).toMatch(/at most 80 characters/);
    expect(problems({ place: 'B\u202Egniw' })[0]).toMatch(/cannot be seen/);
    expect(problems({ place: '🙂 wing' })).toEqual([]);
  });
});
