// Control's part for laptops, put together as in production on a real database and real ports, for tests.
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type {
  ApprovedStatement,
  ConsoleAnswer,
  ConsoleParsed,
  Manifest,
  Role,
  RoomEnd,
  Roster,
} from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import type { ActivationDeps } from './activation/activation-deps.ts';
import { createActivationRecord } from './activation/locking.ts';
import { activationRoutes } from './activation/routes.ts';
import type { ActivationRoutes } from './activation/routes.ts';
import { createAudit } from './audit/audit.ts';
import { createNotifications } from './db/notifications.ts';
import type { Notifications } from './db/notifications.ts';
import type { Database } from './db/schema.ts';
import { createTestDatabase } from './db/testing.ts';
import type { TestDatabase } from './db/testing.ts';
import { createCertificateRenewal } from './devices/certificate-renewal.ts';
import { createDeviceCa, DeviceCa } from './devices/device-ca.ts';
import { EnrolmentServer } from './devices/enrolment-server.ts';
import type { EnrolmentServerDeps } from './devices/enrolment-server.ts';
import { deviceRoutes } from './devices/routes.ts';
import type { DeviceRoutes } from './devices/routes.ts';
import { ServerIdentity } from './devices/server-identity.ts';
import { Refused } from './http/handlers.ts';
import type { Caller, Handler } from './http/handlers.ts';
import { enrolLaptop } from './laptop-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';
import type { DeviceLinkDeps } from './link/device-link-server.ts';
import type { LinkServices } from './link/link-services.ts';
import { OrderDelivery } from './orders/delivery.ts';
import { createReceipts } from './orders/receipts.ts';
import type { Receipts } from './orders/receipts.ts';
import { orderRoutes } from './orders/routes.ts';
import type { OrderRoutes } from './orders/routes.ts';
import { createApprovalTasks } from './people/approval-tasks.ts';
import { createTrustDocuments } from './people/trust-documents.ts';
import type { Answer, ApprovalTasks, Audit, Changes, Clock, Rooms, TrustDocuments } from './ports.ts';

/** A person of the fleet, as far as control's tables need them. */
interface WorldPerson {
  named: { id: string; name: string };
}

/** The fleet a world is made for; `test/harness/sample-fleet.ts` makes one. */
export interface WorldFleet {
  prison: string;
  hospital: string;
  people: Record<
    'trustee' | 'officer' | 'otherOfficer' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant',
    WorldPerson
  >;
  manifest: Manifest;
  roster: Roster;
}

/** Real time, moved by `offset` milliseconds. */
export interface MovableClock extends Clock {
  offset: number;
}

type WorldRoutes = DeviceRoutes & ActivationRoutes & OrderRoutes;

export interface World {
  database: TestDatabase;
  clock: MovableClock;
  ca: DeviceCa;
  link: DeviceLinkServer;
  linkDeps: DeviceLinkDeps;
  enrolmentDeps: EnrolmentServerDeps;
  services: LinkServices;
  enrolment: EnrolmentServer;
  delivery: OrderDelivery;
  receipts: Receipts;
  tasks: ApprovalTasks;
  trust: TrustDocuments;
  activation: ActivationDeps;
  /** Asks a console route as a signed-in person. */
  ask<N extends keyof WorldRoutes>(
    route: N,
    input: ConsoleParsed<N>,
    caller: Caller,
  ): Promise<Answer<ConsoleAnswer<N>>>;
  /** Who was made to leave rooms, and why. */
  left: { id: string; reason: RoomEnd }[];
  faults: unknown[];
  caller(person: WorldPerson, role: Role, site?: string): Caller;
  /** Enrols a laptop with a fresh ticket. */
  laptop(): Promise<Laptop>;
  /** The audit actions so far, oldest first. */
  actions(): Promise<string[]>;
  close(): Promise<void>;
}

/** Founds a fleet in a fresh database and starts control's device ports on free ports of the loopback. */
export async function createWorld(fleet: WorldFleet, documents: FoundingDocuments): Promise<World> {
  const base = await createBase(fleet, documents);
  const { database, clock, common, ca, trust, tasks, faults } = base;
  const parts = await startPorts(base);
  const { link, enrolment } = parts;
  const activation = { ...common, trust, tasks, link };
  const routes: { [N in keyof WorldRoutes]: Handler<N> } = {
    ...deviceRoutes({ ...common, trust, ca: ca.der, address: `127.0.0.1:${enrolment.port}` }),
    ...activationRoutes(activation),
    ...orderRoutes({ ...common, trust, tasks, bricksPerHour: 5 }),
  };
  const ask: World['ask'] = async (route, input, by) => {
    const answer = await routes[route](input, by);
    return answer instanceof Refused ? { ok: false, refusal: answer.refusal } : { ok: true, result: answer };
  };
  const caller: World['caller'] = (person, role, site) => ({
    person: { ...idAndName(person), role, site: site === undefined ? null : siteOf(fleet, site) },
    session: 'test',
  });
  return {
    ...parts,
    ...{ database, clock, ca, tasks, trust, activation, faults, ask, caller },
    laptop: async () => {
      const body = { name: `HB-${randomUUID().slice(0, 8)}`, site: fleet.prison };
      const answer = await ask('createTicket', { body }, caller(fleet.people.officer, 'fleetOfficer'));
      if (!answer.ok) throw new Error(answer.refusal.reason);
      return enrolLaptop(answer.result.ticket);
    },
    actions: async () => {
      const rows = await database.db.selectFrom('audit').select('action').orderBy('number').execute();
      return rows.map(({ action }) => action);
    },
    close: async () => {
      await parts.delivery.close();
      await link.close();
      await enrolment.close();
      await base.close();
    },
  };
}

