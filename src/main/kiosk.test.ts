import { EventEmitter } from 'node:events';
import type { Snapshot, Welcome } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { dataPlaces } from './data-places.ts';
import { Erasure } from './erasure.ts';
import { Kiosk } from './kiosk.ts';
import { systemRandom } from './platform/random.ts';
import { makeAuthority } from './platform/testing/authority.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import { SimulatedDisk } from './platform/testing/simulated-disk.ts';
import type { DeviceRecord, Enrolment } from './record.ts';
import { newEnrolment } from './record.ts';
import type { KeyStore } from './vault/key-store.ts';

const now = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;
const fleet = sampleFleet(now);
const authority = await makeAuthority(now);
const client = await authority.client();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

class FakeSocket extends EventEmitter {
  readonly sent: Record<string, unknown>[] = [];
  send(text: string, sent: () => void): void {
    const frame = JSON.parse(text) as Record<string, unknown>;
    this.sent.push(frame);
    sent();
    if (frame['kind'] !== 'request' || frame['method'] === 'trust.fetch') return;
    const response = { kind: 'response', id: frame['id'], ok: true, result: {} };
    setImmediate(() => this.emit('message', Buffer.from(JSON.stringify(response)), false));
  }
  close(): void {
    this.emit('close', 1000);
  }
  terminate(): void {
    this.emit('close', 1006);
  }
  ping(): void {
    this.emit('pong');
  }
}

const enrolled: Enrolment = newEnrolment(
  {
    identity: {
      device: { ...fleet.device, siteName: 'HMP Exemplar' },
      enrolment: '127.0.0.1:8445',
      link: '127.0.0.1:8444',
      caCertificate: authority.certificate,
      certificate: client.cert,
      signingKey: client.key,
      sealingKey: 'A'.repeat(43),
    },
    trust: {
      manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
      roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
      grantSequence: 0,
      orderSequence: 0,
    },
  },
  now,
);

function memoryKeyStore(): KeyStore & { readonly secrets: Map<string, Uint8Array> } {
  const secrets = new Map<string, Uint8Array>([['device-share', new Uint8Array(32).fill(1)]]);
  return {
    secrets,
    probe: () => 'usable',
    read: (name) => secrets.get(name),
    write: (name, secret) => void secrets.set(name, secret),
    destroy: (name) => void secrets.delete(name),
  };
}

function setUp(changes: Partial<Enrolment> | null = {}, at = now) {
  const clock = manualClock(at);
  const disk = new SimulatedDisk();
  const places = dataPlaces('/data');
  disk.makeDirectory('/data/record');
  const keyStore = memoryKeyStore();
  const sockets: FakeSocket[] = [];
  const shown: Snapshot[] = [];
  let value: DeviceRecord = { language: 'en', enrolment: changes === null ? null : { ...enrolled, ...changes } };
  let isOpen = true;
  const record = {
    get value() {
      return value;
    },
    update: (change: (record: DeviceRecord) => DeviceRecord) => {
      if (!isOpen) throw new Error('closed');
      value = change(value);
    },
    close: () => void (isOpen = false),
  };
  const exchange = async () => ({ outcome: 'not-reachable' }) as const;
  const kiosk = new Kiosk({
    record,
    keyStore,
    journalPath: places.journal,
    erasure: new Erasure({ places, files: disk, clock, keyStore, exchange, log }),
    exchange,
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    notify: (name, payload) => {
      if (name === 'snapshot') shown.push(payload as Snapshot);
    },
    client: 'sallyport test',
    files: disk,
    clock,
    random: systemRandom,
    log,
  });
  const { id, name, site } = fleet.device;
  const welcome = (): Welcome => ({ kind: 'welcome', version: 1, device: { id, name, site }, time: clock.now() });
  const connect = (): FakeSocket => {
    const socket = sockets.at(-1) ?? new FakeSocket();
    socket.emit('open');
    socket.emit('message', Buffer.from(JSON.stringify(welcome())), false);
    return socket;
  };
  const asks = async (socket: FakeSocket, id: number, method: string, params: unknown): Promise<unknown> => {
    socket.emit('message', Buffer.from(JSON.stringify({ kind: 'request', id, method, params })), false);
    const answer = () => socket.sent.find((frame) => frame['kind'] === 'response' && frame['id'] === id);
    for (let tried = 0; tried < 100 && answer() === undefined; tried += 1) await settled();
    await settled();
    return answer();
  };
  return { kiosk, clock, disk, keyStore, sockets, shown, connect, asks, record };
}

describe('a start', () => {
  test('of a blank laptop shows the enrolment and touches no network', () => {
    const { kiosk, sockets } = setUp(null);
    kiosk.start();
    expect([kiosk.snapshot.screen.screen, sockets.length]).toEqual(['blank', 0]);
  });

  test('of an enrolled laptop is inert with one socket; a code is shown once control is reached (S2)', async () => {
    const { kiosk, sockets, connect } = setUp();
    kiosk.start();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', pairing: { state: 'unavailable' }, notice: null });
    connect();
    await settled();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', link: 'connected', pairing: { state: 'shown' } });
    expect(sockets).toHaveLength(1);
  });

  test('after an activation that was cut off says so, and reports it (S1)', async () => {
    const { kiosk, connect } = setUp({ openGrant: 4 });
    kiosk.start();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', notice: 'restarted' });
    const socket = connect();
    await settled();
    const fetch = socket.sent.find((frame) => frame['method'] === 'trust.fetch');
    expect(fetch).toMatchObject({ params: { afterManifest: 1 } });
    expect(socket.sent).toContainEqual(
      expect.objectContaining({ method: 'activation.ended', params: { grant: 4, reason: 'restarted' } }),
    );
  });

  test('suspended by an order it stays suspended', () => {
    const { kiosk } = setUp({ suspendedByOrder: true });
    kiosk.start();
    expect(kiosk.snapshot.screen.screen).toBe('suspended');
  });
});

