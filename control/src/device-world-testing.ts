// Control's part for laptops, put together as in production on a real database and real ports, for tests.
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type {
  ApprovedStatement,
  ConsoleAnswer,
  ConsoleParsed,
  Manifest,
  Person,
  Role,
  RoomEnd,
  Roster,
} from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import type { ActivationDeps } from './activation/activation-deps.ts';
import { createActivationRecord } from './activation/locking.ts';
import { activationRoutes } from './activation/routes.ts';
import type { ActivationRoutes } from './activation/routes.ts';
import { appointmentRoutes, type AppointmentRoutes } from './appointments/routes.ts';
import { createAudit } from './audit/audit.ts';
import { noChecks } from './checks/testing.ts';
import { createDeviceRecord } from './audit/device-record.ts';
import { createCustodies } from './custody/custodies.ts';
import { custodyRoutes, type CustodyRoutes } from './custody/routes.ts';
import { createNotifications } from './db/notifications.ts';
import type { Notifications } from './db/notifications.ts';
import type { Database } from './db/schema.ts';
import { createTestDatabase } from './db/testing.ts';
import type { TestDatabase } from './db/testing.ts';
import { createCertificateRenewal } from './devices/certificate-renewal.ts';
import { createDeviceCa, DeviceCa } from './devices/device-ca.ts';
import { EnrolmentServer } from './devices/enrolment-server.ts';
import type { EnrolmentServerDeps } from './devices/enrolment-server.ts';
import { createDeviceMarks } from './devices/device-marks.ts';
import { compareHello } from './devices/rollback.ts';
import { deviceRoutes } from './devices/routes.ts';
import type { DeviceRoutes } from './devices/routes.ts';
import { ServerIdentity } from './devices/server-identity.ts';
import { Refused } from './http/handlers.ts';
import type { Caller, Handler, OpenHandler } from './http/handlers.ts';
import { enrolLaptop } from './laptop-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';
import type { DeviceLinkDeps } from './link/device-link-server.ts';
import type { LinkServices } from './link/link-services.ts';
import { OrderDelivery } from './orders/delivery.ts';
import { createErasures } from './orders/erasures.ts';
import type { AlarmLimits } from './orders/order-alarms.ts';
import { createReceipts } from './orders/receipts.ts';
import type { Receipts } from './orders/receipts.ts';
import { orderRoutes } from './orders/routes.ts';
import type { OrderRoutes } from './orders/routes.ts';
import { invitationRoutes } from './people/invitation-routes.ts';
import type { InvitationRoutes } from './people/invitation-routes.ts';
import { createPasskeyRegistration } from './people/passkey-registration.ts';
import { createSignatureCounters } from './people/signature-counters.ts';
import type {
  Answer,
  ApprovalTasks,
  Audit,
  Changes,
  Clock,
  Erasures,
  Rooms,
  SignatureCounters,
  TrustNews,
} from './ports.ts';
import { createTestShares } from './shares/testing.ts';
import type { TestShares } from './shares/testing.ts';
import { createApprovalTasks } from './trust/approval-tasks.ts';
import { createAuditKey } from './trust/audit-key.ts';
import { announceTrust, createTrustNews } from './trust/news.ts';
import { trustRoutes } from './trust/routes.ts';
import type { TrustRoutes } from './trust/routes.ts';
import { createTrustDocuments } from './trust/trust-documents.ts';
import type { TrustReader } from './trust/trust-documents.ts';

/** Where the consoles of this world are. */
export const consoleOrigin = 'https://localhost:8443';

/** After how long somebody is told of a laptop that does not do as it was ordered. */
export const alarmLimits: AlarmLimits = { answerMinutes: 5, contactHours: 24, erasureMinutes: 30 };

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
  hospitalRoster: Roster;
}

/** Real time, moved by `offset` milliseconds. */
export interface MovableClock extends Clock {
  offset: number;
}

/** Routes nobody needs to be signed in for: the link is the access. */
type InvitedRoute = 'invitationView' | 'invitationRegistrationOptions' | 'invitationRegister';

