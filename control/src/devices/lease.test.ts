import { expect, test } from 'vitest';
import { leaseOf } from './lease.ts';

const hour = 60 * 60_000;
const seen = Date.UTC(2026, 10, 22, 9);
const policy = { suspendAfterHours: 168, eraseAfterHours: 720 };

test.each([
  ['held', 0],
  ['held', 84 * hour],
  ['warning', 84 * hour + 1],
  ['warning', 168 * hour - 1],
  ['suspend', 168 * hour],
  ['suspend', 720 * hour - 1],
  ['erase', 720 * hour],
] as const)('S21 a laptop’s lease is shown as %s after %i ms without contact', (standing, silence) => {
  expect(leaseOf(seen, policy, seen + silence)).toEqual({
    standing,
    suspendsAt: seen + 168 * hour,
    erasesAt: seen + 720 * hour,
  });
});

test('S21 the shortest leases: an hour until both', () => {
  expect(leaseOf(seen, { suspendAfterHours: 1, eraseAfterHours: 1 }, seen + hour).standing).toBe('erase');
});
