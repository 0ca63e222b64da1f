import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { wordsForPresent, wordsForWaiting } from './waiting-words.ts';

const t = translator('en');
const noon = Date.UTC(2026, 0, 5, 12);

describe('words for who waits', () => {
  test('say since when and for how long', () => {
    const waits = { waitingSince: noon };
    expect(wordsForWaiting({ waitingSince: null }, noon, t)).toBe('The laptop has not joined yet');
    expect(wordsForWaiting(waits, noon - 5000, t)).toBe('Since 12:00, just now');
    expect(wordsForWaiting(waits, noon + 60_000, t)).toBe('Since 12:00, for 1 minute');
    expect(wordsForWaiting(waits, noon + 8 * 60_000, t)).toBe('Since 12:00, for 8 minutes');
  });

  test('say who is with the patient, and when that is not recorded', () => {
    expect(wordsForPresent(null, t)).toBe('Not recorded yet');
    expect(wordsForPresent([], t)).toBe('Nobody else');
    expect(wordsForPresent(['officer', 'interpreter'], t)).toBe('Officer, Interpreter');
  });
});
