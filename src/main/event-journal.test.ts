import { deviceChainGenesis } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { breakDisk, eventsPath, newEvents, openEvents } from './event-journal-testing.ts';
import type { EventsPlace, OpenEvents } from './event-journal-testing.ts';
import { entryOf } from './link/outbox-entries.ts';
import { UNFLUSHED_CONTENTS } from './platform/testing/simulated-disk.ts';

const at = 1_800_000_000_000;
const { device } = sampleFleet(at);
const head = (number: number): { number: number; hash: string } => ({ number, hash: deviceChainGenesis });

function happens({ journal }: OpenEvents, number: number): void {
  journal.add((kept) => entryOf(kept, { at: at + number, event: 'opened' }));
}

async function reported({ journal }: OpenEvents, number: number): Promise<boolean> {
  journal.add(() => ({ kind: 'reported', head: head(number) }));
  return journal.settled();
}

const timesOf = ({ journal }: OpenEvents): number[] => journal.durable.events.map((event) => event.at - at);
const numbersOf = ({ journal }: OpenEvents): number[] => journal.durable.events.map(({ number }) => number);
const sizeOf = ({ disk }: EventsPlace): number => disk.read(eventsPath)?.length ?? 0;

/** What the disk does while something happens. */
async function operationsOf({ disk }: EventsPlace, act: () => Promise<unknown>): Promise<string[]> {
  const done: string[] = [];
  disk.fault = (operation) => void done.push(operation);
  await act();
  disk.fault = undefined;
  return done;
}

describe('S10 the journal of events', () => {
  test('an event costs one append and one flush, however many there are before it', async () => {
    const events = openEvents(newEvents(device.id));
    for (let number = 1; number <= 200; number += 1) {
      const done = await operationsOf(events, async () => {
        happens(events, number);
        await events.journal.settled();
      });
      expect(done).toEqual(['append', 'sync']);
    }
  });

  test('events that come together share a flush', async () => {
    const events = openEvents(newEvents(device.id));
    const done = await operationsOf(events, async () => {
      for (let number = 1; number <= 20; number += 1) happens(events, number);
      await events.journal.settled();
    });
    expect(done).toEqual(['append', 'sync']);
    expect(timesOf(events)).toHaveLength(20);
  });

  test('is rewritten once control has taken enough; the head that was reported outlives that and the next start', async () => {
    const events = openEvents(newEvents(device.id));
    let largest = 0;
    for (let number = 1; number <= 2000; number += 1) {
      happens(events, number);
      await reported(events, number);
      largest = Math.max(largest, sizeOf(events));
    }
    expect(largest).toBeLessThan(80_000);
    const { floor } = events.mark.value;
    expect(floor?.generation).toBeGreaterThan(10);
    happens(events, 2001);
    await events.journal.settled();
    const later = openEvents(events);
    expect(later.journal.durable.reported).toEqual(head(2000));
    expect(numbersOf(later)).toEqual([2001]);
  });
});

describe('S31 a power cut', () => {
  /** What a laptop does, with every event that was durable before something that came after it. */
  async function day(events: OpenEvents, acknowledged: number[]): Promise<void> {
    for (let number = 1; number <= 12; number += 1) {
      happens(events, number);
      if (!(await events.journal.settled())) return;
      acknowledged.push(number);
      if (number % 4 === 0 && !(await reported(events, number))) return;
    }
  }
  const whole = async (): Promise<number> => {
    const events = openEvents(newEvents(device.id));
    await day(events, []);
    return events.disk.operations;
  };

  test.each(UNFLUSHED_CONTENTS)(
    'S10 S31 before any operation of the disk loses nothing it had taken (unflushed: %s)',
    async (fate) => {
      const operations = await whole();
      expect(operations).toBeGreaterThan(30);
      for (let cut = 0; cut <= operations; cut += 1) {
        for (const names of ['lost', 'kept'] as const) {
          const place = newEvents(device.id);
          place.disk.powerFailsAt = cut;
          const events = openEvents(place);
          const acknowledged: number[] = [];
          await day(events, acknowledged);
          const later = openEvents({ ...place, disk: place.disk.afterPowerCut(names, fate) });
          expect(later.refused).toEqual([]);
          const { reported: known } = later.journal.durable;
          const numbers = numbersOf(later);
          expect(numbers).toEqual(numbers.map((_, index) => known.number + index + 1));
          expect(timesOf(later)).toEqual(numbers);
          for (const number of acknowledged) expect(number <= known.number || numbers.includes(number)).toBe(true);
        }
      }
    },
  );

  test('S31 in the middle of the rewriting loses nothing either', async () => {
    let cuts = 0;
    for (let ahead = 0; ahead < 12; ahead += 1) {
      const place = newEvents(device.id);
      const events = openEvents(place);
      for (let number = 1; number <= 300; number += 1) happens(events, number);
      await events.journal.settled();
      place.disk.powerFailsAt = place.disk.operations + ahead;
      if (!(await reported(events, 299))) cuts += 1;
      const later = openEvents({ ...place, disk: place.disk.afterPowerCut('lost', 'lost') });
      expect(later.refused).toEqual([]);
      expect([0, 299]).toContain(later.journal.durable.reported.number);
      expect(timesOf(later).at(-1)).toBe(300);
    }
    expect(cuts).toBeGreaterThan(0);
  });
});

