// What another system reads, put together on the consoles' server and a real database, and judged by the published definitions of
// FHIR R4, for tests.
import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import * as z from 'zod';
import { createAudit, type AuditChain } from './audit/audit.ts';
import {
  insertAppointment,
  insertLaptop,
  insertRoom,
  insertSites,
  type TestSites,
} from './consultation-rows-testing.ts';
import { createTestDatabase, type TestDatabase } from './db/testing.ts';
import { createApiClient } from './fhir/api-clients.ts';
import { fhirPath, registerFhir, type FhirDeps } from './fhir/fhir-api.ts';
import { loadDefinitions, type Definitions } from './fhir/r4-definitions-testing.ts';
import { minute, noon, steps } from './fhir/testing.ts';
import { createTestServer, origin, type TestServer } from './http/testing.ts';

const outcome = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(z.object({ code: z.string(), details: z.object({ text: z.string().min(10) }) })).length(1),
});
const resource = z.looseObject({ resourceType: z.string(), id: z.string(), status: z.string() });
const bundle = z.object({
  resourceType: z.literal('Bundle'),
  total: z.number(),
  link: z.array(z.object({ relation: z.string(), url: z.string() })),
  entry: z.array(z.object({ fullUrl: z.string(), resource })),
});

type Resource = z.infer<typeof resource>;
type Found = z.infer<typeof bundle> & { ids: string[] };
type Created = Exclude<Awaited<ReturnType<typeof createApiClient>>, string>;

/** Two prisons, a system of each that may read, and a clock that tests move. */
export class FhirWorld {
  readonly definitions: Definitions;
  readonly database: TestDatabase;
  readonly audit: AuditChain;
  readonly own: TestSites;
  readonly other: TestSites;
  now = noon;
  readonly clock = { now: (): number => this.now };
  #server: TestServer | undefined;
  #tokens: { own: Created; other: Created } | undefined;

  private constructor(database: TestDatabase, sites: { own: TestSites; other: TestSites }) {
    this.definitions = loadDefinitions();
    this.database = database;
    this.own = sites.own;
    this.other = sites.other;
    this.audit = createAudit({ db: database.db, clock: this.clock, announce: () => Promise.resolve() });
  }

  static async create(): Promise<FhirWorld> {
    const database = await createTestDatabase();
    const own = await insertSites(database.db, { prison: 'HMP Exemplar', hospital: 'Example Infirmary' });
    const other = await insertSites(database.db, { prison: 'HMP Elsewhere', hospital: 'Other Infirmary' });
    const world = new FhirWorld(database, { own, other });
    world.#tokens = { own: await world.clientAt(own.prison), other: await world.clientAt('HMP Elsewhere') };
    return world;
  }

  /** Serves anew, at noon, with fresh limits. */
  async restart(): Promise<void> {
    await this.#server?.http.app.close();
    this.now = noon;
    this.#server = await this.serve(this.database.db);
  }

  async close(): Promise<void> {
    await this.#server?.http.app.close();
    await this.database.close();
  }

  /** Serves what a database holds. The caller closes it. */
  async serve(db: FhirDeps['db']): Promise<TestServer> {
    const server = await createTestServer();
    const logger = pino({ level: 'info' }, { write: (line: string) => void server.logged.push(line) });
    const refusals: FhirDeps['refusals'] = { note: (refusal) => Promise.resolve(void server.noted.push(refusal)) };
    const { audit, clock } = this;
    const deps = { db, audit, clock, origin, logger, refusals };
    await server.http.app.register(async (app) => registerFhir(app, deps), { prefix: fhirPath });
    return server;
  }

  /** @throws before `restart` */
  get server(): TestServer {
    if (this.#server === undefined) throw new Error('nothing is served yet');
    return this.#server;
  }

  /** A client of each prison, with its token. */
  get clients(): { own: Created; other: Created } {
    if (this.#tokens === undefined) throw new Error('there are no clients yet');
    return this.#tokens;
  }

  /** Makes a client of a prison. @param site its name or id */
  async clientAt(site: string): Promise<Created> {
    const { audit, clock } = this;
    const created = await createApiClient({ db: this.database.db, audit, clock }, { name: 'SystmOne', site });
    if (created === 'not-found') throw new Error('no such prison');
    return created;
  }

  /** Asks as the client of the first prison, as another, or with other headers. */
  read(path: string, as: string | Record<string, string> = this.clients.own.token): Promise<LightMyRequestResponse> {
    const headers = typeof as === 'string' ? { authorization: `Bearer ${as}` } : as;
    return this.server.http.app.inject({ url: `${fhirPath}${path}`, headers });
  }

  /** The status and the issue's code of a refusal. @throws when that is no valid OperationOutcome in words */
  refusalOf(answer: LightMyRequestResponse): [status: number, code: string | undefined] {
    return [answer.statusCode, outcome.parse(this.#valid(answer)).issue[0]?.code];
  }

  /** Reads a resource. @throws when it is refused, or the published definitions find something wrong with it */
  async resource(path: string, as?: string): Promise<Resource> {
    return resource.parse(this.#valid(await this.read(path, as), 200));
  }

  /** The same of a search. */
  async find(path: string, as?: string): Promise<Found> {
    const found = bundle.parse(this.#valid(await this.read(path, as), 200));
    return { ...found, ids: found.entry.map((entry) => entry.resource.id) };
  }

  /** Books an appointment of twenty minutes with a consultant and a laptop of its own. */
  async booked(sites: TestSites, startsAt: number): Promise<string> {
    const { db } = this.database;
    const laptop = await insertLaptop(db, sites.prison);
    const consultant = randomUUID();
    const doctor = { id: consultant, name: 'Dr Rao', role: 'consultant' as const, site: sites.hospital };
    await db.insertInto('people').values(doctor).execute();
    const booking = { device: laptop.id, startsAt, booked_at: new Date(noon - 60 * minute), nhs_number: '9434765919' };
    return insertAppointment(db, { ...sites, consultant }, booking);
  }

  /** A consultation that was held at noon, with next steps. */
  async held(sites: TestSites): Promise<string> {
    const { db } = this.database;
    const appointment = await this.booked(sites, noon);
    const end = { ended_at: new Date(noon + 18 * minute), end_reason: 'consultant-ended' } as const;
    await insertRoom(db, appointment, { phase: 'ended', admitted_at: new Date(noon + minute), ...end });
    await db
      .insertInto('next_steps')
      .values({
        ...{ appointment, steps: JSON.stringify(steps), recorded_by: sites.consultant },
        ...{ recorded_at: new Date(noon + 19 * minute), acknowledged_by: null, acknowledged_at: null },
      })
      .execute();
    return appointment;
  }

  /** Puts a change of an appointment on the record. */
  async changed(appointment: string, at: number): Promise<void> {
    this.now = at;
    const actor = { kind: 'control', id: null, name: 'control' } as const;
    const entry = { actor, action: 'appointment.changed', subject: appointment, detail: {} };
    await this.database.db.transaction().execute((trx) => this.audit.append(trx, entry));
  }

  /** An answer's body, when it is FHIR and nothing is wrong with it. */
  #valid(answer: LightMyRequestResponse, status = answer.statusCode): unknown {
    if (answer.statusCode !== status) throw new Error(`${answer.statusCode} ${answer.payload}`);
    const type = answer.headers['content-type'];
    if (type?.startsWith('application/fhir+json') !== true) throw new Error(`the answer is ${type ?? 'nothing'}`);
    const body: unknown = answer.json();
    const problems = this.definitions.problemsOf(body);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return body;
  }
}
