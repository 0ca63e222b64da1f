// A day of a fleet whose laptops keep their own chains and countersign control's record, for tests of what outsiders check.
import { createECDH, randomUUID, sign } from 'node:crypto';
import {
  decodeCheckpoint,
  deviceChainGenesis,
  deviceEventHashes,
  deviceRequests,
  encodeDeviceHead,
  encodeStatement,
  fromBase64url,
  isConsistent,
  toBase64url,
} from '@sallyport/protocol';
import type {
  Approval,
  ApprovalTask,
  ApprovedStatement,
  DeviceEvent,
  DeviceRequestParams,
  Join,
  JoinProof,
  OrderKind,
  Statement,
  TreeHead,
} from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { findBookedRoom } from './rooms/booked-rooms.ts';
import type { Laptop } from './laptop-testing.ts';
import type { Answer, RoomPeer } from './ports.ts';
import { verifyJoin } from './rooms/proved-joins.ts';
import { RoomLedger } from './rooms/room-ledger.ts';
import { createTrustWorld, must } from './trust-world-testing.ts';
import type { Keyholder, TrustFleet, TrustWorld } from './trust-world-testing.ts';

const minute = 60_000;

/** A laptop's own chain, and what it has countersigned, kept as a laptop keeps them. */
export interface RecordKeeper {
  laptop: Laptop;
  /** Its events so far. */
  events: DeviceEvent[];
  /** The head of control's record it has countersigned last. */
  witnessed: TreeHead | undefined;
  /** What it would send for its next events, once they are its. */
  reportOf(...events: DeviceEvent['event'][]): Promise<DeviceRequestParams<'record.report'>>;
  /** Reports its next events. */
  report(...events: DeviceEvent['event'][]): Promise<Answer<unknown>>;
  sign(bytes: Uint8Array): string;
  /** Countersigns control's newest checkpoint. @throws when it does not go on from the last one */
  countersign(): Promise<TreeHead>;
}

export interface AuditWorld extends TrustWorld {
  /** A connected laptop that keeps its record. */
  keeper(): Promise<RecordKeeper>;
  /** Books a consultation and opens the laptop for it, as the nurse does. @returns the appointment */
  open(laptop: Laptop): Promise<string>;
  /** The laptop and the consultant join the room of an appointment, each with its proof. */
  meet(keeper: RecordKeeper, appointment: string): Promise<void>;
  /** An officer gives an order, and the laptop answers it. */
  order(kind: OrderKind, laptop: Laptop): Promise<void>;
}

/** The patient of every appointment. */
export const patient = 'A1234BC';

/** `test/harness/sample-fleet.ts` makes one. */
export interface AuditFleet extends TrustFleet {
  join(now: number, appointment: string, changes?: Partial<Join>): Join;
  approved(statement: Statement, ...approvers: Keyholder[]): ApprovedStatement;
}

/** Founds a fleet whose record says which documents founded it, as the ceremony's does. */
export async function createAuditWorld(fleet: AuditFleet): Promise<AuditWorld> {
  const world = await createTrustWorld(fleet, [fleet.people.trustee]);
  await recordFounding(world, fleet);
  return {
    ...world,
    keeper: async () => {
      const laptop = await world.laptop();
      await laptop.connect();
      return keeperOf(laptop);
    },
    open: (laptop) => openFor(world, fleet, laptop),
    meet: (keeper, appointment) => meet(world, fleet, keeper, appointment),
    order: (kind, laptop) => giveOrder(world, fleet, kind, laptop),
  };
}

async function recordFounding({ database, activation }: TrustWorld, { manifest }: TrustFleet): Promise<void> {
  const documents = await database.db.selectFrom('trust_documents').selectAll().orderBy('kind').execute();
  await database.db.transaction().execute(async (trx) => {
    for (const { kind, site, version, statement } of documents) {
      const detail = { version, statement: await digestOf(Uint8Array.from(statement)) };
      const actor = { kind: 'control', id: null, name: 'control' } as const;
      await activation.audit.append(trx, {
        actor,
        action: `${kind}.in-force`,
        subject: site ?? manifest.fleet,
        detail,
      });
    }
  });
}

