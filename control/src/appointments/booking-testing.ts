// Two prisons, a hospital and their appointments on a real database, for tests of what staff and consultants do.
import { randomUUID } from 'node:crypto';
import type { AuditEntry, BookedDetails, ConsoleAppointment, NextStep, SignedInPerson } from '@sallyport/protocol';
import type { Insertable } from 'kysely';
import type { RoomsTable } from '../db/consultation-tables.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { Refused } from '../http/handlers.ts';
import type { TrustNewsItem } from '../ports.ts';
import { appointmentRoutes, type AppointmentRoutes } from './routes.ts';

export const minute = 60_000;
export const noon = Date.UTC(2026, 4, 4, 12);
export const steps: NextStep[] = [
  { kind: 'follow-up', urgency: 'soon', responsible: 'hospital', words: 'See again in two weeks' },
];

type Who = 'nurse' | 'colleague' | 'otherNurse' | 'consultant' | 'otherConsultant';
type Answer = Promise<ConsoleAppointment | Refused>;
type Entry = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>;

/** What people do, and what control wrote down and told of it. */
export class BookingWorld {
  readonly database: TestDatabase;
  readonly routes: AppointmentRoutes;
  readonly people: Record<Who, SignedInPerson>;
  readonly laptops = { own: randomUUID(), second: randomUUID(), elsewhere: randomUUID(), bricked: randomUUID() };
  now = noon;
  published: string[] = [];
  told: TrustNewsItem[] = [];
  record: Entry[] = [];

  private constructor(database: TestDatabase, people: Record<Who, SignedInPerson>) {
    this.database = database;
    this.people = people;
    this.routes = appointmentRoutes({
      db: database.db,
      audit: { append: async (_trx, entry) => void this.record.push(entry) },
      changes: { publish: async (topic) => void this.published.push(topic) },
      clock: { now: () => this.now },
      news: { tell: async (_trx, item) => void this.told.push(item) },
    });
  }

  static async create(): Promise<BookingWorld> {
    const [prison, otherPrison, hospital] = [randomUUID(), randomUUID(), randomUUID()];
    const named = (name: string, role: SignedInPerson['role'], site: string, kind: 'prison' | 'hospital') =>
      ({ id: randomUUID(), name, role, site: { id: site, name: 'site', kind } }) satisfies SignedInPerson;
    const world = new BookingWorld(await createTestDatabase(), {
      nurse: named('Nurse Evans', 'healthcare', prison, 'prison'),
      colleague: named('Nurse Bevan', 'healthcare', prison, 'prison'),
      otherNurse: named('Nurse Hughes', 'healthcare', otherPrison, 'prison'),
      consultant: named('Dr Jones', 'consultant', hospital, 'hospital'),
      otherConsultant: named('Dr Price', 'consultant', hospital, 'hospital'),
    });
    const sites = [
      { id: prison, kind: 'prison', name: 'HMP North' },
      { id: otherPrison, kind: 'prison', name: 'HMP South' },
      { id: hospital, kind: 'hospital', name: 'City Hospital' },
    ] as const;
    await world.database.db.insertInto('sites').values(sites).execute();
    await world.#addPeopleAndLaptops({ prison, otherPrison });
    return world;
  }

  /** Nothing is booked, and nobody has done anything; noon again. */
  async clear(): Promise<void> {
    this.now = noon;
    this.published = [];
    this.told = [];
    this.record = [];
    for (const table of [
      'device_checks',
      'guests',
      'next_steps',
      'seats',
      'rooms',
      'grants',
      'appointments',
    ] as const) {
      await this.database.db.deleteFrom(table).execute();
    }
  }

  caller(who: Who): { person: SignedInPerson; session: string } {
    return { person: this.people[who], session: 'test' };
  }

  /** An appointment at noon as the form sends it, with what differs. */
  details(change: Partial<BookedDetails> = {}): BookedDetails {
    const patient = { patientReference: 'P-1', patientName: 'Alex Example', nhsNumber: '9434765919' };
    const who = { consultant: this.people.consultant.id, device: this.laptops.own, guests: [] };
    return { ...patient, ...who, startsAt: noon, minutes: 20, ...change };
  }

  tryBook(change: Partial<BookedDetails> & { id?: string } = {}, who: Who = 'nurse'): Answer {
    const { id = randomUUID(), ...details } = change;
    return this.routes.book({ body: { id, ...this.details(details) } }, this.caller(who));
  }

  async book(change: Partial<BookedDetails> & { id?: string } = {}, who: Who = 'nurse'): Promise<ConsoleAppointment> {
    return must(await this.tryBook(change, who));
  }

  change(id: string, revision: number, change: Partial<BookedDetails>, who: Who = 'nurse'): Answer {
    const body = { revision, ...this.details(change) };
    return this.routes.changeAppointment({ params: { id }, body }, this.caller(who));
  }

  cancel(id: string, revision: number, who: Who = 'nurse'): Answer {
    return this.routes.cancelAppointment({ params: { id }, body: { revision } }, this.caller(who));
  }

  recordSteps(id: string, who: Who = 'consultant', recorded: NextStep[] = steps): Answer {
    return this.routes.recordNextSteps({ params: { id }, body: { steps: recorded } }, this.caller(who));
  }

  acknowledge(id: string, who: Who = 'nurse'): Answer {
    return this.routes.acknowledgeNextSteps({ params: { id }, body: {} }, this.caller(who));
  }

  /** The appointments of somebody's list that start between an hour before noon and the next day's noon. */
  async list(who: Who): Promise<ConsoleAppointment[]> {
    const query = { from: noon - 60 * minute, to: noon + 24 * 60 * minute };
    return must(await this.routes.appointments({ query }, this.caller(who))).appointments;
  }

  async find(id: string): Promise<ConsoleAppointment> {
    const found = (await this.list('nurse')).find((appointment) => appointment.id === id);
    if (found === undefined) throw new Error('not listed');
    return found;
  }

  /** The appointment's room as the rooms leave it in the database. */
  async room(id: string, change: Partial<Insertable<RoomsTable>> = {}): Promise<void> {
    await this.database.db
      .insertInto('rooms')
      .values({ id, node: randomUUID(), ...change })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ id, ...change }))
      .execute();
  }

  /** The own laptop takes its seat in a room that is there. */
  async seat(room: string): Promise<void> {
    const seat = { participant: this.laptops.own, kind: 'device', room, taken_at: new Date(noon) } as const;
    await this.database.db.insertInto('seats').values(seat).execute();
  }

  async #addPeopleAndLaptops({ prison, otherPrison }: { prison: string; otherPrison: string }): Promise<void> {
    const { db } = this.database;
    const people = Object.values(this.people);
    const rows = people.map(({ id, name, role, site }) => ({ id, name, role, site: site?.id ?? null }));
    await db.insertInto('people').values(rows).execute();
    const laptop = (id: string, site: string) => {
      return { id, site, name: id.slice(0, 8), public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) };
    };
    const { own, second, elsewhere, bricked } = this.laptops;
    const devices = [laptop(own, prison), laptop(second, prison), laptop(elsewhere, otherPrison)];
    const dead = { ...laptop(bricked, prison), share_destroyed_at: new Date(noon) };
    await db.insertInto('devices').values(devices).execute();
    await db.insertInto('devices').values(dead).execute();
  }
}

/** @throws with the reason when it was refused */
export function must<T>(answer: T | Refused): T {
  if (answer instanceof Refused) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer;
}
