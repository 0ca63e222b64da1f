import { fromBase64url, decodeReceipt } from '@sallyport/protocol';
import type { SignedReceipt } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { eventsPath } from './event-journal-testing.ts';
import { laptopWith, openLaptop, orderOf, sampleLaptop, settled, until } from './laptop-testing.ts';
import type { FakeSocket, LaptopHands, RunningLaptop } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { SimulatedDisk } from './platform/testing/simulated-disk.ts';
import type { Enrolment } from './record.ts';

const now = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;
const laptop = await sampleLaptop(now, { suspendAfterHours: 4, eraseAfterHours: 12 });
const { fleet } = laptop;
const consultationsPath = '/data/journal/consultations.sealed';

const setUp = (changes: Partial<Enrolment> = {}, hands: LaptopHands = {}, at = now) => {
  const running = laptopWith(laptop, changes, manualClock(at), hands);
  running.answers['trust.fetch'] = () => ({
    manifests: [],
    more: false,
    rosters: [{ site: fleet.hospital, version: 1 }],
  });
  running.answers['trust.roster'] = () => ({
    roster: fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager),
  });
  return running;
};
/** The laptop's next start, on the disk and with the record that it has. */
const restarted = ({ record, disk }: RunningLaptop, at = now) => setUp(record.value.enrolment ?? {}, { disk }, at);
const screenOf = ({ kiosk }: RunningLaptop) => kiosk.snapshot.screen;
const damageOf = ({ record }: RunningLaptop) => record.value.enrolment?.damaged;
const suspended = { screen: 'suspended', by: 'damage' };

const resume = (running: RunningLaptop, socket: FakeSocket) =>
  running.asks(socket, 7, 'order.execute', { order: orderOf(laptop, running.clock.now(), 'resume', 1) });

function flip(disk: SimulatedDisk, path: string): void {
  const bytes = Buffer.from(disk.read(path) ?? []);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  disk.write(path, bytes);
}

/** A laptop that has run for a while, and was shut down. */
async function used(): Promise<RunningLaptop> {
  const running = setUp();
  running.kiosk.start();
  running.connect();
  await until('it has reported', () => running.reported().includes('started'));
  await settled();
  return running;
}

describe('S31 a laptop whose record is not what it was', () => {
  test.each(['record-tampered', 'record-missing'] as const)(
    '%s: is suspended, durably, and says so',
    async (damage) => {
      const running = setUp({}, { damage });
      expect(screenOf(running)).toMatchObject(suspended);
      expect(damageOf(running)).toBe(damage);
      running.kiosk.start();
      running.connect();
      await until('control hears of it', () => running.reported().includes(`store-damaged ${damage}`));
      const next = restarted(running);
      expect(screenOf(next)).toMatchObject(suspended);
    },
  );

  test('S31 control hears of it at every start, whatever became of its events before', async () => {
    const running = setUp({}, { damage: 'record-tampered' });
    const next = restarted(running);
    next.kiosk.start();
    next.connect();
    await until('control hears of it', () => next.reported().includes('store-damaged record-tampered'));
  });

  test('S31 no order resumes it: the refusal is a signed receipt; contact and restarts change nothing', async () => {
    const running = setUp({}, { damage: 'record-tampered' });
    running.kiosk.start();
    const socket = running.connect();
    const answer = (await resume(running, socket)) as { result: SignedReceipt };
    const receipt = decodeReceipt(fromBase64url(answer.result.receipt) ?? new Uint8Array());
    expect(receipt?.outcome).toEqual({ result: 'refused', reason: 'store-damaged' });
    expect(screenOf(running)).toMatchObject(suspended);
    expect(await running.asks(socket, 8, 'pairing.check', { code: 'ABC123' })).toMatchObject({ ok: false });
    expect(screenOf(restarted(running))).toMatchObject(suspended);
  });

  test('S9 S31 it obeys its erasure', async () => {
    const running = setUp({}, { damage: 'record-tampered' });
    running.kiosk.start();
    const socket = running.connect();
    const order = orderOf(laptop, now, 'brick', 1);
    expect(await running.asks(socket, 1, 'order.execute', { order })).toMatchObject({ ok: true });
    await until('its half of the keys is gone', () => running.keyStore.secrets.size === 0);
    expect(['wiping', 'dead']).toContain(screenOf(running).screen);
  });

  test('S21 its lease goes on: out of contact for too long it erases itself', async () => {
    const running = setUp({}, { damage: 'record-tampered' });
    running.kiosk.start();
    running.clock.pass(5 * hour);
    expect(screenOf(running)).toMatchObject(suspended);
    running.clock.pass(7 * hour);
    await until('its half of the keys is gone', () => running.keyStore.secrets.size === 0);
  });

  test('S31 a record that cannot be written does not make it usable', () => {
    const running = setUp({}, { damage: 'record-tampered', isRecordBroken: true });
    expect(screenOf(running)).toMatchObject(suspended);
    expect(damageOf(running)).toBeNull();
  });
});

