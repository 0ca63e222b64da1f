import { guestSocketPath, roomSocketPath } from '@sallyport/protocol';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { activationRoutes } from './activation/routes.ts';
import { createActivationRecord } from './activation/locking.ts';
import { createAppointments } from './appointments/appointment-reader.ts';
import { appointmentRoutes } from './appointments/routes.ts';
import { createApproverServer } from './approver/approver-server.ts';
import { auditRoutes } from './audit/routes.ts';
import { DeviceChecks } from './checks/checks.ts';
import { ClosingStack } from './closing.ts';
import { ConfigurationError, type Configuration, type WebListener } from './config.ts';
import { createCustodies } from './custody/custodies.ts';
import { CustodyWatch } from './custody/custody-watch.ts';
import { custodyRoutes } from './custody/routes.ts';
import { isMigrated } from './db/migrate.ts';
import { createDeviceRecord } from './audit/device-record.ts';
import { createCertificateRenewal } from './devices/certificate-renewal.ts';
import { DeviceCa } from './devices/device-ca.ts';
import { EnrolmentServer } from './devices/enrolment-server.ts';
import { createDeviceMarks } from './devices/device-marks.ts';
import { compareHello } from './devices/rollback.ts';
import { deviceRoutes } from './devices/routes.ts';
import { ServerIdentity } from './devices/server-identity.ts';
import { fhirPath, registerFhir } from './fhir/fhir-api.ts';
import { requireFleet } from './fleet-record.ts';
import { openFoundation, type Foundation } from './foundation.ts';
import { GuestSockets } from './guests/guest-sockets.ts';
import { guestRoutes } from './guests/routes.ts';
import { createChangeFeed, type ChangeFeed } from './http/changes.ts';
import { createHttp, type Http } from './http/create-http.ts';
import type { Handlers } from './http/handlers.ts';
import { createRefusalRecord, type RefusalRecord } from './http/refusal-record.ts';
import { DeviceLinkServer } from './link/device-link-server.ts';
import { createLogger } from './log.ts';
import { addFamily, addFigures, createMetrics } from './metrics.ts';
import { nodeIdentity } from './node-identity.ts';
import { AlarmWatch } from './orders/alarm-watch.ts';
import { OrderDelivery } from './orders/delivery.ts';
import { createErasures } from './orders/erasures.ts';
import { createReceipts, type Receipts } from './orders/receipts.ts';
import { orderRoutes } from './orders/routes.ts';
import { AttestationRootsError, loadAttestationRoots } from './people/attestation.ts';
import { isSetupToken } from './people/founding.ts';
import { invitationRoutes } from './people/invitation-routes.ts';
import { createPasskeyRegistration } from './people/passkey-registration.ts';
import { peopleRoutes } from './people/routes.ts';
import { createSessions, type SessionStore } from './people/sessions.ts';
import { setupRoutes } from './people/setup-routes.ts';
import { Setup } from './people/setup.ts';
import { createSignatureCounters } from './people/signature-counters.ts';
import { createStandings, type Standings } from './people/standing.ts';
import type {
  ApprovalTasks,
  Appointments,
  Clock,
  Custodies,
  DeviceMarks,
  Erasures,
  ServerShares,
  SignatureCounters,
  TrustNews,
} from './ports.ts';
import { findBookedRoom } from './rooms/booked-rooms.ts';
import { ConsultantSockets } from './rooms/consultant-sockets.ts';
import { RoomService } from './rooms/rooms.ts';
import { roomRoutes } from './rooms/routes.ts';
import { Sfu } from './sfu/sfu.ts';
import { chooseShareKeys } from './shares/choose-keys.ts';
import { settleShareKeys } from './shares/key-rotation.ts';
import { sealPlainShares } from './shares/plain-shares.ts';
import { createServerShares } from './shares/server-shares.ts';
import { ShareKeeper } from './shares/share-keeper.ts';
import { createApprovalTasks } from './trust/approval-tasks.ts';
import { announceTrust, createTrustNews } from './trust/news.ts';
import { trustRoutes } from './trust/routes.ts';
import { createTrustDocuments, type TrustReader } from './trust/trust-documents.ts';
import { watchTrust } from './trust/trust-watch.ts';