interface FoundingDocuments {
  manifest: ApprovedStatement;
  roster: ApprovedStatement;
}

/** What stands below the ports. */
interface Base extends Pick<World, 'database' | 'clock' | 'ca' | 'trust' | 'tasks' | 'faults'> {
  common: { db: Kysely<Database>; audit: Audit; changes: Changes; clock: Clock; onFault(fault: unknown): void };
  identity: ServerIdentity;
  notifications: Notifications;
  close(): Promise<void>;
}

async function createBase(fleet: WorldFleet, documents: FoundingDocuments): Promise<Base> {
  const database = await createTestDatabase();
  const { db } = database;
  const clock: MovableClock = { offset: 0, now: () => Date.now() + clock.offset };
  await found(database, fleet, documents, clock);
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => void faults.push(fault);
  const notifications = await createNotifications(database.url, db, onFault);
  const audit = createAudit({ db, clock, announce: () => Promise.resolve() });
  const ca = await DeviceCa.load(await createDeviceCa(clock), clock);
  const identity = await ServerIdentity.create({ ca, clock, onFault });
  return {
    ...{ database, clock, ca, identity, notifications, faults },
    common: { db, audit, changes: { publish: () => Promise.resolve() }, clock, onFault },
    trust: createTrustDocuments({ db, clock }),
    tasks: createApprovalTasks({ db, clock }),
    close: async () => {
      identity.close();
      await notifications.close();
      await database.close();
    },
  };
}

type Ports = Pick<
  World,
  'link' | 'linkDeps' | 'services' | 'delivery' | 'receipts' | 'enrolment' | 'enrolmentDeps' | 'left'
>;

async function startPorts({ common, ca, identity, trust, notifications }: Base): Promise<Ports> {
  const left: World['left'] = [];
  const rooms = roomsThatRecord(left);
  const receipts = createReceipts(common);
  const linkDeps = { ...common, caCertificate: ca.certificate, identity };
  const link = DeviceLinkServer.create(linkDeps);
  const delivery = await OrderDelivery.create({ ...common, link, rooms, receipts, notifications });
  const services: LinkServices = {
    ...{ rooms, trust, receipts },
    activations: createActivationRecord(common),
    certificates: createCertificateRenewal({ ...common, ca }),
    connected: (device) => delivery.wake(device),
  };
  const listen = { host: '127.0.0.1', port: 0 };
  await link.start(listen, services);
  const enrolmentDeps: EnrolmentServerDeps = {
    ...{ ...common, trust, ca, identity, receipts, listen, link: `127.0.0.1:${link.port}` },
    rates: { perAddress: { burst: 1000, perSecond: 100 }, overall: { burst: 1000, perSecond: 100 } },
  };
  const enrolment = await EnrolmentServer.create(enrolmentDeps);
  return { link, linkDeps, services, delivery, receipts, enrolment, enrolmentDeps, left };
}

function idAndName({ named }: WorldPerson): { id: string; name: string } {
  return { id: named.id, name: named.name };
}

function siteOf(fleet: WorldFleet, id: string): NonNullable<Caller['person']['site']> {
  const site = fleet.manifest.sites.find((candidate) => candidate.id === id);
  if (site === undefined) return { id, name: 'Elsewhere', kind: 'prison' };
  return { id, name: site.name, kind: site.kind };
}

function roomsThatRecord(left: World['left']): Rooms {
  return {
    handle: async (_peer, method) =>
      method === 'room.leave' ? { ok: true, result: {} } : { ok: false, refusal: { reason: 'not-found' } },
    leave: async ({ id }, reason) => void left.push({ id, reason }),
  };
}

async function found(
  { db }: TestDatabase,
  fleet: WorldFleet,
  documents: { manifest: ApprovedStatement; roster: ApprovedStatement },
  clock: Clock,
): Promise<void> {
  const sites = fleet.manifest.sites.map(({ id, kind, name }) => ({ id, kind, name }));
  await db.insertInto('sites').values(sites).execute();
  const { people, prison, hospital } = fleet;
  const roles: [WorldPerson, Role, string | null][] = [
    [people.trustee, 'trustee', null],
    [people.officer, 'fleetOfficer', null],
    [people.otherOfficer, 'fleetOfficer', null],
    [people.prisonManager, 'manager', prison],
    [people.hospitalManager, 'manager', hospital],
    [people.nurse, 'healthcare', prison],
    [people.consultant, 'consultant', hospital],
  ];
  const rows = roles.map(([person, role, site]) => ({ ...idAndName(person), role, site }));
  await db.insertInto('people').values(rows).execute();
  for (const [kind, approved] of Object.entries(documents) as ['manifest' | 'roster', ApprovedStatement][]) {
    const site = kind === 'roster' ? prison : null;
    const statement = Buffer.from(fromBase64url(approved.statement) ?? []);
    const row = { id: randomUUID(), kind, site, version: 1, statement, created_at: new Date(clock.now()) };
    await db
      .insertInto('trust_documents')
      .values({ ...row, approvals: JSON.stringify(approved.approvals) })
      .execute();
  }
}