describe('S31 a laptop whose journal of events is not what it was', () => {
  test.each<[string, (disk: SimulatedDisk) => void]>([
    ['journal-events-tampered', (disk) => flip(disk, eventsPath)],
    ['journal-events-missing', (disk) => disk.remove(eventsPath)],
  ])('S30 %s: is suspended for good and reports it', async (damage, hand) => {
    const first = await used();
    hand(first.disk);
    const second = restarted(first);
    expect([screenOf(second), damageOf(second)]).toMatchObject([suspended, damage]);
    second.kiosk.start();
    second.connect();
    await until('control hears of it', () => second.reported().includes(`store-damaged ${damage}`));
    expect(screenOf(restarted(second))).toMatchObject(suspended);
  });

  test('a copy of it that is put back is refused', async () => {
    const first = await used();
    const copy = first.disk.read(eventsPath) ?? new Uint8Array();
    const second = restarted(first);
    second.disk.write(eventsPath, copy);
    expect(damageOf(restarted(second))).toBe('journal-events-rolled-back');
  });

  test('the record knows with everything it keeps how far the journal has come', async () => {
    const { record, kiosk } = await used();
    const before = record.value.enrolment?.events.floor?.records ?? 0;
    kiosk.pageRefused('x');
    await settled();
    await kiosk.handlers['set-language']({ language: 'cy' });
    kiosk.away();
    expect(record.value.enrolment?.events.floor?.records).toBeGreaterThan(before);
    expect(record.value.enrolment?.events.reported.number).toBeGreaterThan(0);
  });
});

describe('S31 a laptop whose journal of consultations is not what it was', () => {
  test.each<[string, (disk: SimulatedDisk) => void]>([
    ['journal-consultations-tampered', (disk) => flip(disk, consultationsPath)],
    ['journal-consultations-missing', (disk) => disk.remove(consultationsPath)],
  ])('%s: the opening is refused, and the laptop is suspended for good', async (damage, hand) => {
    const first = await used();
    const socket = first.sockets[0];
    if (socket === undefined) throw new Error('not connected');
    const opened = await openLaptop(laptop, first, socket);
    expect(opened.answer).toMatchObject({ ok: true });
    await first.kiosk.handlers.lock({});
    await settled();
    hand(first.disk);
    socket.terminate();
    const { answer } = await openLaptop(laptop, first, first.connect(), { sequence: 2 });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'store-damaged' } });
    expect([screenOf(first), damageOf(first)]).toMatchObject([suspended, damage]);
    await until('control hears of it', () => first.reported().includes(`store-damaged ${damage}`));
    expect(screenOf(restarted(first))).toMatchObject(suspended);
  });
});

test('S31 a journal of consultations that is taken away after a power cut while the laptop was open is missed', async () => {
  const first = await used();
  const [socket] = first.sockets;
  if (socket === undefined) throw new Error('not connected');
  await openLaptop(laptop, first, socket);
  const second = restarted(first);
  second.disk.remove(consultationsPath);
  second.kiosk.start();
  const { answer } = await openLaptop(laptop, second, second.connect(), { sequence: 2 });
  expect(answer).toMatchObject({ ok: false, refusal: { reason: 'store-damaged' } });
});

describe('S30 hello', () => {
  test('says how many times the record has been written, as it is on the disk then', async () => {
    const running = setUp();
    running.kiosk.start();
    const first = running.connect();
    const generationIn = (socket: FakeSocket): unknown => socket.sent[0]?.['recordGeneration'];
    const before = Number(generationIn(first));
    await running.kiosk.handlers['set-language']({ language: 'cy' });
    first.terminate();
    const { generation } = running.record;
    const second = running.connect();
    expect(generation).toBeGreaterThan(before);
    expect(generationIn(second)).toBe(generation);
  });
});

describe('S9 a disk that fails', () => {
  test('keeps a laptop neither open nor from being locked', async () => {
    const running = await used();
    const [socket] = running.sockets;
    if (socket === undefined) throw new Error('not connected');
    await openLaptop(laptop, running, socket);
    running.record.fault = new Error('disk');
    running.disk.fault = () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    await running.kiosk.handlers.lock({});
    expect(screenOf(running).screen).toBe('inert');
  });
});