/** What tests replace. */
export interface Overrides {
  clock?: Clock;
  logger?: Logger;
  /** Laptops one officer alone may brick in an hour; 3 unless stated. */
  bricksPerHour?: number;
}

/** Where a running control is reached. */
export interface Addresses {
  console: string;
  /** Undefined when the approver is hosted apart. */
  approver: string | undefined;
  link: string;
  enrolment: string;
  media: string;
}

/** The whole control server. */
export interface Control {
  readonly addresses: Addresses;
  /** Starts every part. @throws ConfigurationError in words, or the fault of the part that did not start */
  start(): Promise<void>;
  /** Stops every part, also after a start that failed. Idempotent. */
  close(): Promise<void>;
}

const defaultBricksPerHour = 3;

/** Puts control together; nothing runs before `start`. */
export function createControl(configuration: Configuration, overrides: Overrides = {}): Control {
  const stack = new ClosingStack();
  const logger = overrides.logger ?? createLogger(configuration.logLevel);
  const { console, approver, link, enrolment, media } = configuration;
  return {
    addresses: {
      console: console.origin,
      approver: approver.serve ? approver.origin : undefined,
      link: link.address,
      enrolment: enrolment.address,
      media: `${media.announced}:${media.port}`,
    },
    start: async () => {
      try {
        await startParts(configuration, { ...overrides, logger }, stack);
      } catch (error) {
        await stack.close().catch((fault: unknown) => logger.error({ err: fault }, 'closing after a failed start'));
        throw error;
      }
    },
    close: () => stack.close(),
  };
}

/** What every concern is built from. */
interface Common extends Foundation {
  configuration: Configuration;
  changes: ChangeFeed;
  trust: TrustReader;
  news: TrustNews;
  tasks: ApprovalTasks;
  standings: Standings;
  counters: SignatureCounters;
  shares: ServerShares;
  sessions: SessionStore;
  refusals: RefusalRecord;
  /** PEM. */
  attestationRoots: readonly string[];
  receipts: Receipts;
  erasures: Erasures;
  appointments: Appointments;
  custodies: Custodies;
  marks: DeviceMarks;
  alarms: Configuration['alarms'];
  ca: DeviceCa;
  link: DeviceLinkServer;
  bricksPerHour: number;
  metrics: Registry;
  onFault: (error: unknown) => void;
}

async function startParts(
  configuration: Configuration,
  overrides: Overrides & { logger: Logger },
  stack: ClosingStack,
): Promise<void> {
  const { logger } = overrides;
  const foundation = await openFoundation(configuration, logger, { ...overrides, hold: 'own' });
  stack.add(() => foundation.close());
  const fleet = await requireFleet(foundation.db, configuration);
  const onFault = (error: unknown): void => logger.error({ err: error }, 'fault');
  const ca = await DeviceCa.load(fleet.ca, foundation.clock);
  const identity = await ServerIdentity.create({ ca, clock: foundation.clock, onFault });
  stack.add(() => identity.close());
  const changes = await createChangeFeed(foundation.notifications);
  const shares = await startShares(foundation, { fleet: fleet.id, configuration }, stack);
  const base = { ...foundation, changes, shares, onFault };
  const onVoidRoster = (site: string, reason: string): void =>
    logger.warn({ site, reason }, 'the manifest in force does not bear out the roster of a site');
  const trust = createTrustDocuments({ ...base, onVoidRoster });
  const standings = createStandings({ ...base, trust });
  const refusals = createRefusalRecord({
    ...base,
    write: (entry) => foundation.db.transaction().execute((trx) => foundation.audit.append(trx, entry)),
  });
  stack.add(() => refusals.close());
  const receipts = createReceipts(base);
  const marks = createDeviceMarks(base);
  const common: Common = {
    ...base,
    configuration,
    trust,
    news: createTrustNews(foundation.notifications),
    tasks: createApprovalTasks(base),
    standings,
    counters: createSignatureCounters(),
    sessions: createSessions({ ...base, standings, limits: configuration.sessions }),
    refusals,
    attestationRoots: await rootsOf(configuration),
    receipts,
    marks,
    erasures: createErasures({ ...base, receipts, marks }),
    appointments: createAppointments(base),
    custodies: createCustodies(base),
    alarms: configuration.alarms,
    ca,
    link: DeviceLinkServer.create({ ...base, caCertificate: ca.certificate, identity }),
    bricksPerHour: overrides.bricksPerHour ?? defaultBricksPerHour,
    metrics: createMetrics(),
  };
  const media = await startMedia(common, stack);
  await startRooms(common, media, stack);
  const { enrolment, link } = configuration;
  const listen = { link: link.address, listen: enrolment };
  const enrolmentServer = await EnrolmentServer.create({ ...common, identity, ...listen });
  stack.add(() => enrolmentServer.close());
}

