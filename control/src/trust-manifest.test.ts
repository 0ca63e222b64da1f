// Changing a fleet's manifest on real parts: proposals, passkeys in software, PostgreSQL.
import { toBase64url } from '@sallyport/protocol';
import type { Approval, Manifest, Roster } from '@sallyport/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SampleFleet, SamplePerson } from '../../test/harness/sample-fleet.ts';
import type { Caller } from './http/handlers.ts';
import { createTrustWorld, documentIn, must, reasonOf } from './trust-world-testing.ts';
import type { TrustWorld } from './trust-world-testing.ts';

const day = 24 * 60 * 60_000;

let fleet: SampleFleet;
let world: TrustWorld;
let second: SamplePerson;
let trustee: Caller;
let otherTrustee: Caller;
let manager: Caller;

/** A fleet whose manifest takes two trustees. */
beforeEach(async () => {
  fleet = sampleFleet(Date.now() - 60_000);
  second = samplePerson('Bea Trustee');
  fleet.manifest.trustees = { threshold: 2, people: [fleet.people.trustee.named, second.named] };
  world = await createTrustWorld(fleet, [fleet.people.trustee, second]);
  trustee = world.as(fleet.people.trustee, 'trustee');
  otherTrustee = world.as(second, 'trustee');
  manager = world.as(fleet.people.prisonManager, 'manager', fleet.prison);
});
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

/** Opens every connection of the pool: what is sent at once is worked on at once. */
async function warmUp(): Promise<void> {
  await Promise.all(Array.from({ length: 20 }, () => world.proposals(trustee)));
}

/** Puts a changed manifest in force by both trustees. */
async function publish(changes: Partial<Manifest>): Promise<void> {
  const proposal = must(await world.proposeManifest(changes));
  must(await world.approve(proposal, fleet.people.trustee, trustee));
  expect(must(await world.approve(proposal, second, otherTrustee))).toEqual({ proposal: null });
}

function withSite(id: string, changes: Partial<Manifest['sites'][number]>): Partial<Manifest> {
  return { sites: fleet.manifest.sites.map((site) => (site.id === id ? { ...site, ...changes } : site)) };
}

