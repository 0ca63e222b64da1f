import {
  deviceChainGenesis,
  deviceEventHashes,
  encodeDeviceHead,
  fromBase64url,
  isSignedBy,
} from '@sallyport/protocol';
import type { DeviceEvent, DeviceRequestParams } from '@sallyport/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed } from '../../test/harness/effort.ts';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { breakDisk, newEvents, openEvents } from './event-journal-testing.ts';
import type { EventsPlace } from './event-journal-testing.ts';
import { UNFLUSHED_CONTENTS } from './platform/testing/simulated-disk.ts';
import type { NewDeviceEvent } from './link/outbox-entries.ts';
import { Outbox } from './link/outbox.ts';

const at = 1_800_000_000_000;
const { device, deviceKey } = sampleFleet(at);
const event = (number: number, what: NewDeviceEvent['event'] = 'opened'): NewDeviceEvent => ({
  at: at + number,
  event: what,
});

/** A control that keeps one laptop's chain by the rules: idempotent, no hole, no second past. */
function controlOf() {
  const control = {
    isReached: true,
    /** The next answers are lost on their way, after control has taken what was reported. */
    lostAnswers: 0,
    /** How far control has the chain when the laptop is first connected. */
    hash: deviceChainGenesis,
    events: [] as DeviceEvent[],
    ended: [] as unknown[],
    reports: [] as DeviceRequestParams<'record.report'>[],
    take: async ({ previous, events, signature }: DeviceRequestParams<'record.report'>): Promise<boolean> => {
      control.reports.push({ previous, events, signature });
      const hashes = await deviceEventHashes(device.id, events, previous);
      const last = { device: device.id, number: events.at(-1)?.number ?? 0, hash: hashes.at(-1) ?? '' };
      const key = fromBase64url(deviceKey.publicKey) ?? new Uint8Array();
      expect(await isSignedBy(key, encodeDeviceHead(last), signature)).toBe(true);
      const known = control.events.length;
      const first = events[0]?.number ?? 0;
      expect(first).toBeLessThanOrEqual(known + 1);
      expect([previous, ...hashes][known + 1 - first]).toBe(control.hash);
      control.events.push(...events.filter(({ number }) => number > known));
      control.hash = last.hash;
      return true;
    },
  };
  return control;
}

/** A laptop as its start finds it. */
function setUp(place: EventsPlace = newEvents(device.id), control = controlOf()) {
  const { journal, faults, refused } = openEvents(place);
  const outbox = new Outbox({
    journal,
    device: device.id,
    sign: async (bytes) => deviceKey.sign(bytes),
    deliver: async (method, params) => {
      if (!control.isReached) return false;
      if (method === 'record.report') await control.take(params as DeviceRequestParams<'record.report'>);
      else control.ended.push(params);
      if (control.lostAnswers === 0) return true;
      control.lostAnswers -= 1;
      return false;
    },
    log: { info: () => undefined, warn: () => undefined, error: (_facts, message) => void faults.push(message) },
  });
  return { outbox, journal, place, control, faults, refused };
}

/** The laptop's next start, after its power was cut: what was not flushed is gone. */
function afterPowerCut(
  { place, control }: ReturnType<typeof setUp>,
  fate: (typeof UNFLUSHED_CONTENTS)[number] = 'lost',
) {
  const disk = place.disk.afterPowerCut('lost', fate);
  place.disk.powerFailsAt = 0;
  return setUp({ ...place, disk }, control);
}

test('S10 what is reported in contact is delivered and forgotten', async () => {
  const { outbox, journal, control } = setUp();
  outbox.record(event(1));
  outbox.activationEnded(3, 'idle');
  await expect.poll(() => control.events).toEqual([{ number: 1, ...event(1) }]);
  expect(control.ended).toEqual([{ grant: 3, reason: 'idle' }]);
  const nothingWaits = { events: [], dropped: null, endedActivations: [] };
  await expect.poll(() => journal.durable).toEqual({ ...nothingWaits, reported: { number: 1, hash: control.hash } });
});

test('S10 out of contact it is kept, in order, and delivered later, also after a restart', async () => {
  const first = setUp();
  const { outbox, control } = first;
  control.isReached = false;
  for (let number = 1; number <= 150; number += 1) outbox.record(event(number));
  await outbox.flush();
  control.isReached = true;
  const later = afterPowerCut(first);
  await later.outbox.flush();
  expect(control.events).toEqual(Array.from({ length: 150 }, (_, at) => ({ number: at + 1, ...event(at + 1) })));
  expect(later.journal.durable.events).toEqual([]);
});

test('S10 an event that comes while others are being reported is reported once, after them', async () => {
  const { outbox, journal, control } = setUp();
  outbox.record(event(1));
  outbox.record(event(2));
  await expect.poll(() => journal.durable.reported.number).toBe(2);
  expect(control.events).toEqual([1, 2].map((number) => ({ number, ...event(number) })));
});

