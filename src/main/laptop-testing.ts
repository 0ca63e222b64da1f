// A laptop's trusted core for tests: real but for its disk, its key store, its clock and control's end of the socket.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type {
  ApprovedStatement,
  DeviceAppointment,
  DeviceEvent,
  FleetPolicy,
  Grant,
  OrderKind,
  RequestRefusal,
  RoomRequestResult,
  Snapshot,
  UpcomingAppointment,
  Welcome,
} from '@sallyport/protocol';
import { fromBase64url, noProgress, toBase64url } from '@sallyport/protocol';
import { generateSealingKeyPair, sealShare } from '@sallyport/protocol/sealing';
import type { WebSocket } from 'ws';
import { dataPlaces } from './data-places.ts';
import { Erasure } from './erasure.ts';
import type { ErasureOptions } from './erasure.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './identity/control-http.ts';
import { publicKeyOf } from './identity/signing-keys.ts';
import { noEvents } from './event-journal.ts';
import { Kiosk } from './kiosk.ts';
import type { KioskParts } from './kiosk.ts';
import { plainMachine } from './platform/machine-file.ts';
import { systemRandom } from './platform/random.ts';
import { makeAuthority } from './platform/testing/authority.ts';
import type { ManualClock } from './platform/testing/manual-clock.ts';
import { SimulatedDisk } from './platform/testing/simulated-disk.ts';
import type { DeviceRecord, Enrolment } from './record.ts';
import { deviceRecord, newEnrolment } from './record.ts';
import type { StoreDamage } from './store-damage.ts';
import type { KeyStore } from './vault/key-store.ts';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import type { SampleFleet } from '../../test/harness/sample-fleet.ts';
import { enrolledTrust } from '../../test/harness/sample-trust.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Lets what was begun come to rest. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits for a condition. @throws when it does not come */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tried = 0; tried < 200; tried += 1) {
    if (holds()) return;
    await settled();
  }
  throw new Error(`never: ${what}`);
}

/** How control answers a laptop's requests; those it does not know are done. */
export type ControlAnswers = Record<string, (params: unknown) => unknown>;

/** An answer of control's that is a refusal. */
class Refused {
  readonly reason: RequestRefusal;

  constructor(reason: RequestRefusal) {
    this.reason = reason;
  }
}

/** Control refuses a request. */
export const refuses = (reason: RequestRefusal) => (): unknown => new Refused(reason);

/** Control's end of a socket. An answer that is undefined is not given. */
export class FakeSocket extends EventEmitter {
  readonly sent: Record<string, unknown>[] = [];
  isOpen = true;
  readonly #answers: ControlAnswers;

  constructor(answers: ControlAnswers) {
    super();
    this.#answers = answers;
  }

  send(text: string, sent: () => void): void {
    const frame = JSON.parse(text) as Record<string, unknown>;
    this.sent.push(frame);
    sent();
    if (frame['kind'] !== 'request') return;
    const answer = this.#answers[String(frame['method'])] ?? (() => ({}));
    const result = answer(frame['params']);
    if (result === undefined) return;
    const id = frame['id'];
    const answered =
      result instanceof Refused ? { ok: false, refusal: { reason: result.reason } } : { ok: true, result };
    setImmediate(() => this.says({ kind: 'response', id, ...answered }));
  }

  /** What the laptop has asked by a method, its parameters in order. */
  asked(method: string): unknown[] {
    return this.sent.filter((frame) => frame['method'] === method).map(({ params }) => params);
  }

  says(frame: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }

  close(): void {
    this.#ends(1000);
  }

  terminate(): void {
    this.#ends(1006);
  }

  ping(): void {
    this.emit('pong');
  }

  #ends(code: number): void {
    this.isOpen = false;
    this.emit('close', code);
  }
}

/** A laptop's key store in memory. */
export type MemoryKeyStore = KeyStore & { readonly secrets: Map<string, Uint8Array> };

function memoryKeyStore(): MemoryKeyStore {
  const secrets = new Map<string, Uint8Array>([['device-share', new Uint8Array(32).fill(1)]]);
  return {
    secrets,
    probe: () => 'usable',
    read: (name) => secrets.get(name)?.slice(),
    write: (name, secret) => void secrets.set(name, Uint8Array.from(secret)),
    destroy: (name) => void secrets.delete(name),
  };
}

/** A fleet with one laptop that was enrolled at a time, and what it keeps since. */
export interface SampleLaptop {
  readonly fleet: SampleFleet;
  readonly enrolled: Enrolment;
  /** The public half of the key that server shares are sealed to. */
  readonly sealingPublicKey: Uint8Array<ArrayBuffer>;
}

