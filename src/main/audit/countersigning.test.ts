import { generateKeyPairSync, sign } from 'node:crypto';
import { encodeCheckpoint, fromBase64url, isSignedBy } from '@sallyport/protocol';
import type { DeviceRequestMethod, DeviceRequestParams, DeviceRequestResult } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { consistencyOf, digestOf, headOf } from '../../../test/harness/merkle-reference.ts';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { Kept } from '../ports.ts';
import { Countersigning, keptWitness, noWitness } from './countersigning.ts';
import type { KeptWitness } from './countersigning.ts';

const now = 1_800_000_000_000;
const { manifest, deviceKey } = sampleFleet(now);
const hour = 3_600_000;
const entries = (count: number, of = 'entry'): string[] =>
  Array.from({ length: count }, (_, index) => digestOf(Buffer.from(`${of} ${index}`)));

function auditKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
    sign: (bytes: Uint8Array) =>
      sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  };
}
const key = auditKey();

/** A control with a record, which signs whatever it is made to. */
function controlOf(record: string[]) {
  const control = {
    record,
    fleet: manifest.fleet,
    sign: key.sign,
    isReached: true,
    /** What is done to its answers before they leave. */
    spoil: (answer: DeviceRequestResult<'audit.checkpoint'>) => answer,
    asked: [] as number[],
    countersigned: [] as DeviceRequestParams<'audit.countersign'>[],
    checkpoint: (after: number): DeviceRequestResult<'audit.checkpoint'> => {
      const head = headOf(control.record);
      const bytes = encodeCheckpoint({ fleet: control.fleet, ...head, at: now });
      const checkpoint = Buffer.from(bytes).toString('base64url');
      const consistency = after > head.size ? [] : consistencyOf(after, control.record);
      return control.spoil({ checkpoint: { checkpoint, signature: control.sign(bytes) }, consistency });
    },
  };
  return control;
}

function keptFor(initial: KeptWitness): Kept<KeptWitness> & { fault: boolean } {
  let value = initial;
  return {
    fault: false,
    get value() {
      return value;
    },
    update(change) {
      if (this.fault) throw new Error('disk');
      value = keptWitness.parse(structuredClone(change(value)));
    },
  };
}

function setUp(control = controlOf(entries(5)), kept = keptFor(noWitness)) {
  const clock = manualClock(now);
  const refused: string[] = [];
  const faults: string[] = [];
  const request = async (method: DeviceRequestMethod, params: unknown): Promise<unknown> => {
    if (!control.isReached) return { ok: false, refusal: { reason: 'not-connected' } };
    if (method === 'audit.checkpoint') {
      const { after } = params as DeviceRequestParams<'audit.checkpoint'>;
      control.asked.push(after);
      return { ok: true, value: control.checkpoint(after) };
    }
    control.countersigned.push(params as DeviceRequestParams<'audit.countersign'>);
    return { ok: true, value: {} };
  };
  const witness = new Countersigning({
    kept,
    trusted: () => ({ fleet: manifest.fleet, auditKey: key.publicKey }),
    request: request as never,
    sign: async (bytes) => deviceKey.sign(bytes),
    onRefused: (detail) => refused.push(detail),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: (_facts, message) => void faults.push(message) },
  });
  return { witness, control, kept, clock, refused, faults };
}