/** Before anything listens the shares fit their key, or control does not start. */
async function startShares(
  foundation: Foundation,
  { fleet, configuration }: { fleet: string; configuration: Configuration },
  stack: ClosingStack,
): Promise<ServerShares> {
  const { keys: source, rotateAfterMinutes } = configuration.shares;
  const logger = foundation.logger.child({ part: 'shares' });
  const deps = { ...foundation, logger, keys: chooseShareKeys(source, fleet), fleet };
  await settleShareKeys(deps);
  await sealPlainShares(deps);
  const keeper = await ShareKeeper.create({ ...deps, rotateAfterMinutes });
  stack.add(() => keeper.close());
  return createServerShares(deps);
}

/** Certificates of authenticators' makers. @throws ConfigurationError when their file is of no use */
async function rootsOf({ attestationRoots }: Configuration): Promise<string[]> {
  try {
    return await loadAttestationRoots(attestationRoots);
  } catch (error) {
    throw error instanceof AttestationRootsError ? new ConfigurationError(error.message, { cause: error }) : error;
  }
}

async function startMedia(common: Common, stack: ClosingStack): Promise<Sfu> {
  const { host, port, announced, workers } = common.configuration.media;
  const settings = {
    listenAddress: host,
    port,
    ...(announced === host ? {} : { announcedAddress: announced }),
    ...(workers === undefined ? {} : { workers }),
  };
  const sfu = await Sfu.create(settings, common.logger.child({ part: 'media' }));
  stack.add(() => sfu.close());
  addFigures(common.metrics, [
    { name: 'sallyport_media_workers', help: 'Media workers that run', read: () => sfu.counts().workers },
    { name: 'sallyport_media_transports', help: 'Media transports open', read: () => sfu.counts().transports },
    { name: 'sallyport_media_worker_deaths', help: 'Media workers that died', read: () => sfu.counts().workerDeaths },
  ]);
  return sfu;
}

/** Rooms, the pages' server, the approver and the device link: they end in the reverse order, rooms first told. */
async function startRooms(common: Common, media: Sfu, stack: ClosingStack): Promise<void> {
  const { logger, link, metrics, configuration } = common;
  const log = logger.child({ part: 'rooms' });
  const http = await buildHttp(common, media);
  stack.add(() => http.app.close());
  await startApprover(common, stack);
  stack.add(() => link.close());
  const rooms = await RoomService.create({
    ...common,
    media,
    log,
    node: await nodeIdentity(configuration.dataDirectory),
  });
  const sockets = new ConsultantSockets({ rooms, log });
  stack.add(() => sockets.close());
  const guests = new GuestSockets({ ...common, rooms, log });
  stack.add(() => guests.close());
  const delivery = await OrderDelivery.create({ ...common, rooms });
  stack.add(() => delivery.close());
  stack.add(() => rooms.close());
  const checks = new DeviceChecks({ ...common, media, log: logger.child({ part: 'checks' }) });
  stack.add(() => checks.close());
  http.upgrades.on(roomSocketPath, (request, socket, head, caller) => sockets.upgrade(request, socket, head, caller));
  http.upgrades.onGuest(guestSocketPath, (token) => guests.find(token));
  addFigures(metrics, [
    { name: 'sallyport_rooms', help: 'Rooms somebody is in', read: () => rooms.counts().rooms },
    { name: 'sallyport_devices_connected', help: 'Laptops connected to this node', read: () => link.connected },
    { name: 'sallyport_consultants_connected', help: 'Consultants in the room socket', read: () => sockets.size },
    { name: 'sallyport_guests_connected', help: 'Guests in the room socket', read: () => guests.size },
  ]);
  await link.start(configuration.link, {
    ...common,
    rooms,
    checks,
    activations: createActivationRecord(common),
    sequences: { compare: (device, hello) => compareHello(common, device, hello) },
    deviceRecord: createDeviceRecord(common),
    certificates: createCertificateRenewal(common),
    connected: (device) => delivery.wake(device),
  });
  await watchAlarms(common, stack);
  await watchCustody(common, stack);
  stack.add(await announceTrust(common));
  stack.add(watchTrust(common));
  await http.app.listen({ host: configuration.console.host, port: configuration.console.port });
}

