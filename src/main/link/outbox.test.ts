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
import { effort, seed } from '../../../test/harness/effort.ts';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import type { Kept } from '../ports.ts';
import { emptyOutbox, keptOutbox, Outbox } from './outbox.ts';
import type { KeptOutbox, NewDeviceEvent } from './outbox.ts';

const at = 1_800_000_000_000;
const { device, deviceKey } = sampleFleet(at);
const event = (number: number, what: NewDeviceEvent['event'] = 'opened'): NewDeviceEvent => ({
  at: at + number,
  event: what,
});

/** As the sealed record does, every write parses anew: objects do not stay the same. */
function keptFor(initial: KeptOutbox): Kept<KeptOutbox> & { fault: boolean } {
  let value = initial;
  return {
    fault: false,
    get value() {
      return value;
    },
    update(change) {
      if (this.fault) throw new Error('disk');
      value = keptOutbox.parse(structuredClone(change(value)));
    },
  };
}

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

function setUp(kept = keptFor(emptyOutbox), control = controlOf()) {
  const faults: string[] = [];
  const outbox = new Outbox({
    kept,
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
  return { outbox, kept, control, faults };
}

test('S10 what is reported in contact is delivered and forgotten', async () => {
  const { outbox, kept, control } = setUp();
  outbox.record(event(1));
  outbox.activationEnded(3, 'idle');
  await expect.poll(() => control.events).toEqual([{ number: 1, ...event(1) }]);
  expect(control.ended).toEqual([{ grant: 3, reason: 'idle' }]);
  await expect.poll(() => kept.value).toEqual({ ...emptyOutbox, reported: { number: 1, hash: control.hash } });
});

test('S10 out of contact it is kept, in order, and delivered later, also after a restart', async () => {
  const { outbox, kept, control } = setUp();
  control.isReached = false;
  for (let number = 1; number <= 150; number += 1) outbox.record(event(number));
  await outbox.flush();
  control.isReached = true;
  const later = setUp(kept, control);
  await later.outbox.flush();
  expect(control.events).toEqual(Array.from({ length: 150 }, (_, at) => ({ number: at + 1, ...event(at + 1) })));
  expect(kept.value.events).toEqual([]);
});

test('S10 an event that comes while others are being reported is reported once, after them', async () => {
  const { outbox, kept, control } = setUp();
  outbox.record(event(1));
  outbox.record(event(2));
  await expect.poll(() => kept.value.reported.number).toBe(2);
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
    const { outbox, kept, control } = setUp();
    control.lostAnswers = 1;
    outbox.record(event(1));
    await expect.poll(() => control.events).toHaveLength(1);
    expect(kept.value.reported.number).toBe(0);
    const afterwards = setUp(keptFor(kept.value), control);
    afterwards.outbox.record(event(2));
    await expect.poll(() => afterwards.kept.value.reported.number).toBe(2);
    expect(control.events).toEqual([1, 2].map((number) => ({ number, ...event(number) })));
  });

  test('a power cut after an event was kept and before it was sent: it is sent after the restart', async () => {
    const kept = keptFor({ ...emptyOutbox, events: [{ number: 1, ...event(1) }] });
    const { outbox, control } = setUp(kept);
    await outbox.flush();
    expect(control.events).toEqual([{ number: 1, ...event(1) }]);
  });

  test('a refused report waits: nothing is numbered over its place', async () => {
    const { outbox, kept, control } = setUp();
    control.isReached = false;
    outbox.record(event(1));
    await outbox.flush();
    expect(kept.value).toMatchObject({ reported: { number: 0 }, events: [{ number: 1 }] });
  });

  test('five hundred events wait; what there was no room for is said, and the chain has no hole', async () => {
    const { outbox, kept, control } = setUp();
    control.isReached = false;
    for (let number = 1; number <= 510; number += 1) outbox.record(event(number));
    await outbox.flush();
    expect(kept.value).toMatchObject({ dropped: { count: 10, at: at + 510 } });
    expect(kept.value.events.at(0)).toEqual({ number: 1, ...event(1) });
    control.isReached = true;
    await outbox.flush();
    expect(control.events).toHaveLength(501);
    const last = { number: 501, at: at + 510, event: 'events-dropped', detail: '10' };
    // It comes with the first room there is: after the first hundred were taken.
    expect(control.events.at(-1)).toEqual(last);
    expect(kept.value.dropped).toBeNull();
  });

  test('a page that floods the record leaves room for what people did, and washes nothing out', async () => {
    const { outbox, kept, control } = setUp();
    control.isReached = false;
    outbox.record(event(1));
    for (let number = 2; number <= 600; number += 1) outbox.record(event(number, 'page-refused'));
    outbox.record(event(601, 'inert'));
    await outbox.flush();
    expect(kept.value.events).toHaveLength(401);
    expect(kept.value.events[0]).toEqual({ number: 1, ...event(1) });
    expect(kept.value.events.at(-1)).toEqual({ number: 401, ...event(601, 'inert') });
    expect(kept.value.dropped?.count).toBe(200);
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
      'restart',
    );
    const property = async (steps: string[]): Promise<void> => {
      let parts = setUp();
      const { control } = parts;
      let made = 0;
      for (const what of steps) {
        if (what === 'event') parts.outbox.record(event((made += 1)));
        if (what === 'cut off') control.isReached = false;
        if (what === 'reached') control.isReached = true;
        if (what === 'answer lost') control.lostAnswers = 1;
        if (what === 'disk fails' || what === 'disk works') parts.kept.fault = what === 'disk fails';
        if (what === 'restart') {
          await parts.outbox.flush();
          parts = setUp(keptFor(parts.kept.value), control);
        }
      }
      await parts.outbox.flush();
      Object.assign(control, { isReached: true, lostAnswers: 0 });
      parts.kept.fault = false;
      await parts.outbox.flush();
      expect(control.events.map(({ number }) => number)).toEqual(control.events.map((_, index) => index + 1));
      const times = control.events.map((one) => one.at);
      expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
      expect(parts.kept.value).toMatchObject({ events: [], reported: { hash: control.hash } });
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), property), {
      numRuns: effort(60, 2000),
      ...seed(),
    });
  });
});

test('S9 a disk that fails does not keep the laptop from locking', () => {
  const kept = keptFor(emptyOutbox);
  kept.fault = true;
  const { outbox, faults } = setUp(kept);
  expect(() => outbox.record(event(1))).not.toThrow();
  expect(faults).toEqual(['outbox not kept']);
});

test('a key that does not sign is a fault in the log, and the events wait', async () => {
  const { kept, control } = setUp();
  const faults: string[] = [];
  const outbox = new Outbox({
    kept,
    device: device.id,
    sign: () => Promise.reject(new Error('no key')),
    deliver: async () => true,
    log: { info: () => undefined, warn: () => undefined, error: (_facts, message) => void faults.push(message) },
  });
  outbox.record(event(1));
  await outbox.flush();
  await expect.poll(() => faults).toContain('events not reported');
  expect([kept.value.events.length, control.events.length]).toEqual([1, 0]);
});
