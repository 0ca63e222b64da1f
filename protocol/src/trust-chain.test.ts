import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { fromBase64url, toBase64url } from './primitives.ts';
import { encodeStatement } from './statements.ts';
import type { Manifest, Roster, Statement } from './statements.ts';
import { digestOf, verifyStatement } from './verify.ts';

// The conformance cases of The Update Framework (specification 1.0.34, sections 5.3 and 5.6, and the attacks of 1.5.2),
// for manifests (root role) and rosters (delegated targets roles).

const now = Date.UTC(2026, 10, 22, 9);
const day = 86_400_000;
const fleet = sampleFleet(now);
const { people, manifest, roster } = fleet;

async function verify(statement: Statement, by: Manifest, approvers: SamplePerson[], extra: object): Promise<string> {
  const approved = fleet.approved(statement, ...approvers);
  const bytes = fromBase64url(approved.statement);
  if (bytes === undefined) throw new Error('not base64url');
  const policy = { type: statement.type, now, ...extra } as never;
  const result = await verifyStatement(bytes, approved.approvals, by, policy);
  return result.accepted ? 'accepted' : result.reason;
}

const digestOfStatement = (statement: Statement): Promise<string> => digestOf(encodeStatement(statement));

/** Version n + 1 of a manifest, linked to it. */
async function follow(before: Manifest, changes: Partial<Manifest> = {}): Promise<Manifest> {
  return { ...before, version: before.version + 1, previous: await digestOfStatement(before), ...changes };
}

/** Judges a manifest as the one that follows `before`. */
async function judge(next: Manifest, before: Manifest, ...approvers: SamplePerson[]): Promise<string> {
  return verify(next, before, approvers, { anchored: false, previous: await digestOfStatement(before) });
}

describe('P2.8 S6 TUF root: the trust manifest', () => {
  test('the first manifest needs its own trustees', async () => {
    expect(await verify(manifest, manifest, [people.trustee], { anchored: true })).toBe('accepted');
    expect(await verify(manifest, manifest, [people.officer], { anchored: true })).toBe('unknown-credential');
  });

  test('key rotation: the next needs the threshold of both versions', async () => {
    const heir = samplePerson('Heir');
    const next = await follow(manifest, { trustees: { threshold: 1, people: [heir.named] } });
    expect(await judge(await follow(manifest), manifest, people.trustee)).toBe('accepted');
    expect(await judge(next, manifest, heir)).toBe('unknown-credential');
    expect(await judge(next, manifest, people.trustee)).toBe('unknown-credential');
    expect(await judge(next, manifest, people.trustee, heir)).toBe('accepted');
  });

  test('a raised threshold holds for the version that raises it', async () => {
    const second = samplePerson('Second Trustee');
    const both = { threshold: 2, people: [people.trustee.named, second.named] };
    const next = await follow(manifest, { trustees: both });
    expect(await judge(next, manifest, people.trustee)).toBe('too-few-people');
    expect(await judge(next, manifest, people.trustee, second)).toBe('accepted');
    const lowered = await follow(next, { trustees: { ...both, threshold: 1 } });
    expect(await judge(lowered, next, people.trustee)).toBe('too-few-people');
  });

  test('duplicate keys are counted once, and one key under two names is refused', async () => {
    const both = { threshold: 2, people: [people.trustee.named, samplePerson('Second Trustee').named] };
    const next = await follow(manifest, { trustees: both });
    expect(await judge(next, manifest, people.trustee, people.trustee)).toBe('too-few-people');
    const alias = samplePerson('Alias').named;
    const [key] = people.trustee.named.credentials;
    const sameKey = { ...alias, credentials: [{ id: 'AAAA', publicKey: key?.publicKey ?? '' }] };
    const doubled = await follow(manifest, { trustees: { threshold: 2, people: [people.trustee.named, sameKey] } });
    expect(await judge(doubled, manifest, people.trustee)).toBe('malformed');
  });

  test('rollback: no going back, no repeating', async () => {
    const next = await follow(manifest);
    expect(await judge(manifest, next, people.trustee)).toBe('replayed');
    expect(await judge(next, next, people.trustee)).toBe('replayed');
  });

  test('no gaps: a device that was away walks every version', async () => {
    const [second] = [await follow(manifest)];
    const third = await follow(second);
    expect(await judge(third, manifest, people.trustee)).toBe('unknown-manifest');
    expect(await judge(third, second, people.trustee)).toBe('accepted');
  });

  test('fast-forward: the highest version number there is cannot be reached by a leap', async () => {
    const leap = await follow(manifest, { version: 2 ** 31 - 1 });
    expect(await judge(leap, manifest, people.trustee)).toBe('unknown-manifest');
  });

  test('a fork: the next version follows these very bytes', async () => {
    const other = { ...manifest, fleetOfficers: [people.officer.named] };
    const fork = await follow(other);
    expect(await judge(fork, manifest, people.trustee)).toBe('wrong-previous');
    expect(await judge({ ...fork, previous: null }, manifest, people.trustee)).toBe('wrong-previous');
  });

  test('the expiry of a version in the middle does not stop whoever walks the chain; an absurd lifetime does', async () => {
    const short = await follow(manifest, { notAfter: now + day, issuedAt: now - day });
    const later = { anchored: false, previous: await digestOfStatement(manifest), now: now + 30 * day };
    expect(await verify(short, manifest, [people.trustee], later)).toBe('accepted');
    const absurd = await follow(manifest, { notAfter: now + 4 * 366 * day });
    expect(await judge(absurd, manifest, people.trustee)).toBe('lives-too-long');
    const future = await follow(manifest, { issuedAt: now + day, notAfter: now + 2 * day });
    expect(await judge(future, manifest, people.trustee)).toBe('not-yet-valid');
  });

  test.each<[string, Partial<Manifest>]>([
    ['needs more trustees than it has', { trustees: { threshold: 2, people: [people.trustee.named] } }],
    ['names an officer twice', { fleetOfficers: [people.officer.named, people.officer.named] }],
    ['names two sites alike', { sites: manifest.sites.map((site) => ({ ...site, name: 'HMP Exemplar' })) }],
    ['needs more managers than a site has', { sites: manifest.sites.map((site) => ({ ...site, threshold: 2 })) }],
    ['erases before it suspends', { policy: { ...manifest.policy, suspendAfterHours: 800 } }],
    ['takes approvals on a page its passkeys cannot be used on', { policy: { ...manifest.policy, rpId: 'example' } }],
  ])('nobody can be led into a manifest that %s', async (_, changes) => {
    expect(await judge(await follow(manifest, changes), manifest, people.trustee)).toBe('malformed');
  });
});

