// The consoles' server with signing in as in production, on a real database with verified documents, for tests.
import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import {
  consoleApi,
  fromBase64url,
  type ApprovedStatement,
  type AuditEntry,
  type Change,
  type ConsoleRoute,
  type Manifest,
  type Person,
  type Role,
  type Roster,
} from '@sallyport/protocol';
import { createAudit } from './audit/audit.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { createHttp, type Http } from './http/create-http.ts';
import { Refused, type Handlers } from './http/handlers.ts';
import { createRefusalRecord, type RefusalEntry, type RefusalRecord } from './http/refusal-record.ts';
import { peopleRoutes } from './people/routes.ts';
import { createSessions, type SessionStore } from './people/sessions.ts';
import { createSignatureCounters } from './people/signature-counters.ts';
import { createStandings } from './people/standing.ts';
import type { Audit, Changes, TrustDocuments } from './ports.ts';
import { createTrustDocuments } from './trust/trust-documents.ts';

export const consoleOrigin = 'http://localhost:8443';

/** The fleet a world is made for; `test/harness/sample-fleet.ts` makes one. */
export interface StaffFleet {
  prison: string;
  hospital: string;
  people: Record<StaffName, { named: Person; authenticator: TestPasskey }>;
  manifest: Manifest;
  roster: Roster;
  hospitalRoster: Roster;
}

type StaffName = 'trustee' | 'officer' | 'otherOfficer' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant';

/** A passkey in software, as `test/harness/software-authenticator.ts` makes it. */
interface TestPasskey {
  assert(options: unknown, origin: string, userVerified?: boolean): object;
}

/** Real time, moved by `offset` milliseconds. */
interface MovableClock {
  offset: number;
  now(): number;
}

/** A browser with its cookie and its page's CSRF token. */
export interface TestBrowser {
  cookie: string | undefined;
  csrf: string | undefined;
  ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, headers?: Record<string, string>): Asked;
  /** Signs in with a passkey. @returns the answer's status */
  signIn(passkey: TestPasskey): Promise<number>;
  /** Shows a passkey again. @returns the answer */
  stepUp(passkey: TestPasskey, userVerified?: boolean): Asked;
}

type Asked = Promise<LightMyRequestResponse>;

export interface StaffWorld {
  database: TestDatabase;
  clock: MovableClock;
  http: Http;
  sessions: SessionStore;
  refusals: RefusalRecord;
  /** Puts a manifest or roster in force, as the people who approved it would have it. */
  publish(
    kind: 'manifest' | 'roster',
    document: { version: number; site?: string },
    approved: ApprovedStatement,
  ): Promise<void>;
  tell(topic: Change['topic']): void;
  /** @param address where the browser is */
  browser(address?: string): TestBrowser;
  /** The audit entries so far of an action. */
  entries(action: string): Promise<AuditEntry[]>;
  logged(): string;
  close(): Promise<void>;
}

/** What more of control a world serves is built from. */
export interface StaffParts {
  db: TestDatabase['db'];
  clock: MovableClock;
  audit: Audit;
  trust: TrustDocuments;
  changes: Changes;
}

/**
 * Makes a world whose documents are in force, with everybody's passkey in the tables.
 * @param serve routes besides signing in
 */
export async function createStaffWorld(
  fleet: StaffFleet,
  documents: { manifest: ApprovedStatement; roster: ApprovedStatement; hospitalRoster: ApprovedStatement },
  serve: (parts: StaffParts) => Partial<Handlers> = () => ({}),
): Promise<StaffWorld> {
  const database = await createTestDatabase();
  const { db } = database;
  const clock: MovableClock = { offset: 0, now: () => Date.now() + clock.offset };
  const publish: StaffWorld['publish'] = async (kind, { version, site = null }, { statement, approvals }) => {
    const bytes = Buffer.from(fromBase64url(statement) ?? []);
    const row = { id: randomUUID(), kind, site, version, statement: bytes, created_at: new Date(clock.now()) };
    await db
      .insertInto('trust_documents')
      .values({ ...row, approvals: JSON.stringify(approvals) })
      .execute();
  };
  await found(database, fleet, clock);
  await publish('manifest', fleet.manifest, documents.manifest);
  await publish('roster', fleet.roster, documents.roster);
  await publish('roster', fleet.hospitalRoster, documents.hospitalRoster);
  const parts = await startParts(database, clock, serve);
  const entries: StaffWorld['entries'] = async (action) =>
    (await parts.audit.entriesBefore(undefined, 1000)).filter((entry) => entry.action === action).toReversed();
  const close = async (): Promise<void> => {
    await parts.refusals.close();
    await parts.http.app.close();
    await database.close();
  };
  return {
    ...parts,
    ...{ database, clock, publish, entries, close },
    browser: (address = '127.0.0.1') => createBrowser(parts.http, address),
  };
}

async function startParts(
  database: TestDatabase,
  clock: MovableClock,
  serve: (parts: StaffParts) => Partial<Handlers>,
): Promise<
  Pick<StaffWorld, 'http' | 'sessions' | 'refusals' | 'tell' | 'logged'> & { audit: ReturnType<typeof createAudit> }