describe('S26 the manifest', () => {
  const renewed = { notAfter: Date.now() + 700 * day };

  test('takes both trustees; the first approval waits and is shown', async () => {
    const proposal = must(await world.proposeManifest(renewed));
    expect(proposal.task.previous).toBe((await world.trust.manifest()).approved.statement);
    const waiting = must(await world.approve(proposal, fleet.people.trustee, trustee)).proposal;
    expect(waiting).toMatchObject({
      awaitsCaller: false,
      quorums: [{ role: 'trustee', needed: 2, approvedBy: ['Ada Trustee'] }],
      task: { credentials: [second.authenticator.credential.id] },
    });
    expect(await world.proposals(otherTrustee)).toMatchObject([{ id: proposal.id, awaitsCaller: true }]);
    expect(await world.proposals(manager)).toEqual([]);
    expect(await world.proposals(world.as(fleet.people.officer, 'fleetOfficer'))).toEqual([]);
    expect((await world.manifest()).version).toBe(1);
    expect(must(await world.approve(proposal, second, otherTrustee))).toEqual({ proposal: null });
    expect(await world.manifest()).toMatchObject({ version: 2, notAfter: renewed.notAfter });
    expect(await world.proposals(trustee)).toEqual([]);
    expect((await world.actions()).slice(-4)).toEqual([
      'manifest.proposed',
      'manifest.approved',
      'manifest.approved',
      'manifest.in-force',
    ]);
  });

  test('counts people: one trustee twice is one, with the same passkey or another', async () => {
    const spare = await world.registered(
      { name: 'x', role: 'trustee', person: fleet.people.trustee.named.id },
      samplePerson('spare'),
      otherTrustee,
    );
    const both = { ...fleet.people.trustee.named, credentials: [] as Roster['people'][number]['credentials'] };
    both.credentials = [...fleet.people.trustee.named.credentials, ...spare.named.credentials];
    await publish({ trustees: { threshold: 2, people: [both, second.named] } });
    const proposal = must(await world.proposeManifest(renewed));
    must(await world.approve(proposal, fleet.people.trustee, trustee));
    expect(reasonOf(await world.approve(proposal, fleet.people.trustee, trustee))).toBe('replayed');
    expect(reasonOf(await world.approve(proposal, spare, trustee))).toBe('replayed');
    expect((await world.manifest()).version).toBe(2);
  });

  test('two approvals at once: both count, and it is published once', async () => {
    const proposal = must(await world.proposeManifest(renewed));
    await warmUp();
    const answers = await Promise.all([
      world.approve(proposal, fleet.people.trustee, trustee),
      world.approve(proposal, second, otherTrustee),
    ]);
    expect(answers.map((answer) => must(answer).proposal?.kind ?? 'in force').toSorted()).toEqual([
      'in force',
      'manifest',
    ]);
    expect((await world.manifest()).version).toBe(2);
  });

  test('one approval sent twice at once counts once', async () => {
    const proposal = must(await world.proposeManifest(renewed));
    const kept: Approval[] = [];
    const keep = (approval: Approval): Approval => kept.at(0) ?? (kept.push(approval), approval);
    await warmUp();
    const answers = await Promise.all([
      world.approve(proposal, fleet.people.trustee, trustee, keep),
      world.approve(proposal, fleet.people.trustee, trustee, keep),
    ]);
    expect(answers.map(reasonOf).toSorted()).toEqual(['ok', 'replayed']);
  });

  test('two proposals at once: one waits', async () => {
    await warmUp();
    const answers = await Promise.all([world.proposeManifest(renewed), world.proposeManifest(renewed)]);
    expect(answers.map(reasonOf).toSorted()).toEqual(['clash', 'ok']);
  });

  test('a copied passkey, whose counter goes back, is refused (S4)', async () => {
    const kept: Approval[] = [];
    const first = must(await world.proposeManifest(renewed));
    must(
      await world.approve(first, fleet.people.trustee, trustee, (approval) => {
        kept.push(approval);
        return approval;
      }),
    );
    await world.database.db.updateTable('approval_tasks').set({ approvals: '[]' }).execute();
    const [copied] = kept;
    if (copied === undefined) throw new Error('nothing kept');
    expect(reasonOf(await world.approve(first, fleet.people.trustee, trustee, () => copied))).toBe('counter-went-back');
    expect(reasonOf(await world.approve(first, fleet.people.trustee, trustee))).toBe('ok');
  });

  test('new trustees: both quorums approve, the new one at a colleague’s screen, and the old one is out', async () => {
    const heir = await world.registered({ name: 'Heir', role: 'trustee' }, samplePerson('Heir'), trustee);
    const token = await world.signedIn(fleet.people.trustee.named);
    const heirs = { threshold: 2, people: [second.named, heir.named] };
    const proposal = must(await world.proposeManifest({ trustees: heirs }));
    expect(proposal.quorums).toMatchObject([{ needed: 2 }, { needed: 2 }]);
    must(await world.approve(proposal, second, otherTrustee));
    const waiting = must(await world.approve(proposal, heir, otherTrustee)).proposal;
    expect(waiting?.quorums.map(({ approvedBy }) => approvedBy)).toEqual([['Bea Trustee'], ['Bea Trustee', 'Heir']]);
    expect((await world.manifest()).version).toBe(1);
    expect(must(await world.approve(proposal, fleet.people.trustee, trustee))).toEqual({ proposal: null });
    expect((await world.manifest()).trustees.people.map(({ name }) => name)).toEqual(['Bea Trustee', 'Heir']);
    expect(await world.sessions.find(token, 'look')).toBeUndefined();
    const next = must(await world.proposeManifest(renewed));
    expect(reasonOf(await world.approve(next, fleet.people.trustee, otherTrustee))).toBe('unknown-credential');
    must(await world.approve(next, heir, otherTrustee));
  });

  test('whoever is not needed any more is not asked', async () => {
    const heir = await world.registered({ name: 'Heir', role: 'trustee' }, samplePerson('Heir'), trustee);
    const proposal = must(
      await world.proposeManifest({ trustees: { threshold: 1, people: [second.named, heir.named] } }),
    );
    expect(proposal.task.credentials).toHaveLength(3);
    const waiting = must(await world.approve(proposal, second, otherTrustee)).proposal;
    expect(waiting?.task.credentials).toEqual([fleet.people.trustee.authenticator.credential.id]);
  });

  test('is not proposed with what would leave the fleet without passkeys or record', async () => {
    const { policy, sites } = fleet.manifest;
    const anybody = samplePerson('Anybody').named;
    const cases: [string, Partial<Manifest>][] = [
      ['not-allowed', { policy: { ...policy, rpId: 'example.org', approverOrigin: 'https://example.org' } }],
      ['not-allowed', { policy: { ...policy, auditKey: toBase64url(new Uint8Array(91)) } }],
      ['wrong-site', withSite(fleet.hospital, { kind: 'prison' })],
      ['malformed', { trustees: { threshold: 3, people: fleet.manifest.trustees.people } }],
      ['malformed', { sites: [...sites, ...sites] }],
      ['malformed', { policy: { ...policy, suspendAfterHours: 800 } }],
      ['unknown-credential', { fleetOfficers: [...fleet.manifest.fleetOfficers, anybody] }],
      ['clash', { fleetOfficers: [...fleet.manifest.fleetOfficers, fleet.people.nurse.named] }],
      ['clash', { fleetOfficers: [fleet.people.officer.named, fleet.people.trustee.named] }],
      ['expired', { notAfter: Date.now() + day / 2 }],
      ['lives-too-long', { notAfter: Date.now() + 1200 * day }],
      ['wrong-state', {}],
    ];
    for (const [reason, changes] of cases) expect(reasonOf(await world.proposeManifest(changes))).toBe(reason);
  });

  test('takes a passkey taken back after it was proposed as unknown', async () => {
    const heir = await world.registered({ name: 'Heir', role: 'fleetOfficer' }, samplePerson('Heir'), trustee);
    const officers = [...fleet.manifest.fleetOfficers, heir.named];
    const proposal = must(await world.proposeManifest({ fleetOfficers: officers }));
    must(await world.approve(proposal, fleet.people.trustee, trustee));
    const { invitations } = must(await world.ask('invitations', {}, trustee));
    const params = { id: invitations[0]?.id ?? '' };
    must(await world.ask('cancelInvitation', { params, body: {} }, otherTrustee));
    expect(reasonOf(await world.approve(proposal, second, otherTrustee))).toBe('unknown-credential');
    expect((await world.manifest()).version).toBe(1);
  });

  test('a new prison comes with its manager, who then proposes its first roster', async () => {
    const chief = await world.registered(
      { name: 'New Manager', role: 'manager' },
      samplePerson('New Manager'),
      trustee,
    );
    const id = '11111111-1111-4111-8111-111111111111';
    const site = { id, kind: 'prison' as const, name: 'HMP New', managers: [chief.named], threshold: 1 };
    await publish({ sites: [...fleet.manifest.sites, site] });
    const by = world.as(chief, 'manager', id);
    const proposal = must(await world.proposeRoster([], { by }));
    expect(documentIn(proposal)).toMatchObject({ site: id, siteName: 'HMP New', version: 1, previous: null });
    expect(proposal.task.previous).toBeUndefined();
    expect(must(await world.approve(proposal, chief, by))).toEqual({ proposal: null });
    expect((await world.rosterOf(id)).people).toEqual([]);
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    const { sites } = must(await world.ask('fleetSites', {}, officer));
    expect(sites.map(({ name }) => name)).toEqual(['HMP Exemplar', 'HMP New']);
  });

  test('a site that leaves takes its people and what was proposed for it along', async () => {
    must(await world.proposeRoster([]));
    const token = await world.signedIn(fleet.people.nurse.named);
    await publish({ sites: fleet.manifest.sites.filter(({ id }) => id !== fleet.prison) });
    expect(await world.sessions.find(token, 'look')).toBeUndefined();
    expect(await world.names()).toEqual([
      'Ada Trustee',
      'Bea Trustee',
      'Dr Rao',
      'Huw Manager',
      'Ifor Officer',
      'Olwen Officer',
    ]);
    expect((await world.actions()).slice(-2)).toEqual(['manifest.in-force', 'roster.withdrawn']);
    const officer = world.as(fleet.people.officer, 'fleetOfficer');
    expect(must(await world.ask('fleetSites', {}, officer)).sites).toEqual([]);
    const ticket = { body: { name: 'HB-1', site: fleet.prison } };
    expect(reasonOf(await world.ask('createTicket', ticket, officer))).toBe('not-found');
  });

  test('a roster whose manager was replaced is nobody’s until the new one approves it; the rest goes on (S6)', async () => {
    const chief = await world.registered(
      { name: 'New Manager', role: 'manager', site: fleet.prison },
      samplePerson('N'),
      trustee,
    );
    const token = await world.signedIn(fleet.people.nurse.named);
    await publish(withSite(fleet.prison, { managers: [chief.named] }));
    expect(await world.trust.roster(fleet.prison)).toBeUndefined();
    expect(await world.trust.roster(fleet.hospital)).toBeDefined();
    expect(await world.names()).not.toContain('Nia Nurse');
    expect(await world.database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
    expect(await world.sessions.find(token, 'look')).toBeUndefined();
    expect((await world.actions()).at(-1)).toBe('roster.not-borne-out');
    const by = world.as(chief, 'manager', fleet.prison);
    const again = must(await world.proposeRoster([fleet.people.nurse.named], { by }));
    must(await world.approve(again, chief, by));
    expect(await world.rosterOf(fleet.prison)).toMatchObject({ version: 2, people: [{ name: 'Nia Nurse' }] });
    expect(await world.names()).toContain('Nia Nurse');
    expect(await world.signedIn(fleet.people.nurse.named)).toEqual(expect.any(String));
  });

  test('sites exchange their names, and the approver moves, in one step', async () => {
    const [prison, hospital] = fleet.manifest.sites.map(({ name }) => name);
    const swapped = fleet.manifest.sites.map((site) => ({
      ...site,
      name: (site.name === prison ? hospital : prison) ?? '',
    }));
    const policy = { ...fleet.manifest.policy, approverOrigin: 'https://approve.localhost' };
    await publish({ sites: swapped, policy });
    const rows = await world.database.db.selectFrom('sites').select(['id', 'name']).execute();
    expect(new Map(rows.map(({ id, name }) => [id, name])).get(fleet.prison)).toBe(hospital);
    const row = await world.database.db.selectFrom('fleet').select('approver_origin').executeTakeFirstOrThrow();
    expect(row.approver_origin).toBe('https://approve.localhost');
  });
});
