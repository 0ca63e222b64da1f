// The conformance cases of The Update Framework (specification 1.0.34, 5.3, 5.6 and 1.5.2) for control's own reader, with
// the database in the attacker's hands; and what control still does when its trust has run out.
import { randomUUID } from 'node:crypto';
import { encodeStatement, fromBase64url } from '@sallyport/protocol';
import type { Manifest, Roster } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SampleFleet, SamplePerson } from '../../test/harness/sample-fleet.ts';
import { createTrustWorld, must, reasonOf } from './trust-world-testing.ts';
import type { TrustWorld } from './trust-world-testing.ts';
import { createTrustDocuments } from './trust/trust-documents.ts';
import type { TrustReader } from './trust/trust-documents.ts';
import { lookOnce } from './trust/trust-watch.ts';

const day = 24 * 60 * 60_000;
let fleet: SampleFleet;
let world: TrustWorld;

beforeEach(async () => {
  fleet = sampleFleet(Date.now() - 60_000);
  world = await createTrustWorld(fleet, [fleet.people.trustee]);
});
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

/** Control started anew: it knows the database only. */
function freshReader(voided: string[] = []): TrustReader {
  const { database, clock } = world;
  return createTrustDocuments({ db: database.db, clock, onVoidRoster: (_site, reason) => voided.push(reason) });
}

/** Writes a document into the database, approved by whoever. */
async function slipIn(statement: Manifest | Roster, approvers: SamplePerson[], site?: string): Promise<string> {
  const approved = fleet.approved(statement, ...approvers);
  const id = randomUUID();
  const own = statement.type === 'roster' ? statement.site : null;
  const row = { id, kind: statement.type, site: site ?? own, version: statement.version };
  const bytes = Buffer.from(fromBase64url(approved.statement) ?? []);
  await world.database.db
    .insertInto('trust_documents')
    .values({ ...row, statement: bytes, approvals: JSON.stringify(approved.approvals), created_at: new Date() })
    .execute();
  return id;
}

async function take(id: string): Promise<void> {
  await world.database.db.deleteFrom('trust_documents').where('id', '=', id).execute();
}

async function following<T extends Manifest | Roster>(before: T, changes: Partial<T> = {}): Promise<T> {
  return { ...before, version: before.version + 1, previous: await digestOf(encodeStatement(before)), ...changes };
}

describe('S6 the manifest chain in a database that is not control’s own any more', () => {
  test('rollback: a version that was verified stays, though it is taken out', async () => {
    const { trust } = world;
    const id = await slipIn(await following(fleet.manifest), [fleet.people.trustee]);
    expect((await trust.manifest()).manifest.version).toBe(2);
    await take(id);
    expect((await trust.manifest()).manifest.version).toBe(2);
    const other = await following(fleet.manifest, { fleetOfficers: [fleet.people.officer.named] });
    await slipIn(other, [fleet.people.trustee]);
    expect((await trust.manifest()).manifest.fleetOfficers).toHaveLength(2);
    await expect(trust.manifestsAfter(0)).rejects.toThrow('manifest 2 was altered');
  });

  const { trustee, officer, nurse } = { trustee: 'trustee', officer: 'officer', nurse: 'nurse' } as const;
  type Case = [string, (before: Manifest) => Promise<Manifest>, (keyof SampleFleet['people'])[], string];
  test.each<Case>([
    ['nobody approved', (before) => following(before), [], 'too-few-people'],
    ['an officer approved', (before) => following(before), [officer], 'unknown-credential'],
    ['a nurse approved', (before) => following(before), [nurse], 'unknown-credential'],
    ['skips a version', (before) => following(before, { version: 3 }), [trustee], 'unknown-manifest'],
    [
      'leaps to the last number',
      (before) => following(before, { version: 2 ** 31 - 1 }),
      [trustee],
      'unknown-manifest',
    ],
    ['follows another', (before) => following(before, { previous: 'A'.repeat(43) }), [trustee], 'wrong-previous'],
    ['is of another fleet', (before) => following(before, { fleet: randomUUID() }), [trustee], 'wrong-fleet'],
    [
      'needs two and has one twice',
      (before) =>
        following(before, {
          trustees: { threshold: 2, people: [...before.trustees.people, samplePerson('Second').named] },
        }),
      [trustee, trustee],
      'too-few-people',
    ],
    [
      'names heirs without them',
      (before) => following(before, { trustees: { threshold: 1, people: [samplePerson('Heir').named] } }),
      [trustee],
      'unknown-credential',
    ],
  ])('a version that %s is in force nowhere', async (_, make, approvers, reason) => {
    await slipIn(
      await make(fleet.manifest),
      approvers.map((name) => fleet.people[name]),
    );
    await expect(world.trust.manifest()).rejects.toThrow(reason);
    await expect(freshReader().manifest()).rejects.toThrow(reason);
  });

  test('rotation: heirs approve what the old ones approved as well', async () => {
    const heir = samplePerson('Heir');
    const rotated = await following(fleet.manifest, { trustees: { threshold: 1, people: [heir.named] } });
    await slipIn(rotated, [fleet.people.trustee, heir]);
    expect((await freshReader().manifest()).manifest.version).toBe(2);
    await slipIn(await following(rotated), [fleet.people.trustee]);
    await expect(freshReader().manifest()).rejects.toThrow('unknown-credential');
  });

  test('a version in the middle whose time is over does not stop the walk', async () => {
    const short = await following(fleet.manifest, { notAfter: Date.now() + day });
    await slipIn(short, [fleet.people.trustee]);
    await slipIn(await following(short, { notAfter: Date.now() + 300 * day }), [fleet.people.trustee]);
    world.clock.offset = 30 * day;
    expect(await freshReader().manifest()).toMatchObject({ manifest: { version: 3 }, standing: 'held' });
  });
});

