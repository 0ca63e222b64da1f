import { createHash } from 'node:crypto';
import type { ErasureProof } from '@sallyport/protocol';
import { decodeReceipt, fromBase64url, stageOfErasure, verifyErasure } from '@sallyport/protocol';
import type { VerifiedErasure } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { publicKeyOf } from './identity/signing-keys.ts';
import { laptopWith, orderOf, sampleLaptop, sampleSoftware, settled, until } from './laptop-testing.ts';
import type { FakeSocket, LaptopHands, RunningLaptop } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { Enrolment } from './record.ts';
import type { PlatformEraser } from './wipe/platform/platform-eraser.ts';
import { readTombstone } from './wipe/tombstone.ts';
import type { Tombstone } from './wipe/tombstone.ts';

const now = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;
const laptop = await sampleLaptop(now, { platformErasers: ['luks2', 'power-off'] });
const setUp = (changes: Partial<Enrolment> | null = {}, hands: LaptopHands = {}, at = now): RunningLaptop =>
  laptopWith(laptop, changes, manualClock(at), hands);
const order = (kind: 'suspend' | 'brick', sequence: number) => orderOf(laptop, now, kind, sequence);

const readingOf = ({ disk }: RunningLaptop): ReturnType<typeof readTombstone> =>
  readTombstone(disk, '/data/tombstone/tombstone.json');
const tombstoneOf = (running: RunningLaptop): Tombstone => {
  const reading = readingOf(running);
  if (reading.state !== 'present') throw new Error(`the tombstone is ${reading.state}`);
  return reading.tombstone;
};
const isDead = (running: RunningLaptop): boolean => {
  const reading = readingOf(running);
  return reading.state === 'present' && reading.tombstone.phase === 'dead';
};
const deviceKey = (): Uint8Array<ArrayBuffer> => Uint8Array.from(publicKeyOf(laptop.enrolled.identity.signingKey));
const verified = async (proof: unknown): Promise<VerifiedErasure> => {
  const outcome = await verifyErasure(proof as ErasureProof, deviceKey());
  if (typeof outcome === 'string') throw new Error(`the proof is ${outcome}`);
  return outcome;
};
const reportsOver = (socket: FakeSocket): unknown[] =>
  socket.sent.filter(({ method }) => method === 'erasure.report').map(({ params }) => params);

/** A running, connected laptop that has just been bricked. */
async function bricked(
  hands: LaptopHands & { isLinkSilent?: boolean } = {},
): Promise<{ running: RunningLaptop; socket: FakeSocket }> {
  const running = setUp({}, hands);
  if (hands.isLinkSilent === true) running.answers['erasure.report'] = () => undefined;
  running.kiosk.start();
  const socket = running.connect();
  expect(await running.asks(socket, 1, 'order.execute', { order: order('brick', 1) })).toMatchObject({ ok: true });
  return { running, socket };
}

describe('S9 a brick', () => {
  test('is answered with its receipt, then everything is gone, and the client starts anew (S36)', async () => {
    const { running } = await bricked();
    await until('the client starts anew', () => running.starts.length > 0);
    const { kiosk, keyStore, disk } = running;
    expect([keyStore.secrets.size, disk.exists('/data/record'), disk.exists('/data/journal')]).toEqual([
      0,
      false,
      false,
    ]);
    expect(tombstoneOf(running)).toMatchObject({ version: 2, phase: 'dead', delivered: true, reportKey: null });
    expect(kiosk.snapshot.screen.screen).toBe('dead');
    expect(running.starts).toHaveLength(1);
  });

  test('S33 is proved over the link: notice by its own key, the keys destroyed, then everything', async () => {
    const { running, socket } = await bricked();
    await until('the client starts anew', () => running.starts.length > 0);
    const proofs = await Promise.all(reportsOver(socket).map(verified));
    expect(proofs.map(({ report }) => stageOfErasure(report))).toEqual(['keys-destroyed', 'attested']);
    expect(proofs.map(({ report }) => report?.number)).toEqual([1, 2]);
    const { receipt } = reportsOver(socket)[0] as ErasureProof;
    const { statement, sequence } = decodeReceipt(fromBase64url(receipt?.receipt ?? '') ?? new Uint8Array()) ?? {};
    const statementDigest = createHash('sha256').update(Buffer.from(order('brick', 1).statement, 'base64url'));
    expect(statement).toBe(statementDigest.digest('base64url'));
    expect(proofs[0]?.notice).toMatchObject({
      device: laptop.fleet.device.id,
      cause: { kind: 'order', statement, sequence },
      software: sampleSoftware,
      at: now,
    });
    expect(running.posted).toEqual([]);
  });

  test('S33 no proof leaves the laptop before its notice is durable and the share destroyed', async () => {
    const { running, socket } = await bricked();
    const shareAt = running.keyStore.secrets.size;
    await until('the client starts anew', () => running.starts.length > 0);
    const { notice } = tombstoneOf(running);
    expect(shareAt).toBeLessThanOrEqual(1);
    for (const proof of reportsOver(socket)) expect((proof as ErasureProof).notice).toEqual(notice);
  });

  test('S33 a link that does not acknowledge is given three seconds, and the proof is posted', async () => {
    const { running } = await bricked({ isLinkSilent: true });
    await until('it is dead', () => isDead(running));
    running.clock.pass(3000);
    await until('the client starts anew', () => running.starts.length > 0);
    expect((await verified(running.posted.at(-1))).report?.phase).toBe('dead');
  });

  test('S33 control that cannot be reached does not keep it from starting anew, with everything left to deliver', async () => {
    const { running } = await bricked({ isLinkSilent: true, isPostTaken: () => false });
    await until('it is dead', () => isDead(running));
    expect(running.starts).toEqual([]);
    running.clock.pass(5000);
    await until('the client starts anew', () => running.starts.length > 0);
    expect(tombstoneOf(running)).toMatchObject({ phase: 'dead', delivered: false });
  });

  test('cut off between receipt and wipe: the next start goes on before any network', async () => {
    const first = setUp();
    first.kiosk.start();
    await first.asks(first.connect(), 1, 'order.execute', { order: order('brick', 1) });
    const { enrolment } = first.record.value;
    const second = setUp(enrolment);
    second.kiosk.start();
    expect(second.kiosk.snapshot.screen.screen).toBe('wiping');
    await until('the client starts anew', () => second.starts.length > 0);
    expect([second.kiosk.snapshot.screen.screen, second.sockets.length]).toEqual(['dead', 0]);
    expect((await verified(second.posted.at(-1))).notice.cause.kind).toBe('order');
  });

  test('S34 what the policy chose is written down and done, and dead is not said before', async () => {
    let isErased = false;
    const luks2: PlatformEraser = {
      step: 'luks2',
      dryRun: () => Promise.resolve([]),
      erase: () => Promise.resolve(),
      isErased: () => Promise.resolve(isErased),
    };
    const { running, socket } = await bricked({ choose: () => ({ erasers: [luks2], powerSwitch: undefined }) });
    await until('a round is over', () => reportsOver(socket).length > 2);
    expect(tombstoneOf(running)).toMatchObject({ phase: 'wiping', erasers: ['luks2', 'power-off'] });
    const stages = (await Promise.all(reportsOver(socket).map(verified))).map(({ report }) => stageOfErasure(report));
    expect(stages.at(-1)).toBe('erased');
    isErased = true;
    running.clock.pass(250);
    await until('the client starts anew', () => running.starts.length > 0);
    expect(tombstoneOf(running).phase).toBe('dead');
  });
});