/** A laptop's own chain, from its first event on. */
export function keeperOf(laptop: Laptop): RecordKeeper {
  const signWith = (bytes: Uint8Array): string =>
    sign('sha256', bytes, { key: laptop.identity.keys.signingKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const keeper: RecordKeeper = {
    laptop,
    events: [],
    witnessed: undefined,
    sign: signWith,
    reportOf: async (...names) => {
      const hashes = await deviceEventHashes(laptop.id, keeper.events, deviceChainGenesis);
      const previous = hashes.at(-1) ?? deviceChainGenesis;
      const first = keeper.events.length + 1;
      const events = names.map((event, index): DeviceEvent => ({ number: first + index, at: Date.now(), event }));
      return signedReport(keeper, previous, events);
    },
    report: async (...names) => {
      const report = await keeper.reportOf(...names);
      keeper.events.push(...report.events);
      return laptop.request('record.report', report);
    },
    countersign: () => countersign(keeper),
  };
  return keeper;
}

/** A report of these events after that hash, signed by the laptop. */
export async function signedReport(
  { laptop, sign: signWith }: Pick<RecordKeeper, 'laptop' | 'sign'>,
  previous: string,
  events: DeviceEvent[],
): Promise<DeviceRequestParams<'record.report'>> {
  const hashes = await deviceEventHashes(laptop.id, events, previous);
  const last = { device: laptop.id, number: events.at(-1)?.number ?? 0, hash: hashes.at(-1) ?? '' };
  return { previous, events, signature: signWith(encodeDeviceHead(last)) };
}

async function countersign(keeper: RecordKeeper): Promise<TreeHead> {
  const { laptop, witnessed } = keeper;
  const answer = must(await laptop.request('audit.checkpoint', { after: witnessed?.size ?? 0 }));
  const { checkpoint, consistency } = deviceRequests['audit.checkpoint'].result.parse(answer);
  const bytes = fromBase64url(checkpoint.checkpoint);
  const decoded = bytes && decodeCheckpoint(bytes);
  if (bytes === undefined || decoded === undefined) throw new Error('no checkpoint');
  if (witnessed !== undefined && !(await isConsistent(witnessed, decoded, consistency))) {
    throw new Error('inconsistent');
  }
  keeper.witnessed = { size: decoded.size, root: decoded.root };
  must(await laptop.request('audit.countersign', { checkpoint: checkpoint.checkpoint, signature: keeper.sign(bytes) }));
  return keeper.witnessed;
}

async function openFor(world: TrustWorld, fleet: TrustFleet, laptop: Laptop): Promise<string> {
  const { nurse, consultant } = fleet.people;
  const staff = world.caller(nurse, 'healthcare', fleet.prison);
  const appointment = randomUUID();
  const now = world.clock.now();
  await world.database.db
    .insertInto('appointments')
    .values({
      ...{ id: appointment, prison: fleet.prison, device: laptop.id, consultant: consultant.named.id },
      ...{ patient_reference: patient, patient_name: patient, booked_by: nurse.named.id, cancelled_at: null },
      ...{ opens_at: new Date(now), starts_at: new Date(now), ends_at: new Date(now + 20 * minute) },
      closes_at: new Date(now + 30 * minute),
    })
    .execute();
  const task = must(await world.ask('pair', { body: { appointment, code: await laptop.code() } }, staff));
  const approval = approvalOf(fleet, task, nurse);
  must(await world.ask('open', { params: { id: task.id }, body: { approval } }, staff));
  return appointment;
}

async function meet(
  { database: { db }, activation, trust, clock }: TrustWorld,
  fleet: AuditFleet,
  keeper: RecordKeeper,
  appointment: string,
): Promise<void> {
  const { audit, changes } = activation;
  const ledger = new RoomLedger({ db, audit, changes, clock, node: randomUUID() });
  const join = async (peer: Omit<RoomPeer, 'notify'>, proof: JoinProof): Promise<void> => {
    const whole = { ...peer, notify: () => undefined };
    const proved = must(await verifyJoin({ db, trust, clock }, whole, appointment, proof));
    must(await ledger.join(whole, appointment, proved));
  };
  const booked = await findBookedRoom({ db, trust, clock }, appointment);
  const grant = await db.selectFrom('grants').selectAll().where('appointment', '=', appointment).executeTakeFirst();
  if (booked === undefined || grant === undefined) throw new Error('nobody opened the laptop for that');
  const { laptop } = keeper;
  const device = booked.laptop;
  const ofLaptop = { kind: 'device', id: device.id, name: device.name, site: device.prison } as const;
  const signed = encodeStatement(
    fleet.join(clock.now(), appointment, { device, participant: ofLaptop, mediaKey: mediaKey() }),
  );
  const publicKey = await db.selectFrom('devices').select('public_key').where('id', '=', laptop.id).executeTakeFirst();
  await join(ofLaptop, {
    kind: 'device',
    statement: toBase64url(signed),
    signature: keeper.sign(signed),
    key: toBase64url(publicKey?.public_key ?? new Uint8Array()),
    grant: { statement: toBase64url(grant.statement), approvals: [grant.approval] },
  });
  const { consultant } = fleet.people;
  const approved = fleet.approved(fleet.join(clock.now(), appointment, { device, mediaKey: mediaKey() }), consultant);
  const { id, name } = consultant.named;
  await join({ kind: 'consultant', id, name }, { kind: 'consultant', join: approved });
}

/** A fresh key for one join: an uncompressed point of P-256. */
function mediaKey(): string {
  const keys = createECDH('prime256v1');
  return toBase64url(keys.generateKeys());
}

async function giveOrder(world: TrustWorld, fleet: TrustFleet, kind: OrderKind, laptop: Laptop): Promise<void> {
  const { officer } = fleet.people;
  const by = world.caller(officer, 'fleetOfficer');
  const body = { order: kind, devices: [laptop.id], reason: 'Left on a train' };
  const task = must(await world.ask('draftOrder', { body }, by));
  const approval = approvalOf(fleet, task, officer);
  const { orders } = must(await world.ask('approveOrder', { params: { id: task.id }, body: { approval } }, by));
  const orderState = async (): Promise<string | undefined> => {
    const query = world.database.db
      .selectFrom('orders')
      .select('state')
      .where('id', '=', orders[0]?.id ?? '');
    return (await query.executeTakeFirst())?.state;
  };
  while ((await orderState()) !== 'executed') await new Promise((resolve) => setTimeout(resolve, 10));
}

function approvalOf({ place }: TrustFleet, { statement }: ApprovalTask, { authenticator }: Keyholder): Approval {
  return authenticator.approve(fromBase64url(statement) ?? new Uint8Array(), place);
}