type WorldRoutes = DeviceRoutes &
  ActivationRoutes &
  AppointmentRoutes &
  CustodyRoutes &
  OrderRoutes &
  TrustRoutes &
  Omit<InvitationRoutes, InvitedRoute>;

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
  erasures: Erasures;
  tasks: ApprovalTasks;
  trust: TrustReader;
  counters: SignatureCounters;
  shares: TestShares;
  activation: ActivationDeps;
  /** Asks a console route as a signed-in person. */
  ask<N extends keyof WorldRoutes>(
    route: N,
    input: ConsoleParsed<N>,
    caller: Caller,
  ): Promise<Answer<ConsoleAnswer<N>>>;
  /** Asks as somebody who has a link and no more. */
  askInvited<N extends InvitedRoute>(route: N, input: ConsoleParsed<N>): Promise<Answer<ConsoleAnswer<N>>>;
  /** The topics that consoles were told of. */
  published: string[];
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
  const { database, clock, common, ca, trust, tasks, counters, faults, published } = base;
  const parts = await startPorts(base);
  const { link, enrolment, erasures } = parts;
  const activation = { ...common, trust, tasks, counters, link };
  const routes = routesOf(base, activation, { enrolment, erasures });
  const ask: World['ask'] = async (route, input, by) => answered(await routes[route](input, by));
  const invited: { [N in InvitedRoute]: OpenHandler<N> } = invitationRoutesOf(base);
  const caller: World['caller'] = (person, role, site) => ({
    person: { ...idAndName(person), role, site: site === undefined ? null : siteOf(fleet, site) },
    session: 'test',
  });
  return {
    ...parts,
    ...{
      database,
      clock,
      ca,
      tasks,
      trust,
      counters,
      shares: common.shares,
      activation,
      faults,
      published,
      ask,
      caller,
    },
    askInvited: async <N extends InvitedRoute>(route: N, input: ConsoleParsed<N>) => {
      const handler: OpenHandler<N> = invited[route];
      return answered(await handler(input, noBrowser));
    },
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
      parts.stopAnnouncing();
      await link.close();
      await enrolment.close();
      await base.close();
    },
  };
}

const noCookie = { token: undefined, begin: () => undefined, end: () => undefined };
const noBrowser = { source: 'test', current: undefined, begin: noCookie.begin, end: noCookie.end, guest: noCookie };

function answered<T>(answer: T | Refused): Answer<T> {
  return answer instanceof Refused ? { ok: false, refusal: answer.refusal } : { ok: true, result: answer };
}

function routesOf(
  { common, ca, trust, tasks, counters, news }: Base,
  activation: ActivationDeps,
  { enrolment, erasures }: Pick<World, 'enrolment' | 'erasures'>,
): { [N in keyof WorldRoutes]: Handler<N> } {
  const custodies = createCustodies(common);
  return {
    ...deviceRoutes({ ...common, trust, erasures, custodies, ca: ca.der, address: `127.0.0.1:${enrolment.port}` }),
    ...activationRoutes(activation),
    ...appointmentRoutes({ ...common, news }),
    ...custodyRoutes(common),
    ...orderRoutes({ ...common, trust, tasks, counters, bricksPerHour: 5, alarms: alarmLimits }),
    ...trustRoutes({ ...common, trust, counters, news }),
    ...invitationRoutesOf({ common, trust }),
  };
}

function invitationRoutesOf({ common, trust }: Pick<Base, 'common' | 'trust'>): InvitationRoutes {
  const places = { rpId: 'localhost', origin: consoleOrigin };
  const registration = createPasskeyRegistration({ ...common, ...places, trust });
  return invitationRoutes({ ...common, ...places, registration });
}

interface FoundingDocuments {
  manifest: ApprovedStatement;
  roster: ApprovedStatement;
  hospitalRoster?: ApprovedStatement;
  /** The private half of the manifest's audit key, PKCS #8 PEM; another one when a test does not care. */
  auditKey?: string;
}

/** What stands below the ports. */
interface Base extends Pick<
  World,
  'database' | 'clock' | 'ca' | 'trust' | 'tasks' | 'counters' | 'faults' | 'published'