describe('S27 P5.8 the laptop’s own chain', () => {
  test('each report names the hash before its first event and is signed over its last', async () => {
    const { outbox, control } = setUp();
    control.isReached = false;
    for (let number = 1; number <= 101; number += 1) outbox.record(event(number));
    await outbox.flush();
    control.isReached = true;
    await outbox.flush();
    const [first, second] = control.reports;
    expect(first?.previous).toBe(deviceChainGenesis);
    const hashes = await deviceEventHashes(device.id, first?.events ?? [], deviceChainGenesis);
    expect(second?.previous).toBe(hashes.at(-1));
    expect(second?.events.map(({ number }) => number)).toEqual([101]);
  });

  test('a power cut after control took a report and before the laptop noted it: the same report again, no second past', async () => {
    const first = setUp();
    const { outbox, journal, control } = first;
    control.lostAnswers = 1;
    outbox.record(event(1));
    await expect.poll(() => control.events).toHaveLength(1);
    const afterwards = afterPowerCut(first);
    expect(journal.durable.reported.number).toBe(0);
    afterwards.outbox.record(event(2));
    await expect.poll(() => afterwards.journal.durable.reported.number).toBe(2);
    expect(control.events).toEqual([1, 2].map((number) => ({ number, ...event(number) })));
  });

  test('a power cut after an event was kept and before it was sent: it is sent after the restart', async () => {
    const first = setUp();
    first.control.isReached = false;
    first.outbox.record(event(1));
    await first.outbox.flush();
    const { outbox, control } = afterPowerCut(first);
    control.isReached = true;
    await outbox.flush();
    expect(control.events).toEqual([{ number: 1, ...event(1) }]);
  });

  test('S31 nothing is sent that the disk has not taken: a power cut gives its number to no other event', async () => {
    const first = setUp();
    breakDisk(first.place.disk);
    first.outbox.record(event(1));
    await first.outbox.flush();
    expect(first.control.reports).toEqual([]);
    const { outbox, control } = afterPowerCut(first);
    outbox.record(event(2));
    await expect.poll(() => control.events).toEqual([{ number: 1, ...event(2) }]);
  });

  test('a refused report waits: nothing is numbered over its place', async () => {
    const { outbox, journal, control } = setUp();
    control.isReached = false;
    outbox.record(event(1));
    await outbox.flush();
    expect(journal.durable).toMatchObject({ reported: { number: 0 }, events: [{ number: 1 }] });
  });

  test('five hundred events wait; what there was no room for is said, and the chain has no hole', async () => {
    const { outbox, journal, control } = setUp();
    control.isReached = false;
    for (let number = 1; number <= 510; number += 1) outbox.record(event(number));
    await outbox.flush();
    expect(journal.durable).toMatchObject({ dropped: { count: 10, at: at + 510 } });
    expect(journal.durable.events.at(0)).toEqual({ number: 1, ...event(1) });
    control.isReached = true;
    await outbox.flush();
    expect(control.events).toHaveLength(501);
    const last = { number: 501, at: at + 510, event: 'events-dropped', detail: '10' };
    // It comes with the first room there is: after the first hundred were taken.
    expect(control.events.at(-1)).toEqual(last);
    expect(journal.durable.dropped).toBeNull();
  });

  test('a page that floods the record leaves room for what people did, and washes nothing out', async () => {
    const { outbox, journal, control } = setUp();
    control.isReached = false;
    outbox.record(event(1));
    for (let number = 2; number <= 600; number += 1) outbox.record(event(number, 'page-refused'));
    outbox.record(event(601, 'inert'));
    await outbox.flush();
    expect(journal.durable.events).toHaveLength(401);
    expect(journal.durable.events[0]).toEqual({ number: 1, ...event(1) });
    expect(journal.durable.events.at(-1)).toEqual({ number: 401, ...event(601, 'inert') });
    expect(journal.durable.dropped?.count).toBe(200);
  });

  test('through any row of power cuts, lost answers and failing disks control gets every kept event once, in order', async () => {
    const step = fc.constantFrom(
      'event',
      'event',
      'cut off',
      'reached',
      'answer lost',
      'disk fails',
      'disk works',
      'power cut',
    );
    const fate = fc.constantFrom(...UNFLUSHED_CONTENTS);
    const property = async (steps: [string, (typeof UNFLUSHED_CONTENTS)[number]][]): Promise<void> => {
      let parts = setUp();
      const { control } = parts;
      let made = 0;
      /** Events that were durable at some time: those may not be lost. */
      const durable = new Set<number>();
      for (const [what, left] of steps) {
        if (what === 'event') parts.outbox.record(event((made += 1)));
        if (what === 'cut off') control.isReached = false;
        if (what === 'reached') control.isReached = true;
        if (what === 'answer lost') control.lostAnswers = 1;
        if (what === 'disk fails' || what === 'disk works') breakDisk(parts.place.disk, what === 'disk fails');
        if (what !== 'power cut') continue;
        for (const { at: when } of parts.journal.durable.events) durable.add(when);
        parts = afterPowerCut(parts, left);
        expect(parts.refused).toEqual([]);
      }
      Object.assign(control, { isReached: true, lostAnswers: 0 });
      breakDisk(parts.place.disk, false);
      await parts.outbox.flush();
      await parts.outbox.flush();
      expect(control.events.map(({ number }) => number)).toEqual(control.events.map((_, index) => index + 1));
      const times = control.events.map((one) => one.at);
      expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
      expect(times).toEqual(expect.arrayContaining([...durable]));
      expect(parts.journal.durable).toMatchObject({ events: [], reported: { hash: control.hash } });
    };
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(step, fate), { maxLength: 30 }), property), {
      numRuns: effort(60, 2000),
      ...seed(),
    });
  });
});

test('S9 a disk that fails does not keep the laptop from locking', async () => {
  const { outbox, faults, place } = setUp();
  breakDisk(place.disk);
  expect(() => outbox.record(event(1))).not.toThrow();
  await expect.poll(() => faults).toContain('events not kept');
});

test('a key that does not sign is a fault in the log, and the events wait', async () => {
  const { journal } = openEvents(newEvents(device.id));
  const faults: string[] = [];
  const outbox = new Outbox({
    journal,
    device: device.id,
    sign: () => Promise.reject(new Error('no key')),
    deliver: async () => true,
    log: { info: () => undefined, warn: () => undefined, error: (_facts, message) => void faults.push(message) },
  });
  outbox.record(event(1));
  await outbox.flush();
  await expect.poll(() => faults).toContain('events not reported');
  expect(journal.durable.events).toHaveLength(1);
});