describe('S6 rosters in such a database', () => {
  test.each<[string, (fleet: SampleFleet) => Promise<Roster>, keyof SampleFleet['people'], string]>([
    ['another site’s manager approved', ({ roster }) => following(roster), 'hospitalManager', 'unknown-credential'],
    ['a trustee approved', ({ roster }) => following(roster), 'trustee', 'unknown-credential'],
    ['leaps', ({ roster }) => following(roster, { version: 1002 }), 'prisonManager', 'too-far-ahead'],
    ['follows another', ({ roster }) => following(roster, { previous: null }), 'prisonManager', 'wrong-previous'],
    ['has another site’s name', ({ roster }) => following(roster, { siteName: 'X' }), 'prisonManager', 'wrong-site'],
    [
      'names one person twice',
      ({ roster }) => following(roster, { people: [...roster.people, ...roster.people] }),
      'prisonManager',
      'malformed',
    ],
  ])('one that %s is nobody’s, said in the log, and takes nothing else down', async (_, make, approver, reason) => {
    const voided: string[] = [];
    await slipIn(await make(fleet), [fleet.people[approver]]);
    const reader = freshReader(voided);
    expect(await reader.roster(fleet.prison)).toBeUndefined();
    expect(await reader.roster(fleet.prison)).toBeUndefined();
    expect(voided).toEqual([reason]);
    expect((await reader.roster(fleet.hospital))?.roster.people).toHaveLength(1);
    expect((await reader.manifest()).manifest.version).toBe(1);
  });

  test('a good roster stored under another site is nobody’s: a role does not travel', async () => {
    const voided: string[] = [];
    await slipIn(await following(fleet.roster), [fleet.people.prisonManager], fleet.hospital);
    expect(await freshReader(voided).roster(fleet.hospital)).toBeUndefined();
    expect(voided).toEqual(['wrong-site']);
  });

  test('rollback: one that was verified stays, though it is taken out or exchanged', async () => {
    const next = await following(fleet.roster, { people: [] });
    const id = await slipIn(next, [fleet.people.prisonManager]);
    expect((await world.trust.roster(fleet.prison))?.roster.version).toBe(2);
    await take(id);
    expect((await world.trust.roster(fleet.prison))?.roster).toMatchObject({ version: 2, people: [] });
  });
});