describe('S31 a journal that is not what it was', () => {
  /** A laptop with events that wait, and a record that knows how far they had come. */
  async function used(): Promise<OpenEvents> {
    const events = openEvents(newEvents(device.id));
    for (let number = 1; number <= 5; number += 1) happens(events, number);
    await reported(events, 3);
    events.mark.update((value) => events.journal.mark ?? value);
    return events;
  }
  const changed = (place: EventsPlace, how: (bytes: Buffer) => Buffer): void =>
    place.disk.write(eventsPath, how(Buffer.from(place.disk.read(eventsPath) ?? [])));
  const flipped = (bytes: Buffer): Buffer => {
    const middle = bytes.length - 60;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    return bytes;
  };

  test.each<[string, string, (place: EventsPlace, before: Buffer) => void]>([
    ['changed', 'tampered', (place) => changed(place, flipped)],
    ['taken away', 'missing', (place) => place.disk.remove(eventsPath)],
    ['cut short', 'rolled-back', (place) => changed(place, (bytes) => bytes.subarray(0, bytes.length - 40))],
    ['put back to a copy', 'rolled-back', (place, before) => changed(place, () => before)],
  ])(
    'that was %s is refused as %s; another goes on from the head that the record knows',
    async (_how, reason, hand) => {
      const events = await used();
      const before = Buffer.from(events.disk.read(eventsPath) ?? []);
      openEvents(events);
      hand(events, before);
      const later = openEvents(events);
      expect(later.refused).toEqual([reason]);
      expect(later.journal.durable).toMatchObject({ reported: head(3), events: [] });
      happens(later, 9);
      await later.journal.settled();
      const last = openEvents(later);
      expect([last.refused, numbersOf(last), timesOf(last)]).toEqual([[], [4], [9]]);
    },
  );

  test('of another laptop is refused', async () => {
    const events = await used();
    expect(openEvents({ ...events, device: sampleFleet(at).prison }).refused).toEqual(['tampered']);
  });

  test('that cannot be said to be refused, because the disk fails, is left for the next start to find', async () => {
    const events = await used();
    changed(events, flipped);
    const before = sizeOf(events);
    const failing = openEvents(events, () => false);
    happens(failing, 9);
    expect(await failing.journal.settled()).toBe(false);
    expect(sizeOf(events)).toBe(before);
    expect(openEvents(events).refused).toEqual(['tampered']);
  });

  test('changed underneath while the laptop runs is added to no more', async () => {
    const events = await used();
    changed(events, flipped);
    breakDisk(events.disk);
    happens(events, 6);
    await events.journal.settled();
    breakDisk(events.disk, false);
    happens(events, 7);
    expect(await events.journal.settled()).toBe(false);
    expect(events.refused).toEqual(['tampered']);
  });
});

describe('S9 a disk that fails', () => {
  test('at a start keeps nothing from happening: what happens waits, and follows what was there once the disk works', async () => {
    const events = openEvents(newEvents(device.id));
    happens(events, 1);
    await events.journal.settled();
    breakDisk(events.disk);
    const later = openEvents(events);
    happens(later, 2);
    expect(await later.journal.settled()).toBe(false);
    expect([later.refused, later.journal.durable.events]).toEqual([[], []]);
    breakDisk(events.disk, false);
    happens(later, 3);
    expect(await later.journal.settled()).toBe(true);
    expect([numbersOf(later), timesOf(later)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test('in between: the event has the same number when it is written at last, and is there once', async () => {
    const events = openEvents(newEvents(device.id));
    happens(events, 1);
    await events.journal.settled();
    for (const partly of [false, true]) {
      events.disk.fault = (operation) => {
        if (operation === 'append' && partly) return 'partly';
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      };
      happens(events, partly ? 3 : 2);
      expect(await events.journal.settled()).toBe(false);
    }
    breakDisk(events.disk, false);
    expect(await events.journal.settled()).toBe(true);
    expect(timesOf(openEvents(events))).toEqual([1, 2, 3]);
  });

  test('the record that cannot keep the floor refuses nothing: the floor it has is a lower one', async () => {
    const events = openEvents(newEvents(device.id));
    events.mark.fault = new Error('disk');
    for (let number = 1; number <= 300; number += 1) happens(events, number);
    await reported(events, 300);
    const later = openEvents(events);
    expect([later.refused, later.journal.durable.reported]).toEqual([[], head(300)]);
  });

  test('a closed journal writes nothing any more, whatever still happens', async () => {
    const events = openEvents(newEvents(device.id));
    await events.journal.close();
    events.disk.remove(eventsPath);
    happens(events, 1);
    expect(await events.journal.settled()).toBe(false);
    expect(events.disk.exists(eventsPath)).toBe(false);
  });
});