describe('S9 S12 while it is being wiped', () => {
  test('the page shows so and can do nothing but ask what to show', async () => {
    const running = setUp();
    const { kiosk, keyStore } = running;
    keyStore.destroy = () => {
      throw new Error('locked');
    };
    kiosk.start();
    await running.asks(running.connect(), 1, 'order.execute', { order: order('brick', 1) });
    await until('the rest is erased', () => !running.disk.exists('/data/record'));
    expect(kiosk.snapshot.screen).toEqual({ screen: 'wiping' });
    expect([...kiosk.capabilities.invocations]).toEqual(['snapshot']);
    const { camera, microphone, roomRequests } = kiosk.capabilities;
    expect([camera, microphone, roomRequests.size]).toEqual([false, false, 0]);
    expect(await kiosk.handlers.join({})).toMatchObject({ ok: false });
    await kiosk.handlers.lock({});
    await kiosk.handlers.leave({});
    expect(kiosk.snapshot.screen).toEqual({ screen: 'wiping' });
  });

  test('S36 a step that goes on failing does not keep keys in memory: the client starts anew, wiping', async () => {
    const running = setUp();
    running.keyStore.destroy = () => {
      throw new Error('locked');
    };
    running.kiosk.start();
    await running.asks(running.connect(), 1, 'order.execute', { order: order('brick', 1) });
    await until('a round is over', () => !running.disk.exists('/data/record'));
    expect(running.starts).toEqual([]);
    running.clock.pass(30_000);
    await until('the client starts anew', () => running.starts.length > 0);
    expect([tombstoneOf(running).phase, running.kiosk.snapshot.screen.screen]).toEqual(['wiping', 'wiping']);
  });

  test('S36 as long as there is no tombstone it goes on trying: a new start would be a laptop that works', async () => {
    const running = setUp();
    running.disk.fault = (operation, path) => {
      if (operation !== 'write' || !path.includes('tombstone')) return undefined;
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    };
    running.kiosk.start();
    await running.asks(running.connect(), 1, 'order.execute', { order: order('brick', 1) });
    await settled();
    running.clock.pass(30_000);
    await settled();
    expect([running.starts, running.keyStore.secrets.size, running.disk.exists('/data/record')]).toEqual([[], 1, true]);
    expect(running.kiosk.snapshot.screen.screen).toBe('wiping');
    running.disk.fault = undefined;
    running.clock.pass(30_000);
    await until('the client starts anew', () => running.starts.length > 0);
    expect(readingOf(running).state).toBe('present');
  });
});

describe('S21 S33 a lease that ran out', () => {
  test('is proved the same way, without a receipt, by post, once a whole round is done', async () => {
    const running = setUp({}, {}, now + 1000 * 24 * hour);
    running.kiosk.start();
    await until('the client starts anew', () => running.starts.length > 0);
    expect(running.sockets).toEqual([]);
    expect(running.posted).toHaveLength(1);
    expect((running.posted[0] as ErasureProof).receipt).toBeNull();
    expect(await verified(running.posted[0])).toMatchObject({
      notice: { cause: { kind: 'lease' } },
      report: { phase: 'dead' },
    });
  });
});
