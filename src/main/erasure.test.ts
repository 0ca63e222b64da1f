import { describe, expect, test } from 'vitest';
import type { PlatformEraser as ChosenEraser } from '@sallyport/protocol';
import { fixedErasureSteps } from '@sallyport/protocol';
import { dataPlaces } from './data-places.ts';
import { Erasure } from './erasure.ts';
import type { ErasureOptions } from './erasure.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './identity/control-http.ts';
import { makeSigningKey } from './identity/signing-keys.ts';
import { settled, until } from './laptop-testing.ts';
import { plainMachine } from './platform/machine-file.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import { SimulatedDisk } from './platform/testing/simulated-disk.ts';
import type { KeyStore } from './vault/key-store.ts';
import { powerPatience, readableTime } from './wipe/power-off.ts';
import type { Tombstone } from './wipe/tombstone.ts';
import { readTombstone, writeTombstone } from './wipe/tombstone.ts';
import { pendingSteps } from './wipe/wipe-report.ts';

const now = Date.UTC(2026, 10, 22);
const path = '/data/tombstone/tombstone.json';
const dead: Tombstone = {
  version: 2,
  phase: 'dead',
  startedAt: now,
  receipt: null,
  notice: { notice: 'bm90aWNl', signature: 'c2ln' },
  reportKey: null,
  steps: fixedErasureSteps.map((step) => ({ step, outcome: 'verified', at: now })),
  reported: { number: 2, report: { report: 'cmVwb3J0', signature: 'c2ln' } },
  erasers: ['power-off'],
  dataVolume: null,
  delivered: false,
  control: { address: '127.0.0.1:8445', caCertificate: 'PEM' },
};
const proof = { receipt: null, notice: dead.notice, report: dead.reported?.report };

const answeredYes: ControlHttpAnswer = { outcome: 'answered', status: 200, value: {} };