/** Makes a fleet whose laptop has real keys of its own. @param now ms since 1970 */
export async function sampleLaptop(now: number, policy: Partial<FleetPolicy> = {}): Promise<SampleLaptop> {
  const authority = await makeAuthority(now);
  const client = await authority.client();
  const fleet = sampleFleet(now);
  Object.assign(fleet.manifest.policy, policy);
  fleet.device.key = createHash('sha256').update(publicKeyOf(client.key)).digest('base64url');
  const { id, name, site } = fleet.device;
  const sealing = await generateSealingKeyPair();
  const identity: Enrolment['identity'] = {
    device: { id, name, site, siteName: fleet.roster.siteName },
    enrolment: '127.0.0.1:8445',
    link: '127.0.0.1:8444',
    caCertificate: authority.certificate,
    certificate: client.cert,
    signingKey: client.key,
    sealingKey: toBase64url(sealing.privateKey),
  };
  const enrolled = newEnrolment({ identity, trust: await enrolledTrust(fleet) }, now);
  return { fleet, enrolled, sealingPublicKey: sealing.publicKey };
}

/** A running laptop and the hands of whoever is around it. */
export interface RunningLaptop {
  readonly kiosk: Kiosk;
  readonly clock: ManualClock;
  readonly disk: SimulatedDisk;
  readonly keyStore: MemoryKeyStore;
  readonly sockets: readonly FakeSocket[];
  readonly shown: readonly Snapshot[];
  readonly record: MemoryRecord;
  readonly answers: ControlAnswers;
  /** What it has posted to control's enrolment port. */
  readonly posted: readonly unknown[];
  /** When its client ended to start anew. */
  readonly starts: readonly number[];
  /** What it has reported to control, in words: the event, then its detail. */
  readonly reported: () => string[];
  /** Control welcomes the newest socket, once there is one that waits for it. */
  readonly connect: () => FakeSocket;
  /** Control asks; the laptop's answer. */
  readonly asks: (socket: FakeSocket, id: number, method: string, params: unknown) => Promise<unknown>;
}

/** What else may be had of a laptop. */
export interface LaptopHands {
  /** Whether control takes what is posted to it; by default it does. */
  readonly isPostTaken?: () => boolean;
  /** What it can erase below its files; nothing by default. */
  readonly choose?: ErasureOptions['choose'];
  /** The disk it had before this start, with its journals; by default a new one. */
  readonly disk?: SimulatedDisk;
  /** What the vault found of the record; by default nothing. */
  readonly damage?: StoreDamage;
  /** Whether the record cannot be written; see {@link MemoryRecord.fault}. */
  readonly isRecordBroken?: boolean;
}

/** A laptop's record in memory. */
export interface MemoryRecord {
  readonly value: DeviceRecord;
  readonly generation: number;
  /** When set, the disk does not take the record. */
  fault: Error | undefined;
}

/** What the laptop's software is said to be. */
export const sampleSoftware = 'A'.repeat(43);

/**
 * Makes a laptop that is not started yet.
 * @param changes what it keeps besides; null: never enrolled
 */