> {
  const { db } = database;
  let logged = '';
  const logger = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });
  const audit = createAudit({ db, clock, announce: () => Promise.resolve() });
  const trust = createTrustDocuments({ db, clock });
  const standings = createStandings({ db, trust });
  const sessions = createSessions({ db, clock, standings, limits: { idleMinutes: 15, absoluteHours: 12 } });
  const write = (entry: RefusalEntry): Promise<void> => db.transaction().execute((trx) => audit.append(trx, entry));
  const refusals = createRefusalRecord({ clock, write, logger });
  const subscribers = new Set<(topic: Change['topic']) => void>();
  const places = { rpId: 'localhost', origin: consoleOrigin, approverOrigin: 'http://localhost:8444' };
  const tell = (topic: Change['topic']): void => {
    for (const subscriber of subscribers) subscriber(topic);
  };
  const changes = { publish: async (topic: Change['topic']): Promise<void> => tell(topic) };
  const http = await createHttp({
    handlers: {
      ...handlersWith(
        peopleRoutes({ db, clock, audit, standings, sessions, counters: createSignatureCounters(), ...places }),
      ),
      ...serve({ db, clock, audit, trust, changes }),
    },
    sessions,
    isSetupToken: () => Promise.resolve(false),
    refusals,
    changes: {
      ...changes,
      subscribe: (heard) => {
        subscribers.add(heard);
        return () => subscribers.delete(heard);
      },
    },
    operations: { readiness: {}, metrics: new Registry(), metricsToken: undefined },
    origin: consoleOrigin,
    tls: undefined,
    webRoot: '/nowhere',
    logger,
  });
  return { audit, http, sessions, refusals, tell, logged: () => logged };
}

/** Signing in as in production; of the rest one route that needs a gesture answers. */
function handlersWith(people: ReturnType<typeof peopleRoutes>): Handlers {
  const refusing = () => Promise.resolve(new Refused('not-found'));
  const rest = Object.fromEntries((Object.keys(consoleApi) as ConsoleRoute[]).map((name) => [name, refusing]));
  const createTicket: Handlers['createTicket'] = () =>
    Promise.resolve({ ticket: 'TICKET', expiresAt: 1_800_000_000_000 });
  return { ...(rest as unknown as Handlers), ...people, createTicket };
}

async function found({ db }: TestDatabase, fleet: StaffFleet, clock: MovableClock): Promise<void> {
  const { people, prison, hospital, manifest } = fleet;
  const place = { rp_id: 'localhost', approver_origin: 'http://localhost:8444' };
  const keys = { ca_certificate: '', ca_key: '', audit_key: '' };
  const rules = { policy: manifest.policy, trusteeThreshold: 1, siteThresholds: {} };
  await db
    .insertInto('fleet')
    .values({ id: manifest.fleet, ...place, ...keys, plan: JSON.stringify(rules), founded_at: new Date(clock.now()) })
    .execute();
  await db
    .insertInto('sites')
    .values(manifest.sites.map(({ id, kind, name }) => ({ id, kind, name })))
    .execute();
  const places: [Person, Role, string | null][] = [
    [people.trustee.named, 'trustee', null],
    [people.officer.named, 'fleetOfficer', null],
    [people.otherOfficer.named, 'fleetOfficer', null],
    [people.prisonManager.named, 'manager', prison],
    [people.hospitalManager.named, 'manager', hospital],
    [people.nurse.named, 'healthcare', prison],
    [people.consultant.named, 'consultant', hospital],
  ];
  for (const [person, role, site] of places) await insertPerson(db, person, role, site);
}

/** Writes a person and their passkeys into the tables, as whoever owns the database could. */
export async function insertPerson(
  db: TestDatabase['db'],
  { id, name, credentials }: Person,
  role: Role,
  site: string | null,
): Promise<void> {
  await db.insertInto('people').values({ id, name, role, site }).execute();
  const rows = credentials.map((credential) => ({
    id: credential.id,
    person: id,
    public_key: Buffer.from(credential.publicKey, 'base64url'),
    counter: 0,
    transports: JSON.stringify(['usb']),
  }));
  await db.insertInto('credentials').values(rows).execute();
}

function createBrowser({ app }: Http, address: string): TestBrowser {
  const browser: TestBrowser = {
    cookie: undefined,
    csrf: undefined,
    ask: async (method, url, body, headers = {}) => {
      const answer = await app.inject({
        method,
        url,
        remoteAddress: address,
        ...(body === undefined ? {} : { payload: body }),
        headers: {
          ...(method === 'GET' ? {} : { origin: consoleOrigin }),
          ...(browser.cookie === undefined ? {} : { cookie: browser.cookie }),
          ...(browser.csrf === undefined ? {} : { 'x-csrf-token': browser.csrf }),
          ...headers,
        },
      });
      const [set] = [answer.headers['set-cookie']].flat();
      if (set !== undefined) [browser.cookie] = set.split(';', 1);
      return answer;
    },
    signIn: async (passkey) => {
      const options: unknown = (await browser.ask('POST', '/api/session/options', {})).json();
      const answer = await browser.ask('POST', '/api/session', { assertion: passkey.assert(options, consoleOrigin) });
      if (answer.statusCode === 200) browser.csrf = answer.json<{ csrfToken: string }>().csrfToken;
      return answer.statusCode;
    },
    stepUp: async (passkey, userVerified = true) => {
      const options: unknown = (await browser.ask('POST', '/api/session/step-up/options', {})).json();
      const assertion = passkey.assert(options, consoleOrigin, userVerified);
      return browser.ask('POST', '/api/session/step-up', { assertion });
    },
  };
  return browser;
}
