import { describe, expect, test } from 'vitest';
import { closingWords, heardClosing, saidFor, toldBefore } from './closing.ts';

const closesAt = 1_800_000_000_000;
const known = { closesAt, moreUntil: 0 };

describe('S41 the end of a room', () => {
  test('is said from five minutes before it on', () => {
    expect(closingWords(known, closesAt - toldBefore - 1)).toBeUndefined();
    expect(closingWords(known, closesAt - toldBefore)).toBe('closing');
    expect(closingWords(known, closesAt)).toBe('closing');
  });

  test('that the consultant puts off is said for half a minute, and then when it is near again', () => {
    const now = closesAt - 60_000;
    const later = heardClosing(known, closesAt + 900_000, now);
    expect(closingWords(later, now)).toBe('extended');
    expect(closingWords(later, now + saidFor)).toBeUndefined();
    expect(closingWords(later, later.closesAt - toldBefore)).toBe('closing');
  });

  test('that comes earlier than was thought is not called more time', () => {
    const now = closesAt - 600_000;
    expect(closingWords(heardClosing(known, closesAt - 540_000, now), now)).toBe('closing');
  });
});
