// Inviting people to make a passkey, on PostgreSQL and with passkeys in software.
import { keyCodeOf } from '@sallyport/protocol';
import type { ConsoleAnswer } from '@sallyport/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { consoleOrigin } from './device-world-testing.ts';
import type { Caller } from './http/handlers.ts';
import type { Answer } from './ports.ts';
import { createTrustWorld, findInvitation, must, reasonOf, tokenOf } from './trust-world-testing.ts';
import type { TrustWorld } from './trust-world-testing.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
const fleet = sampleFleet(Date.now() - 60_000);
let world: TrustWorld;
let manager: Caller;
let trustee: Caller;

beforeAll(async () => {
  world = await createTrustWorld(fleet, [fleet.people.trustee]);
  manager = world.as(fleet.people.prisonManager, 'manager', fleet.prison);
  trustee = world.as(fleet.people.trustee, 'trustee');
});
afterAll(() => world.close());
beforeEach(async () => {
  world.clock.offset = 0;
  await world.database.db.deleteFrom('invitations').execute();
});

type Wanted = {
  name?: string;
  role?: 'healthcare' | 'consultant' | 'manager' | 'trustee';
  site?: string;
  person?: string;
};

function invite(
  { name = 'Nerys Nurse', role = 'healthcare', site, person }: Wanted = {},
  by = manager,
): Promise<Answer<ConsoleAnswer<'invite'>>> {
  return world.ask('invite', { body: { name, role, site: site ?? null, person: person ?? null } }, by);
}

const view = (token: string) => world.askInvited('invitationView', { body: { token } });

async function options(token: string): Promise<unknown> {
  return must(await world.askInvited('invitationRegistrationOptions', { body: { token } }));
}

async function register(
  token: string,
  keyholder: SamplePerson,
  answering?: unknown,
): Promise<Answer<ConsoleAnswer<'invitationRegister'>>> {
  const registration = { ...keyholder.authenticator.register(answering ?? (await options(token)), consoleOrigin) };
  return world.askInvited('invitationRegister', { body: { token, registration } });
}