async function watchAlarms(common: Common, stack: ClosingStack): Promise<void> {
  const watch = await AlarmWatch.create({ ...common, logger: common.logger.child({ part: 'orders' }) });
  stack.add(() => watch.close());
  addFamily(common.metrics, {
    name: 'sallyport_order_alarms',
    help: 'Orders that somebody must look after',
    label: 'alarm',
    read: () => watch.counts(),
  });
}

async function watchCustody(common: Common, stack: ClosingStack): Promise<void> {
  const watch = await CustodyWatch.create({ ...common, logger: common.logger.child({ part: 'custody' }) });
  stack.add(() => watch.close());
  addFigures(common.metrics, [
    { name: 'sallyport_devices_overdue', help: 'Laptops that should be back by now', read: () => watch.overdue },
  ]);
}

async function buildHttp(common: Common, media: Sfu): Promise<Http> {
  const { db, logger, sessions, changes, refusals, metrics, configuration } = common;
  const { metricsToken, console: pages } = configuration;
  const readiness = { database: () => isMigrated(db), media: () => Promise.resolve(media.ready) };
  const http = await createHttp({
    handlers: handlersOf(common),
    sessions,
    isSetupToken: (token) => isSetupToken(db, token),
    changes,
    refusals,
    operations: { readiness, metrics, metricsToken },
    origin: pages.origin,
    tls: pages.tls,
    webRoot: pages.root,
    logger,
  });
  const fhir = { ...common, origin: pages.origin, logger: logger.child({ part: 'fhir' }) };
  await http.app.register(async (app) => registerFhir(app, fhir), { prefix: fhirPath });
  return http;
}

function handlersOf(common: Common): Handlers {
  const { configuration, ca, audit } = common;
  const { rpId } = configuration;
  const places = { rpId, origin: configuration.console.origin, approverOrigin: configuration.approver.origin };
  return {
    ...peopleRoutes({ ...common, ...places }),
    ...setupRoutes(new Setup({ ...common, ...places })),
    ...invitationRoutes({ ...common, ...places, registration: createPasskeyRegistration({ ...common, ...places }) }),
    ...trustRoutes(common),
    ...auditRoutes(audit),
    ...deviceRoutes({ ...common, ca: ca.der, address: configuration.enrolment.address }),
    ...orderRoutes(common),
    ...activationRoutes(common),
    ...appointmentRoutes(common),
    ...custodyRoutes(common),
    ...roomRoutes(common),
    ...guestRoutes({ ...common, ...places, knownRooms: { find: (id) => findBookedRoom(common, id) } }),
  };
}

async function startApprover({ configuration, logger }: Common, stack: ClosingStack): Promise<void> {
  if (!configuration.approver.serve) return;
  stack.add(await serveApprover(configuration, logger));
}

/**
 * Serves the approver alone.
 * @returns closes it
 */
export async function serveApprover(
  { approver, console, rpId }: { approver: WebListener; console: WebListener; rpId: string },
  logger: Logger,
): Promise<() => Promise<void>> {
  const app = await createApproverServer({ ...approver, rpId, consoleOrigin: console.origin, logger });
  await app.listen({ host: approver.host, port: approver.port });
  return async () => {
    await app.close();
  };
}
