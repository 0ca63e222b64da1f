import { snapshot as snapshotSchema } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { laptopWith, orderOf, sampleLaptop, settled, until } from './laptop-testing.ts';
import type { RunningLaptop } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { Enrolment } from './record.ts';

const now = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;
const year = 365 * 24 * hour;
/** A short lease: the laptop tries to connect all the time it waits for control here. */
const laptop = await sampleLaptop(now, { suspendAfterHours: 4, eraseAfterHours: 12 });
const setUp = (changes: Partial<Enrolment> = {}, at = now) => laptopWith(laptop, changes, manualClock(at));
const screenOf = ({ kiosk }: RunningLaptop) => kiosk.snapshot.screen;

describe('S21 past suspendAfter', () => {
  test('the laptop starts suspended; contact does not lift that, nor a restart: an officer’s order does', async () => {
    const first = setUp({}, now + 5 * hour);
    first.kiosk.start();
    expect(screenOf(first)).toMatchObject({ screen: 'suspended', by: 'lease' });
    const socket = first.connect();
    await settled();
    expect(screenOf(first)).toMatchObject({ screen: 'suspended', by: 'lease', link: 'connected' });
    const again = setUp(first.record.value.enrolment ?? {}, now + 6 * hour);
    expect(screenOf(again)).toMatchObject({ screen: 'suspended', by: 'lease' });
    const order = orderOf(laptop, first.clock.now(), 'resume', 1);
    expect(await first.asks(socket, 1, 'order.execute', { order })).toMatchObject({ ok: true });
    expect(screenOf(first).screen).toBe('inert');
    const resumed = setUp(first.record.value.enrolment ?? {}, now + 7 * hour);
    expect(screenOf(resumed).screen).toBe('inert');
  });

  test('it is suspended while it runs, and for good: written down before the screen says so', () => {
    const running = setUp();
    running.kiosk.start();
    running.clock.pass(4 * hour);
    expect(screenOf(running)).toMatchObject({ screen: 'suspended', by: 'lease' });
    expect(running.record.value.enrolment?.lease.suspended).toBe(true);
  });

  test('an order over it is shown as the order, and lifted with it', async () => {
    const running = setUp({}, now + 5 * hour);
    running.kiosk.start();
    const socket = running.connect();
    const at = running.clock.now();
    await running.asks(socket, 1, 'order.execute', { order: orderOf(laptop, at, 'suspend', 1) });
    expect(screenOf(running)).toMatchObject({ screen: 'suspended', by: 'order' });
    await running.asks(socket, 2, 'order.execute', { order: orderOf(laptop, at, 'resume', 2) });
    expect(screenOf(running).screen).toBe('inert');
    expect(running.record.value.enrolment).toMatchObject({ suspendedByOrder: false, lease: { suspended: false } });
  });

  test('a laptop that slept through it answers nothing over a link that outlived the sleep', async () => {
    const running = setUp();
    running.kiosk.start();
    const socket = running.connect();
    await settled();
    running.clock.sleep(5 * hour);
    expect(await running.asks(socket, 1, 'pairing.check', { code: 'ABC123' })).toMatchObject({
      ok: false,
      refusal: { reason: 'wrong-state' },
    });
    expect(screenOf(running).screen).toBe('suspended');
    expect(running.record.value.enrolment?.lease.suspended).toBe(true);
  });
});

describe('S21 past eraseAfter', () => {
  test('T1 the laptop erases itself at its next start, before any network', async () => {
    const { kiosk, sockets, keyStore, disk } = setUp({}, now + 13 * hour);
    kiosk.start();
    await until('it is dead', () => kiosk.snapshot.screen.screen === 'dead');
    expect([sockets.length, keyStore.secrets.size, disk.exists('/data/record')]).toEqual([0, 0, false]);
  });

  test('it erases itself while it runs', async () => {
    const running = setUp();
    running.kiosk.start();
    running.clock.pass(12 * hour);
    await until('it is dead', () => screenOf(running).screen === 'dead');
  });

  test('waking up after it, the laptop erases itself before it connects again', async () => {
    const running = setUp();
    running.kiosk.start();
    running.connect().terminate();
    running.clock.sleep(12 * hour);
    running.clock.pass(60_000);
    await until('it is dead', () => screenOf(running).screen === 'dead');
    expect(running.sockets).toHaveLength(1);
  });

  test('that its time is over is written down before the erasure begins: a clock set back after a power cut finds it', async () => {
    const running = setUp();
    running.kiosk.start();
    running.connect();
    await settled();
    running.clock.sleep(13 * hour);
    running.kiosk.away();
    const written = running.record.value.enrolment ?? {};
    const later = setUp(written, now);
    later.kiosk.start();
    await until('it is dead', () => screenOf(later).screen === 'dead');
  });

  test('woken up, it is erased before anybody asks', async () => {
    const running = setUp();
    running.kiosk.start();
    running.clock.sleep(12 * hour);
    running.kiosk.away();
    await until('it is dead', () => screenOf(running).screen === 'dead');
  });

  test('a clock set back ten years at every start erases it in the end', async () => {
    let kept: Partial<Enrolment> = {};
    let starts = 0;
    for (; starts < 200; starts += 1) {
      const running = setUp(kept, now - 10 * year);
      running.kiosk.start();
      running.clock.pass(hour);
      const { enrolment } = running.record.value;
      await settled();
      if (['wiping', 'dead'].includes(screenOf(running).screen)) break;
      kept = enrolment ?? {};
    }
    // Each start costs the hour it ran, a quarter of an hour, and besides a twelfth of four hours.
    expect(starts).toBe(Math.ceil(12 / (1 + 1 / 4 + 4 / 12)) - 1);
  });
});

describe('S21 people are warned', () => {
  test('on the lock screen once half of the time until suspension is used up; contact takes the warning away', async () => {
    const running = setUp();
    running.kiosk.start();
    running.clock.pass(1.5 * hour);
    expect(screenOf(running)).toMatchObject({ screen: 'inert', suspendsAt: null });
    running.clock.pass(0.5 * hour);
    expect(running.shown.at(-1)?.screen).toMatchObject({ screen: 'inert', suspendsAt: now + 3.75 * hour });
    running.connect();
    await settled();
    expect(running.shown.at(-1)?.screen).toMatchObject({ screen: 'inert', suspendsAt: null });
  });

  test('on the suspended screen once half of the time until erasure is used up', () => {
    const running = setUp();
    running.kiosk.start();
    running.clock.pass(5.5 * hour);
    expect(screenOf(running)).toMatchObject({ screen: 'suspended', erasesAt: null });
    running.clock.pass(0.5 * hour);
    expect(running.shown.at(-1)?.screen).toMatchObject({ screen: 'suspended', erasesAt: now + 11.75 * hour });
    running.connect();
    expect(running.shown.at(-1)?.screen).toMatchObject({ screen: 'suspended', erasesAt: null });
  });

  test('T11 whatever the clock shows at a start, every screen is one that the page can show', () => {
    for (const at of [0, now - 10 * year, now + 10 * year]) {
      const { kiosk, clock } = setUp({}, at);
      expect(snapshotSchema.safeParse(kiosk.snapshot).success).toBe(true);
      clock.setWallClock(now - 50 * year);
      expect(snapshotSchema.safeParse(kiosk.snapshot).success).toBe(true);
    }
  });
});
