// Changing a site's people on real parts: proposals, passkeys in software, PostgreSQL.
import { fromBase64url } from '@sallyport/protocol';
import type { Roster } from '@sallyport/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SampleFleet } from '../../test/harness/sample-fleet.ts';
import type { Caller } from './http/handlers.ts';
import { createTrustWorld, documentIn, must, reasonOf } from './trust-world-testing.ts';
import type { TrustWorld } from './trust-world-testing.ts';

const day = 24 * 60 * 60_000;

let fleet: SampleFleet;
let world: TrustWorld;
let manager: Caller;

beforeEach(async () => {
  fleet = sampleFleet(Date.now() - 60_000);
  world = await createTrustWorld(fleet, [fleet.people.trustee]);
  manager = world.as(fleet.people.prisonManager, 'manager', fleet.prison);
});
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

/** Puts a changed roster in force by the prison's manager. */
async function enrol(...people: Roster['people']): Promise<void> {
  const proposal = must(await world.proposeRoster(people));
  expect(must(await world.approve(proposal, fleet.people.prisonManager))).toEqual({ proposal: null });
}

describe('S26 a roster', () => {
  test('takes in a new nurse: invited, proposed, approved, in force, on the record', async () => {
    const newcomer = await world.registered({ name: 'Nerys Nurse', role: 'healthcare' }, samplePerson('Nerys Nurse'));
    expect(await world.names()).not.toContain('Nerys Nurse');
    const proposal = must(await world.proposeRoster([fleet.people.nurse.named, newcomer.named]));
    expect(proposal).toMatchObject({
      kind: 'roster',
      site: { id: fleet.prison, name: 'HMP Exemplar' },
      awaitsCaller: true,
      proposedBy: 'Megan Manager',
      quorums: [{ role: 'manager', needed: 1, approvedBy: [] }],
      task: { credentials: [fleet.people.prisonManager.authenticator.credential.id] },
    });
    const before = await world.trust.roster(fleet.prison);
    expect(proposal.task.previous).toBe(before?.approved.statement);
    expect(documentIn(proposal)).toMatchObject({ type: 'roster', version: 2, siteName: 'HMP Exemplar' });
    expect((await world.rosterOf(fleet.prison)).version).toBe(1);
    expect(must(await world.approve(proposal, fleet.people.prisonManager))).toEqual({ proposal: null });
    expect((await world.rosterOf(fleet.prison)).people.map(({ name }) => name)).toEqual(['Nia Nurse', 'Nerys Nurse']);
    expect(await world.names()).toContain('Nerys Nurse');
    expect(await world.signedIn(newcomer.named)).toEqual(expect.any(String));
    expect(world.published).toContain('trust');
    const entries = await world.database.db.selectFrom('audit').selectAll().orderBy('number').execute();
    expect(entries.slice(-3)).toMatchObject([
      { action: 'roster.proposed', subject: fleet.prison, detail: { version: 2, people: 2, added: 1, removed: 0 } },
      { action: 'roster.approved', actor: { name: 'Megan Manager' }, detail: { version: 2 } },
      { action: 'roster.in-force', actor: { kind: 'control' }, detail: { version: 2, added: 1, leavers: 0 } },
    ]);
    expect(JSON.stringify(entries)).not.toContain(newcomer.named.credentials[0]?.publicKey);
  });

  test('lets a leaver go: session and passkey end with the approval', async () => {
    const newcomer = await world.registered({ name: 'Nerys Nurse', role: 'healthcare' }, samplePerson('Nerys Nurse'));
    const token = await world.signedIn(fleet.people.nurse.named);
    expect(await world.sessions.find(token, 'look')).toBeDefined();
    await enrol(newcomer.named);
    expect(await world.database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
    expect(await world.sessions.find(token, 'look')).toBeUndefined();
    expect(await world.names()).not.toContain('Nia Nurse');
    await expect(world.signedIn(fleet.people.nurse.named)).rejects.toThrow('nobody');
    const query = world.database.db.selectFrom('audit').select('detail').where('action', '=', 'roster.in-force');
    expect(await query.executeTakeFirst()).toMatchObject({ detail: { removed: 1, leavers: 1, names: 'Nia Nurse' } });
    // Who has gone cannot be put back with the passkey that went with them.
    expect(reasonOf(await world.proposeRoster([fleet.people.nurse.named, newcomer.named]))).toBe('unknown-credential');
  });

  test('replaces a lost passkey: the new one counts, the old one and its sessions do not', async () => {
    const token = await world.signedIn(fleet.people.nurse.named);
    const { id } = fleet.people.nurse.named;
    const replacement = samplePerson('anybody');
    const renewed = await world.registered({ name: 'x', role: 'healthcare', person: id }, replacement);
    expect(renewed.named).toMatchObject({ id, name: 'Nia Nurse' });
    expect(await world.sessions.find(token, 'look')).toBeDefined();
    await enrol(renewed.named);
    expect(await world.sessions.find(token, 'look')).toBeUndefined();
    expect((await world.rosterOf(fleet.prison)).people).toEqual([renewed.named]);
    const kept = await world.database.db.selectFrom('credentials').select('id').where('person', '=', id).execute();
    expect(kept).toEqual([{ id: replacement.authenticator.credential.id }]);
    expect(await world.signedIn(renewed.named)).toEqual(expect.any(String));
  });

  test('follows a changed name', async () => {
    await enrol({ ...fleet.people.nurse.named, name: 'Nia Jones' });
    expect(await world.names()).toContain('Nia Jones');
    expect(await world.names()).not.toContain('Nia Nurse');
  });

  test('is not proposed with anything that could not be in force', async () => {
    const mallory = samplePerson('Mallory');
    const own = fleet.people.nurse.named;
    const borrowed = { ...own, credentials: fleet.people.consultant.named.credentials };
    const other = fleet.people.consultant.named;
    const cases: [string, Roster['people'], { notAfter?: number }][] = [
      ['unknown-credential', [own, mallory.named], {}],
      ['unknown-credential', [borrowed], {}],
      ['clash', [own, fleet.people.officer.named], {}],
      ['clash', [other], {}],
      ['malformed', [own, own], {}],
      ['expired', [own], { notAfter: Date.now() + day / 2 }],
      ['lives-too-long', [own], { notAfter: Date.now() + 500 * day }],
      ['wrong-state', [own], { notAfter: (await world.rosterOf(fleet.prison)).notAfter }],
    ];
    for (const [reason, named, changes] of cases) {
      expect(reasonOf(await world.proposeRoster(named, changes))).toBe(reason);
    }
    expect(await world.proposals(manager)).toEqual([]);
  });

  test('is proposed once at a time, and a withdrawn one makes room', async () => {
    const first = must(await world.proposeRoster([]));
    expect(reasonOf(await world.proposeRoster([fleet.people.nurse.named]))).toBe('clash');
    const elsewhere = world.as(fleet.people.hospitalManager, 'manager', fleet.hospital);
    expect(await world.proposals(elsewhere)).toEqual([]);
    const params = { id: first.id };
    expect(reasonOf(await world.ask('withdrawProposal', { params, body: {} }, elsewhere))).toBe('not-found');
    expect(reasonOf(await world.approve(first, fleet.people.hospitalManager, elsewhere))).toBe('not-found');
    expect(reasonOf(await world.ask('withdrawProposal', { params, body: {} }, manager))).toBe('ok');
    expect((await world.actions()).at(-1)).toBe('roster.withdrawn');
    expect(reasonOf(await world.approve(first, fleet.people.prisonManager))).toBe('not-found');
    expect(reasonOf(await world.proposeRoster([fleet.people.nurse.named]))).toBe('ok');
  });

  test('waits for two weeks and no longer', async () => {
    const proposal = must(await world.proposeRoster([]));
    world.clock.offset = 14 * day;
    expect(await world.proposals(manager)).toEqual([]);
    expect(reasonOf(await world.approve(proposal, fleet.people.prisonManager))).toBe('not-found');
    expect(reasonOf(await world.proposeRoster([]))).toBe('ok');
  });

  test('is approved by its own managers, over its own bytes, on the approver’s page, and every refusal is recorded', async () => {
    const proposal = must(await world.proposeRoster([]));
    const { prisonManager, hospitalManager, trustee: ada } = fleet.people;
    expect(reasonOf(await world.approve(proposal, hospitalManager, manager))).toBe('unknown-credential');
    expect(reasonOf(await world.approve(proposal, ada, manager))).toBe('unknown-credential');
    const otherBytes = prisonManager.authenticator.approve(new Uint8Array(8), fleet.place);
    expect(reasonOf(await world.approve(proposal, prisonManager, manager, () => otherBytes))).toBe('wrong-challenge');
    const bytes = fromBase64url(proposal.task.statement) ?? new Uint8Array();
    const elsewhere = prisonManager.authenticator.approve(bytes, { ...fleet.place, origin: 'https://localhost:8443' });
    expect(reasonOf(await world.approve(proposal, prisonManager, manager, () => elsewhere))).toBe('wrong-origin');
    expect((await world.actions()).filter((action) => action === 'roster.approval-refused')).toHaveLength(4);
    expect((await world.rosterOf(fleet.prison)).version).toBe(1);
  });
});