/** A laptop at a start, with that on its disk. */
function started(tombstone: Tombstone | string, changes: Partial<ErasureOptions> = {}) {
  const disk = new SimulatedDisk();
  for (const folder of ['/data/tombstone', '/data/record']) disk.makeDirectory(folder);
  if (typeof tombstone === 'string') disk.write(path, Buffer.from(tombstone));
  else writeTombstone(disk, path, tombstone);
  const clock = manualClock(now);
  const posted: unknown[] = [];
  /** At each post, whether the record still stood. */
  const recordsSeen: boolean[] = [];
  const powered: number[] = [];
  const answers: ControlHttpAnswer[] = [];
  const asked: (readonly ChosenEraser[])[] = [];
  const secrets = new Map<string, Uint8Array>([['device-share', new Uint8Array(32)]]);
  const keyStore: KeyStore = {
    probe: () => 'usable',
    read: (name) => secrets.get(name),
    write: (name, secret) => void secrets.set(name, secret),
    destroy: (name) => void secrets.delete(name),
  };
  const exchange = ({ body }: ControlHttpRequest): Promise<ControlHttpAnswer> => {
    posted.push(body);
    recordsSeen.push(disk.exists('/data/record'));
    return Promise.resolve(answers.shift() ?? { outcome: 'not-reachable' });
  };
  const powerSwitch = {
    dryRun: () => [],
    powerOff: () => (powered.push(clock.monotonic()), Promise.resolve()),
  };
  const choose: ErasureOptions['choose'] = (chosen) => {
    asked.push(chosen);
    return { erasers: [], powerSwitch: chosen.includes('power-off') ? powerSwitch : undefined };
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const places = dataPlaces('/data');
  const options = { places, files: disk, clock, keyStore, machine: plainMachine, choose, exchange, log, ...changes };
  const tombstoneNow = (): Tombstone => {
    const reading = readTombstone(disk, path);
    if (reading.state !== 'present') throw new Error(reading.state);
    return reading.tombstone;
  };
  return {
    erasure: new Erasure(options),
    disk,
    clock,
    posted,
    powered,
    answers,
    asked,
    secrets,
    tombstoneNow,
    recordsSeen,
  };
}

describe('S33 a start that finds the laptop dead', () => {
  test('delivers the same proof until control has taken it, across restarts, and then no more', async () => {
    const first = started(dead);
    first.erasure.rest();
    await settled();
    first.clock.pass(1000);
    await settled();
    expect(first.posted).toEqual([proof, proof]);
    const second = started(first.tombstoneNow());
    second.answers.push(answeredYes);
    second.erasure.rest();
    await until('control has it', () => second.tombstoneNow().delivered);
    expect(second.posted).toEqual([proof]);
    const third = started(second.tombstoneNow());
    third.erasure.rest();
    await settled();
    third.clock.pass(3_600_000);
    expect(third.posted).toEqual([]);
  });

  test('an acknowledgement that was lost: the very same is sent again', async () => {
    const lost = started(dead);
    lost.answers.push({ outcome: 'malformed' }, answeredYes);
    lost.erasure.rest();
    await settled();
    lost.clock.pass(1000);
    await until('control has it', () => lost.tombstoneNow().delivered);
    expect(lost.posted).toEqual([proof, proof]);
  });

  test('a delivery that cannot be noted is repeated at the next start', async () => {
    const { erasure, answers, disk, tombstoneNow } = started(dead);
    answers.push(answeredYes);
    disk.fault = (operation) => {
      if (operation === 'write') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      return undefined;
    };
    erasure.rest();
    await settled();
    expect(tombstoneNow()).toEqual(dead);
  });

  test('without a notice has nothing to deliver, and sends nothing', async () => {
    const { erasure, posted, clock } = started({ ...dead, notice: null, reported: null });
    erasure.rest();
    await settled();
    clock.pass(3_600_000);
    expect(posted).toEqual([]);
  });
});

describe('S34 the power of a laptop that is found dead', () => {
  test('goes when the proof has been taken, not before its screen could be read', async () => {
    const { erasure, answers, clock, powered, tombstoneNow } = started(dead);
    answers.push(answeredYes);
    erasure.rest();
    await until('control has it', () => tombstoneNow().delivered);
    clock.pass(powerPatience - 1);
    expect(powered[0]).toBe(readableTime);
  });

  test('goes after two minutes when control takes nothing, at every start', () => {
    const { erasure, clock, powered } = started(dead);
    erasure.rest();
    clock.pass(powerPatience);
    expect(powered).toEqual([120_000]);
  });

  test('goes when there is nothing to deliver', () => {
    const { erasure, clock, powered } = started({ ...dead, delivered: true });
    erasure.rest();
    clock.pass(readableTime);
    expect(powered).toEqual([readableTime]);
  });

  test('stays on when the policy did not say so', () => {
    const { erasure, clock, powered } = started({ ...dead, erasers: [] });
    erasure.rest();
    clock.pass(3_600_000);
    expect(powered).toEqual([]);
  });

  test('stays on while the laptop is still being wiped', async () => {
    const { erasure, clock, powered, secrets } = started({ ...dead, phase: 'wiping' });
    secrets.set('device-share', new Uint8Array(32));
    erasure.rest();
    clock.pass(3_600_000);
    await settled();
    expect(powered).toEqual([]);
  });
});

describe('S9 a laptop that could not begin its own erasure', () => {
  test('says so before it is used, and leaves nothing of the trial', () => {
    const { erasure, disk } = started(dead);
    expect([erasure.canBegin, disk.list('/data/tombstone')]).toEqual([true, ['tombstone.json']]);
    disk.fault = () => {
      throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    };
    expect(erasure.canBegin).toBe(false);
  });
});

describe('S9 a start that finds the laptop wiping', () => {
  test('finishes, and sends nothing before a whole round is done', async () => {
    const wiping: Tombstone = { ...dead, phase: 'wiping', steps: pendingSteps(fixedErasureSteps), reported: null };
    const { erasure, recordsSeen, secrets, tombstoneNow } = started({ ...wiping, reportKey: await makeSigningKey() });
    await erasure.resume();
    expect([secrets.size, tombstoneNow().phase, tombstoneNow().reported?.number]).toEqual([0, 'dead', 2]);
    expect(recordsSeen).toEqual([false]);
  });

  test('with a tombstone nobody can read ends dead, with no notice and nothing to deliver', async () => {
    const { erasure, posted, tombstoneNow } = started('damaged');
    expect(erasure.status).toBe('wiping');
    await erasure.resume();
    erasure.rest();
    await settled();
    expect([tombstoneNow().phase, tombstoneNow().notice, posted]).toEqual(['dead', null, []]);
  });

  test('S34 uses the volume that the tombstone names, whatever the machine’s description says now', async () => {
    const machines: unknown[] = [];
    const choose: ErasureOptions['choose'] = (_, machine) => {
      machines.push(machine.dataVolume);
      return { erasers: [], powerSwitch: undefined };
    };
    const { erasure } = started({ ...dead, phase: 'wiping', dataVolume: '/dev/sda3' }, { choose });
    await erasure.resume();
    expect(new Set(machines)).toEqual(new Set(['/dev/sda3']));
  });
});
