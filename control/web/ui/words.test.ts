import { describe, expect, test } from 'vitest';
import { isLive, standingOf, wordsForStanding } from './appointments.ts';
import { readChange } from './Changes.tsx';
import { translator } from './messages/catalogue.ts';
import { wordsForPasskeyError } from './passkeys.ts';
import { wordsForTrouble } from './trouble.ts';

const t = translator('en');
const noon = Date.UTC(2026, 0, 5, 12);
const appointment = { cancelledAt: null, phase: 'waiting', waitingSince: null, closesAt: noon + 1000 } as const;

describe('trouble, in words', () => {
  test('says what to do, and when it can be tried again', () => {
    expect(wordsForTrouble({ reason: 'clash' }, t)).toBe(
      'The laptop or the consultant already has an appointment at that time.',
    );
    expect(wordsForTrouble({ reason: 'locked-out', retryAfter: 300 }, t)).toMatch(/again in 300 seconds\.$/);
    expect(wordsForTrouble({ reason: 'unreachable' }, t)).toMatch(/cannot be reached/);
  });

  test('with a passkey depends on what the browser said', () => {
    const named = (name: string) => Object.assign(new Error('secret detail'), { name });
    expect(wordsForPasskeyError(named('NotAllowedError'))).toBe('passkey.notFinished');
    expect(wordsForPasskeyError(named('InvalidStateError'))).toBe('passkey.alreadyRegistered');
    expect(wordsForPasskeyError('nonsense')).toBe('passkey.failed');
  });
});

describe('where an appointment stands', () => {
  test('follows what control says of it', () => {
    expect(standingOf(appointment, noon).name).toBe('booked');
    expect(standingOf({ ...appointment, waitingSince: noon }, noon)).toEqual({ name: 'arrived', since: noon });
    expect(standingOf({ ...appointment, phase: 'debrief', waitingSince: noon }, noon).name).toBe('debrief');
    expect(standingOf({ ...appointment, cancelledAt: noon }, noon).name).toBe('cancelled');
    expect(standingOf(appointment, noon + 1001).name).toBe('over');
  });

  test('says since when a laptop waits', () => {
    expect(wordsForStanding({ name: 'arrived', since: noon }, t)).toBe('Laptop waiting since 12:00');
  });

  test('decides whether there is a room to go to', () => {
    const live = (['booked', 'consult', 'debrief', 'cancelled', 'ended', 'over'] as const).filter((name) =>
      isLive({ name }),
    );
    expect(live).toEqual(['booked', 'consult', 'debrief']);
  });
});

describe('a change that control tells', () => {
  test('is read by the contract', () => {
    expect(readChange('{"topic":"orders"}')).toBe('orders');
    for (const data of ['{"topic":"secrets"}', '{', '{"topic":"orders","more":1}', undefined]) {
      expect(readChange(data)).toBeUndefined();
    }
  });
});