describe('S27 P5.9 a laptop countersigns the record it has seen go on', () => {
  test('the first it meets, and every one after that goes on from it', async () => {
    const { witness, control, kept, refused } = setUp();
    await witness.run();
    control.record = entries(13);
    await witness.run();
    expect(control.asked).toEqual([0, 5]);
    expect(kept.value).toEqual(headOf(entries(13)));
    expect(refused).toEqual([]);
    const [first] = control.countersigned;
    const [publicKey, bytes] = [fromBase64url(deviceKey.publicKey), fromBase64url(first?.checkpoint ?? '')];
    expect(await isSignedBy(publicKey ?? new Uint8Array(), bytes ?? new Uint8Array(), first?.signature ?? '')).toBe(
      true,
    );
  });

  test('every hour again, until it is stopped', async () => {
    const { witness, control, clock } = setUp();
    await witness.run();
    clock.pass(hour);
    await expect.poll(() => control.countersigned.length).toBe(2);
    witness.stop();
    clock.pass(3 * hour);
    await witness.run();
    expect(control.asked).toHaveLength(3);
  });

  test('two at the same moment are one', async () => {
    const { witness, control } = setUp();
    await Promise.all([witness.run(), witness.run()]);
    expect(control.asked).toHaveLength(1);
  });

  test.each<[string, (control: ReturnType<typeof controlOf>) => void, string]>([
    [
      'with an entry changed',
      (control) => (control.record = entries(13).with(2, digestOf(Buffer.of(1)))),
      'inconsistent',
    ],
    ['with two entries in each other’s place', (control) => (control.record = swapped(entries(13))), 'inconsistent'],
    ['with an entry removed', (control) => (control.record = entries(13).toSpliced(1, 1)), 'inconsistent'],
    ['with another of the same length', (control) => (control.record = entries(5, 'another')), 'inconsistent'],
    ['cut short', (control) => (control.record = entries(4)), 'shorter'],
    ['signed by another key', (control) => (control.sign = auditKey().sign), 'not-signed'],
    ['of another fleet', (control) => (control.fleet = '6f0a4a3e-3b4c-4d5e-8f6a-7b8c9d0e1f2a'), 'another-fleet'],
    [
      'with a proof cut short',
      (control) => {
        control.record = entries(13);
        control.spoil = (answer) => ({ ...answer, consistency: answer.consistency.slice(1) });
      },
      'inconsistent',
    ],
    [
      'that is none',
      (control) =>
        (control.spoil = (answer) => ({ ...answer, checkpoint: { ...answer.checkpoint, checkpoint: 'e30' } })),
      'not-signed',
    ],
  ])('and never a record %s: that goes on its own record, once', async (_what, spoil, reason) => {
    const { witness, control, kept, refused } = setUp();
    await witness.run();
    const known = kept.value;
    spoil(control);
    await witness.run();
    await witness.run();
    expect(control.countersigned).toHaveLength(1);
    expect(kept.value).toEqual(known);
    expect(refused).toEqual([`${reason}, known 5:${known.root}`]);
  });

  test('a record that was put right again is countersigned again', async () => {
    const { witness, control, refused } = setUp();
    await witness.run();
    control.record = entries(3);
    await witness.run();
    control.record = entries(9);
    await witness.run();
    expect(control.countersigned).toHaveLength(2);
    control.record = entries(3);
    await witness.run();
    expect(refused).toHaveLength(2);
  });

  test('a power cut between keeping a head and sending it: it is sent after the restart, and no other of its size', async () => {
    const { witness, control, kept } = setUp();
    const cut = setUp(control, keptFor(noWitness));
    await cut.witness.run();
    control.countersigned.length = 0;
    // What the disk holds when the laptop dies before sending is what it holds here.
    const after = setUp(control, keptFor(cut.kept.value));
    control.record = entries(5, 'another');
    await after.witness.run();
    expect(control.countersigned).toEqual([]);
    control.record = entries(5);
    await after.witness.run();
    expect(control.countersigned).toHaveLength(1);
    expect([witness, kept.value]).toEqual([witness, noWitness]);
  });

  test('nothing is countersigned that was not kept', async () => {
    const { witness, control, kept, faults } = setUp();
    kept.fault = true;
    await witness.run();
    expect(control.countersigned).toEqual([]);
    expect(faults).toEqual(['not countersigned']);
  });

  test('out of contact nothing happens', async () => {
    const { witness, control, refused } = setUp();
    control.isReached = false;
    await witness.run();
    expect([control.countersigned, refused]).toEqual([[], []]);
  });
});

function swapped(list: string[]): string[] {
  return list.with(1, list[3] ?? '').with(3, list[1] ?? '');
}
