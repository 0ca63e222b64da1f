import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DeviceEvent } from '@sallyport/protocol';
import { dataPlaces } from '../../src/main/data-places.ts';
import { deviceRecord, recordSchemaVersion } from '../../src/main/record.ts';
import type { Enrolment } from '../../src/main/record.ts';
import { recordKey } from '../../src/main/vault/keys.ts';
import { instanceName } from '../../src/main/vault/os-key-store.ts';
import { openRecord } from '../../src/main/vault/record-envelope.ts';
import { openKeyStore } from './kept-things.ts';
import { saidOf } from './store-checks.ts';
import { onlyRun, runStore } from './store-run.ts';
import type { StoreRun } from './store-run.ts';
import type { Told } from './telling.ts';

const [opened, suspended, bricked] = [1, 3, 5];

/**
 * Starts a laptop anew after the whole of it was cut off. It is what it last said to control that it was, or what it was
 * about to be; never open, never damaged, never behind what control knows; and what was bricked ends in dead.
 */
export async function expectLaptop(run: StoreRun): Promise<void> {
  const { folder } = run;
  const { last, inFlight } = saidOf(run);
  const next = onlyRun(await runStore({ script: 'next start', disks: [{ folder }] }));
  expect(next.gaveUp).toBeUndefined();
  const end = next.told.at(-1);
  const isOver = end !== undefined && 'ends' in end;
  if (isOver) expect([last, ...inFlight]).toContain(bricked);
  else expect(last).toBeLessThan(bricked);
  if (isOver || end === undefined || !('shows' in end)) return;
  // Cut off in its very first start, it may not have been enrolled yet.
  if (last < 0 && end.shows === 'blank') return;
  const may = [last, ...inFlight].map((number) => (number === suspended ? 'suspended' : 'inert'));
  expect(may).toContain(end.shows);
  expectNotBehind(folder, last);
  expectOneChain([...run.told, ...next.told]);
}

/** What has been used up stays so: a grant's sequence, and those of orders. */
function expectNotBehind(folder: string, last: number): void {
  const { grantSequence, orderSequence } = enrolmentIn(folder).trust;
  expect(grantSequence).toBeGreaterThanOrEqual(last >= opened ? 1 : 0);
  expect(orderSequence).toBeGreaterThanOrEqual(Math.max(0, last - suspended + 1));
}

function enrolmentIn(folder: string): Enrolment {
  const places = dataPlaces(join(folder, 'laptop'));
  const share = openKeyStore({ keys: places.folder }).read('device-share');
  if (share === undefined) throw new Error('the laptop has no share');
  const binding = { purpose: 'device', instance: instanceName(places.folder), schemaVersion: recordSchemaVersion };
  const text = readFileSync(join(places.record, 'record.sealed'), 'utf8');
  const { enrolment } = deviceRecord.parse(openRecord(recordKey(share), binding, text)?.value);
  if (enrolment === null) throw new Error('the laptop is not enrolled');
  return enrolment;
}

/** Of all that control has ever heard: no number missing, none with two meanings, none about damage, no generation back. */
function expectOneChain(told: readonly Told[]): void {
  const learnt = told.flatMap((line) => ('learns' in line ? [line.learns] : []));
  const generations = learnt.flatMap((one) => ('generation' in one ? [one.generation] : []));
  expect(generations).toEqual(generations.toSorted((left, right) => left - right));
  const events = new Map<number, DeviceEvent>();
  for (const event of learnt.flatMap((one) => ('events' in one ? one.events : []))) {
    expect(events.get(event.number) ?? event).toEqual(event);
    events.set(event.number, event);
  }
  expect([...events.keys()].toSorted((left, right) => left - right)).toEqual(
    Array.from(events, (_, index) => index + 1),
  );
  expect([...events.values()].filter(({ event }) => event === 'store-damaged')).toEqual([]);
}
