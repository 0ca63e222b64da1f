import { describe, expect, test } from 'vitest';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { KeptLease } from './lease.ts';
import { clockBackCost, freshLease, Lease, startCost } from './lease.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';
import type { KeptInMemory } from './testing/kept-in-memory.ts';

const hour = 3_600_000;
const minute = 60_000;
const start = 1_800_000_000_000;
const hours = { suspendAfterHours: 24, eraseAfterHours: 72 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

function leaseOn(
  clock = manualClock(start),
  kept: KeptInMemory<KeptLease> = keptInMemory(freshLease(start)),
  lengths = hours,
) {
  const looks: string[] = [];
  const lease = new Lease({
    kept,
    hours: () => lengths,
    clock,
    onLooked: () => void looks.push(lease.standing),
    log,
  });
  return { lease, clock, kept, looks };
}

/** The machine is switched on again: another uptime, the wall clock as somebody left it. */
function restarted(kept: KeptInMemory<KeptLease>, wall: number, lengths = hours) {
  const next = leaseOn(manualClock(wall), kept, lengths);
  next.lease.countTimeOff();
  return next;
}

describe('S21 the lease while the laptop runs', () => {
  test.each([
    [0, 'held'],
    [24 * hour - 1, 'held'],
    [24 * hour, 'suspend'],
    [72 * hour - 1, 'suspend'],
    [72 * hour, 'erase'],
    [1000 * hour, 'erase'],
  ])('after %d ms out of contact: %s', (passed, standing) => {
    const { lease, clock } = leaseOn();
    clock.pass(passed);
    expect(lease.standing).toBe(standing);
  });

  test.each([
    ['ten years ahead', 10],
    ['ten years back', -10],
  ])('a wall clock set %s changes nothing', (_how, years) => {
    const { lease, clock } = leaseOn();
    clock.setWallClock(start + years * 365 * 24 * hour);
    clock.pass(23 * hour);
    expect(lease.standing).toBe('held');
    clock.pass(hour);
    expect(lease.standing).toBe('suspend');
  });

  test('sleep counts', () => {
    const { lease, clock } = leaseOn();
    clock.sleep(72 * hour);
    expect(lease.standing).toBe('erase');
  });

  test('a length that is the same for both erases', () => {
    const { lease, clock } = leaseOn(undefined, undefined, { suspendAfterHours: 24, eraseAfterHours: 24 });
    clock.pass(24 * hour);
    expect(lease.standing).toBe('erase');
  });

  test('it is looked at in time for each mark, and never later than what is counted may stay unwritten', () => {
    const { lease, clock, looks, kept } = leaseOn();
    lease.watch();
    clock.pass(14 * minute);
    expect([looks.length, kept.value.silent]).toEqual([0, 0]);
    clock.pass(minute);
    expect([looks.length, kept.value.silent]).toEqual([1, 15 * minute]);
    clock.pass(24 * hour - 15 * minute);
    expect(looks.at(-1)).toBe('suspend');
    clock.pass(48 * hour);
    expect(looks.at(-1)).toBe('erase');
  });

  test('stopped, it is looked at no more, whoever is heard from', () => {
    const { lease, clock, looks } = leaseOn();
    lease.watch();
    lease.stop();
    lease.contact(start);
    clock.pass(100 * hour);
    expect(looks).toEqual([]);
  });
});

describe('S21 the lease across starts', () => {
  test('the time the laptop was off counts', () => {
    const { kept, lease, clock } = leaseOn();
    clock.pass(10 * hour);
    lease.note();
    expect(restarted(kept, start + 24 * hour).lease.standing).toBe('suspend');
  });

  test('a start costs a quarter of an hour at the least; with a short lease a twelfth of it', () => {
    expect(startCost(hours)).toBe(15 * minute);
    expect(startCost({ suspendAfterHours: 1, eraseAfterHours: 1 })).toBe(5 * minute);
    const { kept } = leaseOn();
    expect(restarted(kept, start).kept.value.silent).toBe(15 * minute);
  });

  test('a clock that shows less than before costs besides, and the time it shows counts for nothing', () => {
    const { kept } = leaseOn();
    const { lease } = restarted(kept, start - 10 * 365 * 24 * hour);
    expect(lease.silent).toBe(startCost(hours) + clockBackCost(hours));
  });

  test('a clock that is set right by a few minutes at a start costs nothing besides', () => {
    const { kept } = leaseOn();
    expect(restarted(kept, start - 4 * minute).lease.silent).toBe(startCost(hours));
  });

  test('restarts in a loop gain nothing, though the plug is pulled before anything is written', () => {
    const { kept } = leaseOn();
    let starts = 0;
    for (let standing = 'held'; standing !== 'erase' && starts < 1000; starts += 1) {
      const { lease, clock } = restarted(kept, start);
      lease.watch();
      clock.pass(startCost(hours) - 1);
      standing = lease.standing;
    }
    expect(starts * startCost(hours)).toBeLessThanOrEqual(72 * hour);
  });

  test('a disk that does not write lets the laptop go on counting in memory', () => {
    const { kept, lease, clock } = leaseOn();
    kept.fault = new Error('disk');
    lease.countTimeOff();
    clock.pass(72 * hour);
    expect(lease.standing).toBe('erase');
  });
});

describe('S21 a disk that does not write the lease down', () => {
  const disk = new Error('disk');

  test('wins no time: a start that cannot be written down begins suspended, however often it is tried', () => {
    const { kept } = leaseOn();
    kept.fault = disk;
    for (let starts = 0; starts < 3; starts += 1) expect(restarted(kept, start).lease.standing).toBe('suspend');
  });

  test('suspends a laptop out of contact once more is unwritten than a start costs, and for good when the disk works again', () => {
    const { lease, clock, kept } = leaseOn();
    lease.watch();
    kept.fault = disk;
    clock.pass(startCost(hours) - 1);
    expect(lease.standing).toBe('held');
    clock.pass(1);
    expect(lease.standing).toBe('suspend');
    kept.fault = undefined;
    clock.pass(startCost(hours));
    expect([kept.value.suspended, restarted(kept, clock.now()).lease.standing]).toEqual([true, 'suspend']);
  });

  test('leaves a laptop in contact alone, and one that fails for a moment', () => {
    const { lease, clock, kept } = leaseOn();
    lease.watch();
    kept.fault = disk;
    for (let passed = 0; passed < 600; passed += 1) {
      clock.pass(minute);
      expect(lease.contact(clock.now())).toBe('held');
    }
    clock.pass(startCost(hours) - 1);
    kept.fault = undefined;
    lease.note();
    expect([lease.standing, kept.value.suspended]).toEqual(['held', false]);
  });

  test('does not let contact lift a suspension that could not be written down', () => {
    const { lease, clock, kept } = leaseOn();
    clock.pass(25 * hour);
    kept.fault = disk;
    expect(lease.contact(start)).toBe('suspend');
    expect(lease.standing).toBe('suspend');
    expect(lease.contact(start)).toBe('suspend');
    kept.fault = undefined;
    expect(lease.contact(start)).toBe('suspend');
    expect([lease.standing, kept.value.suspended, lease.silent]).toEqual(['suspend', true, 0]);
  });
});

describe('S21 contact', () => {
  test('starts the lease anew, durably', () => {
    const { lease, clock, kept } = leaseOn();
    clock.pass(23 * hour);
    lease.note();
    expect(lease.contact(start + 23 * hour)).toBe('held');
    expect(kept.value).toEqual(freshLease(start + 23 * hour));
    clock.pass(24 * hour - 1);
    expect(lease.standing).toBe('held');
  });

  test('every minute does not write to the disk every minute', () => {
    const { lease, clock, kept } = leaseOn();
    const written = new Set<KeptLease>();
    for (let passed = 0; passed < 60; passed += 1) {
      clock.pass(minute);
      lease.contact(clock.now());
      written.add(kept.value);
    }
    // The first ones are those of the enrolment.
    expect(written.size).toBe(5);
  });

  test('does not lift a suspension: only an order does', () => {
    const { lease, clock, kept } = leaseOn();
    clock.pass(25 * hour);
    expect(lease.contact(start)).toBe('suspend');
    expect([lease.standing, kept.value.suspended, lease.silent]).toEqual(['suspend', true, 0]);
    expect(restarted(kept, clock.now()).lease.standing).toBe('suspend');
    kept.update((value) => ({ ...value, suspended: false }));
    expect(lease.standing).toBe('held');
  });

  test('after a sleep past the last mark comes too late', () => {
    const { lease, clock } = leaseOn();
    clock.sleep(73 * hour);
    expect(lease.contact(start)).toBe('erase');
    expect(lease.standing).toBe('erase');
  });
});

describe('the time by which statements are judged', () => {
  test('is the latest of the laptop’s own, the latest it has shown, and control’s', () => {
    const { lease, clock, kept } = leaseOn();
    expect(lease.latest).toBe(start);
    clock.pass(hour);
    lease.note();
    clock.setWallClock(start - 1000 * hour);
    expect(lease.latest).toBe(start + hour);
    lease.contact(start + 5 * hour);
    clock.pass(minute);
    expect(lease.latest).toBe(start + 5 * hour + minute);
    expect(restarted(kept, start).lease.latest).toBe(start + 5 * hour);
  });

  test('control’s time goes on by the uptime, whatever the wall clock does', () => {
    const { lease, clock } = leaseOn();
    expect(lease.controlNow).toBe(start);
    lease.contact(start + 7000);
    clock.setWallClock(start - 1000 * hour);
    clock.sleep(hour);
    expect(lease.controlNow).toBe(start + hour + 7000);
  });

  test('a time that control once told wrongly is forgotten at the next contact', () => {
    const { lease } = leaseOn();
    lease.contact(start + 1000 * hour);
    lease.contact(start);
    expect(lease.latest).toBe(start);
  });
});

describe('S21 people are warned in good time', () => {
  test('once more than half of the time is used up, with the moment in control’s time', () => {
    const { lease, clock } = leaseOn();
    lease.contact(start + 7000);
    clock.pass(12 * hour);
    expect([lease.suspendsAt, lease.erasesAt]).toEqual([null, null]);
    clock.pass(1);
    expect([lease.suspendsAt, lease.erasesAt]).toEqual([start + 24 * hour + 7000, null]);
    clock.pass(24 * hour);
    expect(lease.erasesAt).toBe(start + 72 * hour + 7000);
  });

  test('the laptop looks again at the moment the warning is due', () => {
    const { lease, clock } = leaseOn(undefined, undefined, { suspendAfterHours: 1, eraseAfterHours: 4 });
    const warnings: (number | null)[] = [];
    const watched = new Lease({
      kept: keptInMemory(freshLease(start)),
      hours: () => ({ suspendAfterHours: 1, eraseAfterHours: 4 }),
      clock,
      onLooked: () => void warnings.push(watched.suspendsAt),
      log,
    });
    watched.watch();
    clock.pass(hour / 2 + 1000);
    expect(warnings.at(-1)).toBe(start + hour);
    expect(lease.suspendsAt).toBe(start + hour);
  });
});