describe('S26 an invitation', () => {
  test('is a link that works once, and gives a passkey whose code both sides see', async () => {
    const { link, invitation } = must(await invite());
    expect(link).toMatch(/^https:\/\/localhost:8443\/invitation\/#[\w-]{43}$/);
    expect(invitation).toMatchObject({
      person: { name: 'Nerys Nurse' },
      role: 'healthcare',
      invitedBy: 'Megan Manager',
    });
    expect(invitation.site).toEqual({ id: fleet.prison, name: 'HMP Exemplar' });
    const token = tokenOf(link);
    expect(must(await view(token))).toEqual({
      name: 'Nerys Nurse',
      role: 'healthcare',
      site: { id: fleet.prison, name: 'HMP Exemplar' },
      expiresAt: invitation.expiresAt,
    });
    const nerys = samplePerson('Nerys Nurse');
    const { passkey } = must(await register(token, nerys));
    expect(passkey).toEqual(nerys.authenticator.credential);
    const listed = await findInvitation(world, invitation.id, manager);
    expect(await keyCodeOf(listed?.passkey ?? passkey)).toBe(await keyCodeOf(passkey));
    expect(listed?.expiresAt).toBeGreaterThan(Date.now() + 29 * day);
    expect(reasonOf(await view(token))).toBe('not-found');
    expect((await world.actions()).slice(-2)).toEqual(['invitation.created', 'passkey.registered']);
  });

  test('gives no access before a list names the passkey', async () => {
    const nerys = await world.registered({ name: 'Nerys Nurse', role: 'healthcare' }, samplePerson('Nerys Nurse'));
    await expect(world.signedIn(nerys.named)).rejects.toThrow('nobody');
    const rows = await world.database.db.selectFrom('people').select('id').where('id', '=', nerys.named.id).execute();
    expect(rows).toEqual([]);
  });

  test('keeps its link as a digest only', async () => {
    const token = tokenOf(must(await invite()).link);
    const rows = await world.database.db.selectFrom('invitations').selectAll().execute();
    expect(rows[0]?.token).toHaveLength(32);
    expect(rows[0]?.token?.equals(Buffer.from(token, 'base64url'))).toBe(false);
    expect(JSON.stringify(rows)).not.toContain(token);
    const entries = await world.database.db.selectFrom('audit').select('detail').execute();
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  test('is over after 72 hours', async () => {
    const token = tokenOf(must(await invite()).link);
    const asked = await options(token);
    world.clock.offset = 72 * hour - 60_000;
    expect(reasonOf(await view(token))).toBe('ok');
    world.clock.offset = 72 * hour;
    expect(reasonOf(await view(token))).toBe('not-found');
    expect(reasonOf(await register(token, samplePerson('Late'), asked))).toBe('not-found');
    expect(must(await world.ask('invitations', {}, manager)).invitations).toEqual([]);
  });

  test('used by two at once makes one passkey', async () => {
    const { link, invitation } = must(await invite());
    const token = tokenOf(link);
    const both = [samplePerson('One'), samplePerson('Two')];
    const asked = [await options(token), await options(token)];
    const answers = await Promise.all(both.map((person, index) => register(token, person, asked[index])));
    expect(answers.map(reasonOf).toSorted()).toEqual(['not-found', 'ok']);
    const winner = both[answers.findIndex(({ ok }) => ok)];
    const kept = await findInvitation(world, invitation.id, manager);
    expect(kept?.passkey).toEqual(winner?.authenticator.credential);
  });

  test('answers one challenge once, its own, from its own page', async () => {
    const [one, two] = [tokenOf(must(await invite()).link), tokenOf(must(await invite()).link)];
    const asked = await options(one);
    expect(reasonOf(await register(two, samplePerson('x'), asked))).toBe('wrong-challenge');
    const elsewhere = { ...samplePerson('x').authenticator.register(await options(one), 'https://localhost:9999') };
    const body = { token: one, registration: elsewhere };
    expect(reasonOf(await world.askInvited('invitationRegister', { body }))).toBe('not-verified');
    expect(reasonOf(await world.askInvited('invitationRegister', { body: { token: one, registration: {} } }))).toBe(
      'malformed',
    );
    expect(reasonOf(await register(one, samplePerson('x')))).toBe('ok');
  });

  test('never takes a passkey that speaks for somebody already', async () => {
    const nerys = samplePerson('Nerys');
    must(await register(tokenOf(must(await invite()).link), nerys));
    expect(reasonOf(await register(tokenOf(must(await invite()).link), nerys))).toBe('not-allowed');
    expect(reasonOf(await register(tokenOf(must(await invite()).link), fleet.people.nurse))).toBe('not-allowed');
  });

  test('an invented link leads nowhere', async () => {
    expect(reasonOf(await view('A'.repeat(43)))).toBe('not-found');
    const body = { token: 'A'.repeat(43) };
    expect(reasonOf(await world.askInvited('invitationRegistrationOptions', { body }))).toBe('not-found');
  });

  test('is taken back by those whose list it is for, with what was made by it', async () => {
    const { link, invitation } = must(await invite());
    const elsewhere = world.as(fleet.people.hospitalManager, 'manager', fleet.hospital);
    const cancel = (by: Caller) =>
      world.ask('cancelInvitation', { params: { id: invitation.id }, body: {} }, by).then(reasonOf);
    expect(await cancel(elsewhere)).toBe('not-found');
    expect(await cancel(trustee)).toBe('not-found');
    expect(must(await world.ask('invitations', {}, elsewhere)).invitations).toEqual([]);
    const nerys = samplePerson('Nerys');
    must(await register(tokenOf(link), nerys));
    expect(await cancel(manager)).toBe('ok');
    expect(await cancel(manager)).toBe('not-found');
    const named = { ...invitation.person, credentials: [nerys.authenticator.credential] };
    expect(reasonOf(await world.proposeRoster([named]))).toBe('unknown-credential');
  });

  test('is for the inviter’s own list only', async () => {
    expect(reasonOf(await invite({ role: 'consultant' }))).toBe('not-allowed');
    expect(reasonOf(await invite({ role: 'manager' }))).toBe('not-allowed');
    expect(reasonOf(await invite({ site: fleet.hospital }))).toBe('not-allowed');
    expect(reasonOf(await invite({ role: 'healthcare' }, trustee))).toBe('not-allowed');
    expect(reasonOf(await invite({ role: 'trustee', site: fleet.prison }, trustee))).toBe('not-allowed');
    expect(reasonOf(await invite({ role: 'manager', site: fleet.people.nurse.named.id }, trustee))).toBe('not-found');
    expect(reasonOf(await invite({ person: fleet.people.consultant.named.id }))).toBe('not-found');
    expect(reasonOf(await invite({ role: 'manager', site: fleet.prison }, trustee))).toBe('ok');
    expect(must(await world.ask('invitations', {}, trustee)).invitations).toHaveLength(1);
    expect(must(await world.ask('invitations', {}, manager)).invitations).toEqual([]);
  });

  test('made for one list, a passkey counts on no other', async () => {
    const chief = await world.registered(
      { name: 'Chief', role: 'manager', site: fleet.hospital },
      samplePerson('Chief'),
      trustee,
    );
    const officers = [...fleet.manifest.fleetOfficers, chief.named];
    expect(reasonOf(await world.proposeManifest({ fleetOfficers: officers }))).toBe('unknown-credential');
    expect(reasonOf(await world.proposeRoster([chief.named]))).toBe('unknown-credential');
    const sites = (id: string) =>
      fleet.manifest.sites.map((site) =>
        site.id === id ? { ...site, managers: [...site.managers, chief.named] } : site,
      );
    expect(reasonOf(await world.proposeManifest({ sites: sites(fleet.prison) }))).toBe('unknown-credential');
    expect(reasonOf(await world.proposeManifest({ sites: sites(fleet.hospital) }))).toBe('ok');
  });

  test('there are only so many at a time', async () => {
    must(await invite());
    await sql`
      insert into invitations (id, token, person, name, role, site, invited_by, expires_at)
      select gen_random_uuid(), decode(md5(n::text), 'hex'), person, name, role, site, invited_by, expires_at
      from invitations, generate_series(1, 399) n
    `.execute(world.database.db);
    expect(reasonOf(await invite())).toBe('too-many');
    world.clock.offset = 73 * hour;
    expect(reasonOf(await invite())).toBe('ok');
  });
});
