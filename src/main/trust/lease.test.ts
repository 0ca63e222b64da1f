import { describe, expect, test } from 'vitest';
import { leaseCheckDelay, leaseStanding, noteTime, renewLease } from './lease.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';

const hour = 3_600_000;
const start = 1_800_000_000_000;
const hours = { suspendAfterHours: 24, eraseAfterHours: 72 };
const lease = { lastContact: start, highWater: start };

describe('S21 the lease', () => {
  test.each([
    [0, 'held'],
    [24 * hour - 1, 'held'],
    [24 * hour, 'suspend'],
    [72 * hour - 1, 'suspend'],
    [72 * hour, 'erase'],
    [1000 * hour, 'erase'],
  ])('after %d ms out of contact: %s', (passed, standing) => {
    expect(leaseStanding(lease, hours, start + passed)).toBe(standing);
  });

  test('a clock set back gains nothing', () => {
    expect(leaseStanding({ ...lease, highWater: start + 73 * hour }, hours, start - 1000 * hour)).toBe('erase');
  });

  test('an erase-after that is not above suspend-after erases', () => {
    expect(leaseStanding(lease, { suspendAfterHours: 24, eraseAfterHours: 24 }, start + 24 * hour)).toBe('erase');
  });

  test('contact renews it, by the clock of that moment', () => {
    const kept = keptInMemory({ lastContact: start, highWater: start + 500 * hour });
    renewLease(kept, start + hour + 0.5);
    expect(kept.value).toEqual({ lastContact: start + hour, highWater: start + hour });
  });

  test('the time is noted every quarter of an hour, not more often', () => {
    const kept = keptInMemory(lease);
    noteTime(kept, start + 14 * 60_000);
    expect(kept.value.highWater).toBe(start);
    noteTime(kept, start + 15 * 60_000);
    expect(kept.value.highWater).toBe(start + 15 * 60_000);
  });

  test('it is looked at again when it changes, at the latest after a quarter of an hour', () => {
    expect(leaseCheckDelay(lease, hours, start)).toBe(15 * 60_000);
    expect(leaseCheckDelay(lease, hours, start + 24 * hour - 5000)).toBe(5000);
    expect(leaseCheckDelay(lease, hours, start + 100 * hour)).toBe(15 * 60_000);
  });
});