export function laptopWith(
  { fleet, enrolled }: SampleLaptop,
  changes: Partial<Enrolment> | null,
  clock: ManualClock,
  hands: LaptopHands = {},
): RunningLaptop {
  const disk = hands.disk ?? new SimulatedDisk();
  const places = dataPlaces('/data');
  for (const folder of ['/data/record', '/data/journal']) disk.makeDirectory(folder);
  const keyStore = memoryKeyStore();
  const sockets: FakeSocket[] = [];
  const shown: Snapshot[] = [];
  const answers: ControlAnswers = {
    'trust.fetch': () => ({ manifests: [], more: false, rosters: [] }),
    'audit.checkpoint': () => undefined,
  };
  // Journals that were on another disk are not missed.
  const begun = hands.disk === undefined ? { events: noEvents, journal: null } : {};
  const enrolment = changes === null ? null : { ...enrolled, ...changes, ...begun };
  const record = recordOf({ language: 'en', enrolment });
  if (hands.isRecordBroken === true) record.fault = new Error('disk');
  const { posted, exchange } = postBox(hands);
  const choose = hands.choose ?? (() => ({ erasers: [], powerSwitch: undefined }));
  const starts: number[] = [];
  const kiosk = new Kiosk({
    record,
    keyStore,
    damage: hands.damage ?? null,
    journalPath: places.journal,
    eventsPath: places.events,
    erasure: new Erasure({ places, files: disk, clock, keyStore, machine: plainMachine, choose, exchange, log }),
    startAnew: () => void starts.push(clock.now()),
    software: () => sampleSoftware,
    exchange,
    openSocket: () => {
      const socket = new FakeSocket(answers);
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
  const connect = (): FakeSocket => {
    for (let tried = 0; tried < 100 && sockets.at(-1)?.isOpen !== true; tried += 1) clock.pass(1000);
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('the laptop does not connect');
    const { id, name, site } = fleet.device;
    const welcome: Welcome = { kind: 'welcome', version: 1, device: { id, name, site }, time: clock.now() };
    socket.emit('open');
    socket.says(welcome);
    return socket;
  };
  const reported = (): string[] => sockets.flatMap(({ sent }) => sent).flatMap(eventsOf);
  return { kiosk, clock, disk, keyStore, sockets, shown, record, answers, posted, starts, reported, connect, asks };
}

/** Control's enrolment port, as far as erasures need it. */
function postBox({ isPostTaken = () => true }: LaptopHands): {
  posted: unknown[];
  exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
} {
  const posted: unknown[] = [];
  const exchange = ({ body }: ControlHttpRequest): Promise<ControlHttpAnswer> => {
    posted.push(body);
    if (!isPostTaken()) return Promise.resolve({ outcome: 'not-reachable' });
    return Promise.resolve({ outcome: 'answered', status: 200, value: {} });
  };
  return { posted, exchange };
}

function eventsOf({ method, params }: Record<string, unknown>): string[] {
  if (method !== 'record.report') return [];
  return (params as { events: DeviceEvent[] }).events.map(({ event, detail }) =>
    [event, detail ?? []].flat().join(' '),
  );
}

function recordOf(initial: DeviceRecord): MemoryRecord & KioskParts['record'] {
  let value = initial;
  let generation = 1;
  let isOpen = true;
  return {
    fault: undefined,
    get value() {
      return value;
    },
    get generation() {
      return generation;
    },
    update(change) {
      if (!isOpen) throw new Error('closed');
      if (this.fault !== undefined) throw this.fault;
      value = deviceRecord.parse(change(value));
      generation += 1;
    },
    close: () => void (isOpen = false),
  };
}

async function asks(socket: FakeSocket, id: number, method: string, params: unknown): Promise<unknown> {
  socket.says({ kind: 'request', id, method, params });
  const answer = (): unknown => socket.sent.find((frame) => frame['kind'] === 'response' && frame['id'] === id);
  await until(`an answer to ${method}`, () => answer() !== undefined);
  await settled();
  return answer();
}

/** An officer's order for the laptop. */
export function orderOf({ fleet }: SampleLaptop, at: number, kind: OrderKind, sequence: number): ApprovedStatement {
  const devices = [{ id: fleet.device.id, name: fleet.device.name, sequence }];
  return fleet.approved(fleet.order(at, { order: kind, devices }), fleet.people.officer);
}

/** How control answers a join. @param changes what else there is in the room */
export function sampleSeat(
  closesAt: number,
  changes: Partial<RoomRequestResult<'room.join'>> = {},
): RoomRequestResult<'room.join'> {
  const empty = { phase: 'waiting', rtpCapabilities: {}, participants: [], producers: [] } as const;
  return { ...empty, participants: [], producers: [], progress: noProgress, closesAt, ...changes };
}

/**
 * Opens a connected laptop as a nurse does: types its code, approves the grant.
 * @param changes of the grant
 * @param upcoming what control tells the laptop of its other appointments
 * @returns the laptop's answer, and the grant
 */
export async function openLaptop(
  { fleet, sealingPublicKey }: SampleLaptop,
  { kiosk, clock }: Pick<RunningLaptop, 'kiosk'> & { readonly clock: Pick<ManualClock, 'now'> },
  socket: FakeSocket,
  changes: Partial<Grant> = {},
  upcoming: UpcomingAppointment[] = [],
): Promise<{ answer: unknown; grant: ApprovedStatement }> {
  const code = (): string | undefined => {
    const { screen } = kiosk.snapshot;
    return screen.screen === 'inert' && screen.pairing.state === 'shown' ? screen.pairing.code : undefined;
  };
  await until('a code is shown', () => code() !== undefined);
  const checked = (await asks(socket, 101, 'pairing.check', { code: code() })) as { result: { nonce: string } };
  const statement = fleet.grant(clock.now(), { pairingNonce: checked.result.nonce, ...changes });
  const grant = fleet.approved(statement, fleet.people.nurse);
  const bytes = fromBase64url(grant.statement) ?? new Uint8Array();
  const appointment: DeviceAppointment = {
    ...statement.appointment,
    patientReference: 'P 1',
    patientName: 'Alex Example',
    startsAt: statement.appointment.opensAt,
    endsAt: statement.appointment.closesAt,
  };
  const share = await sealShare(new Uint8Array(32).fill(7), sealingPublicKey, bytes);
  return { answer: await asks(socket, 102, 'grant.open', { grant, share, appointment, upcoming }), grant };
}