> {
  news: TrustNews;
  common: {
    db: Kysely<Database>;
    audit: Audit;
    changes: Changes;
    shares: TestShares;
    clock: Clock;
    onFault(fault: unknown): void;
  };
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
  const shares = await createTestShares({ db, clock, fleet: fleet.manifest.fleet });
  const published: string[] = [];
  const changes: Changes = { publish: async (topic) => void published.push(topic) };
  return {
    ...{ database, clock, ca, identity, notifications, faults, published },
    common: { db, audit, changes, shares, clock, onFault },
    counters: createSignatureCounters(),
    news: createTrustNews(notifications),
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
  'link' | 'linkDeps' | 'services' | 'delivery' | 'receipts' | 'erasures' | 'enrolment' | 'enrolmentDeps' | 'left'
> & { stopAnnouncing: () => void };

async function startPorts({ common, ca, identity, trust, notifications }: Base): Promise<Ports> {
  const left: World['left'] = [];
  const rooms = roomsThatRecord(left);
  const receipts = createReceipts(common);
  const marks = createDeviceMarks(common);
  const erasures = createErasures({ ...common, receipts, marks });
  const linkDeps = { ...common, caCertificate: ca.certificate, identity };
  const link = DeviceLinkServer.create(linkDeps);
  const delivery = await OrderDelivery.create({ ...common, link, rooms, receipts, notifications });
  const services: LinkServices = {
    ...{ rooms, trust, erasures, checks: noChecks },
    activations: createActivationRecord(common),
    sequences: { compare: (device, hello) => compareHello(common, device, hello) },
    deviceRecord: createDeviceRecord({ ...common, marks }),
    certificates: createCertificateRenewal({ ...common, ca }),
    connected: (device) => delivery.wake(device),
  };
  const listen = { host: '127.0.0.1', port: 0 };
  await link.start(listen, services);
  const stopAnnouncing = await announceTrust({ ...common, link, notifications });
  const enrolmentDeps: EnrolmentServerDeps = {
    ...{ ...common, trust, ca, identity, erasures, listen, link: `127.0.0.1:${link.port}` },
    rates: { perAddress: { burst: 1000, perSecond: 100 }, overall: { burst: 1000, perSecond: 100 } },
  };
  const enrolment = await EnrolmentServer.create(enrolmentDeps);
  return { link, linkDeps, services, delivery, receipts, erasures, enrolment, enrolmentDeps, left, stopAnnouncing };
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
  { auditKey = createAuditKey(), ...documents }: FoundingDocuments,
  clock: Clock,
): Promise<void> {
  const { manifest, prison, hospital } = fleet;
  const { rpId, approverOrigin } = manifest.policy;
  const rules = { policy: manifest.policy, trusteeThreshold: 1, siteThresholds: {} };
  await db
    .insertInto('fleet')
    .values({
      ...{ id: manifest.fleet, rp_id: rpId, approver_origin: approverOrigin, plan: JSON.stringify(rules) },
      ...{ ca_certificate: 'certificate', ca_key: 'key', audit_key: auditKey, founded_at: new Date(clock.now()) },
    })
    .execute();
  const sites = manifest.sites.map(({ id, kind, name }) => ({ id, kind, name }));
  await db.insertInto('sites').values(sites).execute();
  for (const place of placesOf(fleet)) await insertPerson(db, place);
  const kinds = { manifest: null, roster: prison, hospitalRoster: hospital } as const;
  for (const [name, approved] of Object.entries(documents) as [keyof typeof kinds, ApprovedStatement][]) {
    const statement = Buffer.from(fromBase64url(approved.statement) ?? []);
    const kind = name === 'manifest' ? 'manifest' : 'roster';
    const row = { id: randomUUID(), kind, site: kinds[name], version: 1, statement } as const;
    await db
      .insertInto('trust_documents')
      .values({ ...row, approvals: JSON.stringify(approved.approvals), created_at: new Date(clock.now()) })
      .execute();
  }
}

type Place = readonly [person: Person, role: Role, site: string | null];

/** Everybody whom the fleet's documents name. */
function placesOf({ manifest, roster, hospitalRoster }: WorldFleet): Place[] {
  const places = (people: readonly Person[], role: Role, site: string | null): Place[] =>
    people.map((person) => [person, role, site] as const);
  return [
    ...places(manifest.trustees.people, 'trustee', null),
    ...places(manifest.fleetOfficers, 'fleetOfficer', null),
    ...manifest.sites.flatMap(({ id, managers }) => places(managers, 'manager', id)),
    ...places(roster.people, 'healthcare', roster.site),
    ...places(hospitalRoster.people, 'consultant', hospitalRoster.site),
  ];
}

async function insertPerson(db: Kysely<Database>, [{ id, name, credentials }, role, site]: Place): Promise<void> {
  await db.insertInto('people').values({ id, name, role, site }).execute();
  const rows = credentials.map((passkey) => ({
    ...{ id: passkey.id, person: id, public_key: Buffer.from(passkey.publicKey, 'base64url') },
    ...{ counter: 0, transports: JSON.stringify(['usb']) },
  }));
  await db.insertInto('credentials').values(rows).execute();
}
