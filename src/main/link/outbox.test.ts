import type { DeviceEvent } from '@sallyport/protocol';
import { expect, test } from 'vitest';
import type { Kept } from '../ports.ts';
import { emptyOutbox, keptOutbox, Outbox } from './outbox.ts';
import type { KeptOutbox } from './outbox.ts';

const at = 1_800_000_000_000;
const event = (number: number): DeviceEvent => ({ at: at + number, event: 'opened' });

/** As the sealed record does, every write parses anew: objects do not stay the same. */
function keptFor(initial: KeptOutbox): Kept<KeptOutbox> {
  let value = initial;
  return {
    get value() {
      return value;
    },
    update: (change) => (value = keptOutbox.parse(structuredClone(change(value)))),
  };
}

function setUp(isReached = true, kept = keptFor(emptyOutbox)) {
  const delivered: unknown[] = [];
  const control = { isReached };
  const outbox = new Outbox({
    kept,
    deliver: async (method, params) => {
      if (control.isReached) delivered.push([method, params]);
      return control.isReached;
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return { outbox, kept, delivered, control };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

test('what is reported in contact is delivered and forgotten', async () => {
  const { outbox, kept, delivered } = setUp();
  outbox.record(event(1));
  outbox.activationEnded(3, 'idle');
  await settled();
  expect(delivered).toContainEqual(['record.report', { events: [event(1)] }]);
  expect(delivered).toContainEqual(['activation.ended', { grant: 3, reason: 'idle' }]);
  expect(kept.value).toEqual(emptyOutbox);
});

test('out of contact it is kept, in order, and delivered later, also after a restart', async () => {
  const { outbox, kept } = setUp(false);
  for (let number = 1; number <= 150; number += 1) outbox.record(event(number));
  await settled();
  const later = setUp(true, kept);
  await later.outbox.flush();
  const events = later.delivered.flatMap((call) => (call as [string, { events: DeviceEvent[] }])[1].events);
  expect(events.map((reported) => reported.at - at)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  expect(kept.value).toEqual(emptyOutbox);
});

test('an event that comes while others are being reported is reported once, after them', async () => {
  const { outbox, kept, delivered } = setUp();
  outbox.record(event(1));
  outbox.record(event(2));
  await settled();
  const events = delivered.flatMap((call) => (call as [string, { events: DeviceEvent[] }])[1].events);
  expect(events).toEqual([event(1), event(2)]);
  expect(kept.value.events).toEqual([]);
});

test('a laptop cut off for weeks keeps the newest five hundred', () => {
  const { outbox, kept } = setUp(false);
  for (let number = 1; number <= 510; number += 1) outbox.record(event(number));
  expect(kept.value.events).toHaveLength(500);
  expect(kept.value.events.at(-1)).toEqual(event(510));
});

test('a disk that fails does not keep the laptop from locking', () => {
  const kept: Kept<KeptOutbox> = {
    value: emptyOutbox,
    update: () => {
      throw new Error('disk');
    },
  };
  const { outbox } = setUp(true, kept);
  expect(() => outbox.record(event(1))).not.toThrow();
});