describe('P2.7 S6 TUF delegation: the rosters', () => {
  const raised = async (changes: Partial<Roster> = {}): Promise<Roster> => {
    return { ...roster, version: 2, previous: await digestOfStatement(roster), ...changes };
  };
  const judgeRoster = async (next: Roster, ...approvers: SamplePerson[]): Promise<string> => {
    const current = { version: 1, digest: await digestOfStatement(roster) };
    return verify(next, manifest, approvers, { afterVersion: 1, current });
  };

  test('the site’s own manager, and nobody else', async () => {
    expect(await judgeRoster(await raised(), people.prisonManager)).toBe('accepted');
    for (const who of ['hospitalManager', 'trustee', 'officer', 'nurse'] as const) {
      expect(await judgeRoster(await raised(), people[who])).toBe('unknown-credential');
    }
  });

  test('outside its scope: another site, another site’s name, a site that is none', async () => {
    const hospital = await raised({ site: fleet.hospital, siteName: 'Example Infirmary' });
    expect(await judgeRoster(hospital, people.prisonManager)).toBe('unknown-credential');
    expect(await judgeRoster(await raised({ siteName: 'HMP Elsewhere' }), people.prisonManager)).toBe('wrong-site');
    const nowhere = await raised({ site: '00000000-0000-4000-8000-000000000002' });
    expect(await judgeRoster(nowhere, people.prisonManager)).toBe('wrong-site');
  });

  test('rollback and fast-forward', async () => {
    expect(await judgeRoster(roster, people.prisonManager)).toBe('replayed');
    expect(await judgeRoster(await raised({ version: 1001 }), people.prisonManager)).toBe('accepted');
    expect(await judgeRoster(await raised({ version: 1002 }), people.prisonManager)).toBe('too-far-ahead');
    const first = { afterVersion: 0, current: undefined };
    expect(await verify(await raised({ version: 1002 }), manifest, [people.prisonManager], first)).toBe('accepted');
  });

  test('the next one follows the very list that is in force; a device that missed some takes the newest', async () => {
    const forked = await raised({ previous: toBase64url(new Uint8Array(32)) });
    expect(await judgeRoster(forked, people.prisonManager)).toBe('wrong-previous');
    expect(await judgeRoster({ ...forked, version: 3 }, people.prisonManager)).toBe('accepted');
  });

  test('freeze: a roster whose time is over is refused, and opens nothing', async () => {
    expect(await judgeRoster(await raised({ issuedAt: now - day, notAfter: now }), people.prisonManager)).toBe(
      'expired',
    );
    expect(await judgeRoster(await raised({ notAfter: now + 367 * day }), people.prisonManager)).toBe('lives-too-long');
  });

  test('two managers where the manifest says two', async () => {
    const second = samplePerson('Second Manager');
    const strict: Manifest = {
      ...manifest,
      sites: manifest.sites.map((site) =>
        site.id === fleet.prison ? { ...site, threshold: 2, managers: [...site.managers, second.named] } : site,
      ),
    };
    const extra = { afterVersion: 1, current: undefined };
    const next = await raised();
    expect(await verify(next, strict, [people.prisonManager], extra)).toBe('too-few-people');
    expect(await verify(next, strict, [people.prisonManager, people.prisonManager], extra)).toBe('too-few-people');
    expect(await verify(next, strict, [people.prisonManager, second], extra)).toBe('accepted');
  });
});
