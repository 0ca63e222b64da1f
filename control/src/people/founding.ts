import { fleetPolicy, type Role } from '@sallyport/protocol';
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database, FoundingRules } from '../db/schema.ts';
import type { Audit } from '../ports.ts';
import type { FoundingPlan } from './plan.ts';

/** What a fleet begins with besides its plan. */
export interface FoundingInputs {
  rpId: string;
  approverOrigin: string;
  /** SHA-256 of the approver's build, base64url. */
  approverBuild: string;
  /** The device CA, PEM. */
  ca: { certificate: string; key: string };
  /** What signs audit checkpoints: PKCS #8 PEM, and its public half (SubjectPublicKeyInfo, base64url). */
  audit: { key: string; publicKey: string };
}

/** Where a database stands in the founding of its fleet. */
export type FoundingState = 'blank' | 'prepared' | 'founded';

/** Tells where the founding stands. */
export async function foundingState(db: Kysely<Database>): Promise<FoundingState> {
  const row = await db.selectFrom('fleet').select('founded_at').executeTakeFirst();
  if (row === undefined) return 'blank';
  return row.founded_at === null ? 'prepared' : 'founded';
}

/**
 * Writes the plan's fleet, sites and people, and makes the set-up token.
 * @returns the token, 32 bytes base64url, which is kept as a digest only
 * @throws when there is a fleet already
 */
export async function prepareFleet(
  { db, audit }: { db: Kysely<Database>; audit: Audit },
  plan: FoundingPlan,
  inputs: FoundingInputs,
): Promise<string> {
  const token = newToken();
  await db.transaction().execute(async (trx) => {
    const siteThresholds = await insertSites(trx, plan);
    const { rpId, approverOrigin, approverBuild, ca } = inputs;
    const auditKey = inputs.audit.publicKey;
    const policy = fleetPolicy.parse({ ...plan.policy, rpId, approverOrigin, approverBuild, auditKey });
    const rules: FoundingRules = { policy, trusteeThreshold: plan.trustees.threshold, siteThresholds };
    const row = { id: randomUUID(), rp_id: rpId, approver_origin: approverOrigin, plan: JSON.stringify(rules) };
    const keys = { ca_certificate: ca.certificate, ca_key: ca.key, audit_key: inputs.audit.key };
    await trx
      .insertInto('fleet')
      .values({ ...row, ...keys, setup_token: digestOf(token) })
      .execute();
    await insertPeople(trx, 'trustee', null, plan.trustees.people);
    await insertPeople(trx, 'fleetOfficer', null, plan.fleetOfficers);
    await audit.append(trx, { ...byControl, action: 'fleet.prepared', subject: row.id, detail: {} });
  });
  return token;
}

/**
 * Replaces the set-up token, when the first was lost.
 * @returns the new token, or undefined when there is no founding going on
 */
export async function renewSetupToken(deps: { db: Kysely<Database>; audit: Audit }): Promise<string | undefined> {
  const token = newToken();
  return deps.db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('fleet')
      .where('founded_at', 'is', null)
      .set({ setup_token: digestOf(token) })
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    await deps.audit.append(trx, { ...byControl, action: 'fleet.token-renewed', subject: row.id, detail: {} });
    return token;
  });
}

/** Whether a token is the one of the founding that goes on; never once the fleet is founded. */
export async function isSetupToken(db: Kysely<Database>, token: string): Promise<boolean> {
  const row = await db.selectFrom('fleet').where('founded_at', 'is', null).select('setup_token').executeTakeFirst();
  const kept = row?.setup_token ?? undefined;
  return kept !== undefined && timingSafeEqual(kept, digestOf(token));
}

/** The authenticator models that the plan's policy names: what counts while no manifest is in force. */
export async function plannedAuthenticators(db: Kysely<Database>): Promise<readonly string[]> {
  const { plan } = await db.selectFrom('fleet').select('plan').executeTakeFirstOrThrow();
  return plan.policy.authenticators;
}

const byControl = { actor: { kind: 'control', id: null, name: 'control' } } as const;

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function insertSites(trx: Transaction<Database>, plan: FoundingPlan): Promise<Record<string, number>> {
  const thresholds: Record<string, number> = {};
  for (const { kind, name, managers, threshold, people } of plan.sites) {
    const id = randomUUID();
    thresholds[id] = threshold;
    await trx.insertInto('sites').values({ id, kind, name }).execute();
    await insertPeople(trx, 'manager', id, managers);
    await insertPeople(trx, kind === 'prison' ? 'healthcare' : 'consultant', id, people);
  }
  return thresholds;
}

async function insertPeople(
  trx: Transaction<Database>,
  role: Role,
  site: string | null,
  names: string[],
): Promise<void> {
  const rows = names.map((name) => ({ id: randomUUID(), name, role, site }));
  await trx.insertInto('people').values(rows).execute();
}