describe('S6 freeze: trust whose time is over opens nothing', () => {
  async function appointment(device: string): Promise<string> {
    const id = randomUUID();
    const [start, end] = [new Date(world.clock.now()), new Date(world.clock.now() + 1_800_000)];
    await world.database.db
      .insertInto('appointments')
      .values({
        ...{ id, prison: fleet.prison, device, consultant: fleet.people.consultant.named.id, cancelled_at: null },
        ...{ patient_reference: 'A1234BC', patient_name: 'Alex Example', booked_by: fleet.people.nurse.named.id },
        ...{ opens_at: start, starts_at: start, ends_at: end, closes_at: end },
      })
      .execute();
    return id;
  }

  const tryPair = async (device: string): Promise<string> => {
    const staff = world.as(fleet.people.nurse, 'healthcare', fleet.prison);
    const body = { appointment: await appointment(device), code: 'ABC123' };
    return reasonOf(await world.ask('pair', { body }, staff));
  };

  /** What the log says of documents' times. */
  async function said(): Promise<string[]> {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await lookOnce({ trust: world.trust, logger, onFault: (fault) => world.faults.push(fault) });
    return lines.map((line) => {
      const { level, document, site } = JSON.parse(line) as { level: number; document: string; site?: string };
      return `${level === 50 ? 'error' : 'warn'} ${site ?? document}`;
    });
  }

  test('the manifest: people are warned first; then a laptop can be shut and killed, trust renewed, and nothing else', async () => {
    const laptop = await world.laptop();
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    const manager = world.as(fleet.people.prisonManager, 'manager', fleet.prison);
    world.clock.offset = 340 * day;
    expect((await world.trust.manifest()).standing).toBe('warning');
    expect(await said()).toEqual(['warn manifest', 'warn HMP Exemplar', 'warn Example Infirmary']);
    expect(await tryPair(laptop.id)).toBe('not-connected');
    world.clock.offset = 366 * day;
    expect((await world.trust.manifest()).standing).toBe('expired');
    expect(await said()).toEqual(['error manifest', 'error HMP Exemplar', 'error Example Infirmary']);
    expect(await tryPair(laptop.id)).toBe('outdated');
    const draft = (order: 'suspend' | 'resume' | 'brick') =>
      world.ask('draftOrder', { body: { order, devices: [laptop.id], reason: 'Lost' } }, officer);
    expect(reasonOf(await draft('resume'))).toBe('outdated');
    expect(reasonOf(await world.ask('createTicket', { body: { name: 'X', site: fleet.prison } }, officer))).toBe(
      'outdated',
    );
    expect(reasonOf(await world.proposeRoster([], { by: manager, notAfter: world.clock.now() + 10 * day }))).toBe(
      'outdated',
    );
    const task = must(await draft('brick'));
    const approval = fleet.people.officer.authenticator.approve(
      fromBase64url(task.statement) ?? new Uint8Array(),
      fleet.place,
    );
    expect(reasonOf(await world.ask('approveOrder', { params: { id: task.id }, body: { approval } }, officer))).toBe(
      'ok',
    );
    const renewal = must(await world.proposeManifest({ notAfter: world.clock.now() + 300 * day }));
    expect(must(await world.approve(renewal, fleet.people.trustee))).toEqual({ proposal: null });
    expect(await world.trust.manifest()).toMatchObject({ manifest: { version: 2 }, standing: 'held' });
  });

  test('a roster: its site opens nothing until it is renewed', async () => {
    const laptop = await world.laptop();
    const longer = must(await world.proposeManifest({ notAfter: Date.now() + 900 * day }));
    must(await world.approve(longer, fleet.people.trustee));
    world.clock.offset = 366 * day;
    expect((await world.trust.roster(fleet.prison))?.standing).toBe('expired');
    expect(await tryPair(laptop.id)).toBe('outdated');
    world.clock.offset += day;
    const renewal = must(await world.proposeRoster([fleet.people.nurse.named]));
    must(await world.approve(renewal, fleet.people.prisonManager));
    expect((await world.trust.roster(fleet.prison))?.standing).toBe('held');
    expect(await tryPair(laptop.id)).toBe('not-connected');
  });
});