describe('S21 the lease', () => {
  test('past its first mark the laptop starts suspended, and contact lifts it', async () => {
    const { kiosk, connect } = setUp({}, now + 200 * hour);
    kiosk.start();
    expect(kiosk.snapshot.screen.screen).toBe('suspended');
    connect();
    await settled();
    expect(kiosk.snapshot.screen.screen).toBe('inert');
  });

  test('T1 past its last mark it erases itself before any network', async () => {
    const { kiosk, sockets, keyStore, disk } = setUp({}, now + 800 * hour);
    kiosk.start();
    await settled();
    expect(kiosk.snapshot.screen.screen).toBe('dead');
    expect([sockets.length, keyStore.secrets.size, disk.exists('/data/record')]).toEqual([0, 0, false]);
  });

  test('running out while it runs: suspended, then erased', async () => {
    const { kiosk, clock } = setUp();
    kiosk.start();
    clock.pass(169 * hour);
    expect(kiosk.snapshot.screen.screen).toBe('suspended');
    clock.pass(600 * hour);
    await settled();
    expect(kiosk.snapshot.screen.screen).toBe('dead');
  });
});

describe('S5 S7 orders', () => {
  const order = (kind: 'suspend' | 'resume' | 'brick', sequence: number) =>
    fleet.approved(
      fleet.order(now, { order: kind, devices: [{ id: fleet.device.id, name: 'HB-07', sequence }] }),
      fleet.people.officer,
    );

  test('suspend and resume, answered with receipts, durable', async () => {
    const { kiosk, connect, asks, record } = setUp();
    kiosk.start();
    const socket = connect();
    expect(await asks(socket, 1, 'order.execute', { order: order('suspend', 1) })).toMatchObject({ ok: true });
    expect([kiosk.snapshot.screen.screen, record.value.enrolment?.suspendedByOrder]).toEqual(['suspended', true]);
    expect(await asks(socket, 2, 'grant.open', {})).toMatchObject({ ok: false });
    expect(await asks(socket, 3, 'order.execute', { order: order('resume', 2) })).toMatchObject({ ok: true });
    expect([kiosk.snapshot.screen.screen, record.value.enrolment?.suspendedByOrder]).toEqual(['inert', false]);
  });

  test('a kill always finishes: brick is answered with its receipt, then everything is gone (S9)', async () => {
    const { kiosk, connect, asks, keyStore, disk, clock } = setUp();
    kiosk.start();
    const socket = connect();
    expect(await asks(socket, 1, 'order.execute', { order: order('brick', 1) })).toMatchObject({ ok: true });
    clock.pass(3000);
    await settled();
    expect(kiosk.snapshot.screen.screen).toBe('dead');
    expect([keyStore.secrets.size, disk.exists('/data/record')]).toEqual([0, false]);
    const tombstone = Buffer.from(disk.read('/data/tombstone/tombstone.json') ?? []).toString();
    expect(JSON.parse(tombstone)).toMatchObject({ phase: 'dead', receiptDelivered: true });
    expect((JSON.parse(tombstone) as { receipt: string }).receipt).not.toBe('');
  });

  test('a kill always finishes: cut off between receipt and wipe, the next start goes on before any network (S9)', async () => {
    const first = setUp();
    first.kiosk.start();
    await first.asks(first.connect(), 1, 'order.execute', { order: order('brick', 1) });
    const { enrolment } = first.record.value;
    const second = setUp(enrolment);
    second.kiosk.start();
    expect(second.kiosk.snapshot.screen.screen).toBe('wiping');
    second.clock.pass(3000);
    await settled();
    expect([second.kiosk.snapshot.screen.screen, second.sockets.length]).toEqual(['dead', 0]);
  });
});

describe('the page', () => {
  test('sets the language, and it lasts', async () => {
    const { kiosk, record, shown } = setUp();
    kiosk.start();
    expect(await kiosk.handlers['set-language']({ language: 'cy' })).toEqual({ ok: true, value: {} });
    expect([record.value.language, shown.at(-1)?.language]).toEqual(['cy', 'cy']);
  });

  test('an enrolment that fails says why', async () => {
    const { kiosk } = setUp(null);
    kiosk.start();
    expect(await kiosk.handlers.enrol({ ticket: 'nonsense' })).toEqual({ ok: false, refusal: { reason: 'failed' } });
    expect(kiosk.snapshot.screen).toEqual({ screen: 'blank', busy: false, problem: 'malformed-ticket' });
  });

  test('cannot join while the laptop is inert (S1)', async () => {
    const { kiosk } = setUp();
    kiosk.start();
    expect(await kiosk.handlers.join({})).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
  });
});
