import {
  decodeStatement,
  encodeStatement,
  type Approval,
  type Manifest,
  type Roster,
  type Statement,
  type StatementRefusal,
} from '@sallyport/protocol';
import { verifyStatement, type Approver } from '@sallyport/protocol/verify';
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database, FoundingRules } from '../db/schema.ts';
import { asPerson, readPeople, type RegisteredPerson } from './registered-people.ts';

const year = 365 * 24 * 60 * 60_000;

/** A founding document that waits for approvals. */
export interface FoundingDocument {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
  statement: Manifest | Roster;
  approvals: Approval[];
}

/**
 * Writes the first manifest and each site's first roster from the people as they registered, to be approved.
 * @param now when they are issued, ms
 */
export async function draftFoundingDocuments(trx: Transaction<Database>, now: number): Promise<void> {
  const { id: fleet, plan } = await trx.selectFrom('fleet').select(['id', 'plan']).executeTakeFirstOrThrow();
  const sites = await trx.selectFrom('sites').selectAll().orderBy('name').execute();
  const people = await readPeople(trx);
  const common = { sallyport: 1, fleet, issuedAt: now, notAfter: now + year } as const;
  const manifest = { ...common, ...manifestOf(plan, sites, people) };
  const rosters = sites.map((site): Roster => {
    const members = people.filter((person) => person.role !== 'manager' && person.site?.id === site.id);
    const named = { site: site.id, siteName: site.name, people: members.map(asPerson) };
    return { ...common, type: 'roster', version: 1, previous: null, ...named };
  });
  for (const statement of [manifest, ...rosters]) await insertTask(trx, statement, now);
}

type ManifestContents = Omit<Manifest, 'sallyport' | 'fleet' | 'issuedAt' | 'notAfter'>;

function manifestOf(
  rules: FoundingRules,
  sites: { id: string; kind: 'prison' | 'hospital'; name: string }[],
  people: RegisteredPerson[],
): ManifestContents {
  const inRole = (role: RegisteredPerson['role'], site?: string): ReturnType<typeof asPerson>[] =>
    people.filter((person) => person.role === role && person.site?.id === site).map(asPerson);
  return {
    type: 'manifest',
    version: 1,
    previous: null,
    trustees: { threshold: rules.trusteeThreshold, people: inRole('trustee') },
    fleetOfficers: inRole('fleetOfficer'),
    sites: sites.map(({ id, kind, name }) => ({
      id,
      kind,
      name,
      managers: inRole('manager', id),
      threshold: rules.siteThresholds[id] ?? 1,
    })),
    policy: rules.policy,
  };
}

async function insertTask(trx: Transaction<Database>, statement: Manifest | Roster, now: number): Promise<void> {
  const bytes = Buffer.from(encodeStatement(statement));
  const row = { id: randomUUID(), type: statement.type, statement: bytes, approvals: '[]', created_at: new Date(now) };
  await trx.insertInto('approval_tasks').values(row).execute();
}

/** Reads the founding documents: the manifest first, then the rosters by site. Empty before they are drafted. */
export async function readFoundingDocuments(db: Kysely<Database>): Promise<FoundingDocument[]> {
  const rows = await db
    .selectFrom('approval_tasks')
    .where('type', 'in', ['manifest', 'roster'])
    .where('requested_by', 'is', null)
    .selectAll()
    .execute();
  const documents = rows.map((row): FoundingDocument => {
    const bytes = Uint8Array.from(row.statement);
    return { id: row.id, bytes, statement: foundingStatement(decodeStatement(bytes)), approvals: row.approvals };
  });
  return inOrder(documents);
}

function inOrder(documents: readonly FoundingDocument[]): FoundingDocument[] {
  const manifest = documents.map((document) => document.statement).find((statement) => statement.type === 'manifest');
  const sites = manifest?.sites.map((site) => site.id) ?? [];
  const rank = ({ statement }: FoundingDocument): number =>
    statement.type === 'manifest' ? -1 : sites.indexOf(statement.site);
  return documents.toSorted((a, b) => rank(a) - rank(b));
}

function foundingStatement(statement: Statement | undefined): Manifest | Roster {
  if (statement?.type === 'manifest' || statement?.type === 'roster') return statement;
  throw new TypeError('a founding document is neither manifest nor roster');
}

/** Who may approve a document, and how many different people must. */
export interface DocumentQuorum {
  people: Manifest['fleetOfficers'];
  threshold: number;
}

/** The trustees for the manifest; the site's managers, as the manifest names them, for a roster. */
export function quorumOf(statement: Manifest | Roster, manifest: Manifest): DocumentQuorum {
  if (statement.type === 'manifest') return manifest.trustees;
  const site = manifest.sites.find((candidate) => candidate.id === statement.site);
  return { people: site?.managers ?? [], threshold: site?.threshold ?? 1 };
}

/** What the verifier says of a document and its approvals so far. */
export type Judgement = { complete: true; approvers: Approver[] } | { complete: false; reason: StatementRefusal };

/** Asks the one verifier about a document. `too-few-people` means: every approval so far is good, but more are needed. */
export async function judge(
  document: Pick<FoundingDocument, 'bytes' | 'statement' | 'approvals'>,
  manifest: Manifest,
  now: number,
): Promise<Judgement> {
  const { bytes, approvals } = document;
  const result =
    document.statement.type === 'manifest'
      ? await verifyStatement(bytes, approvals, document.statement, { type: 'manifest', now, anchored: true })
      : await verifyStatement(bytes, approvals, manifest, {
          ...{ type: 'roster', now, afterVersion: 0, current: undefined },
        });
  return result.accepted ? { complete: true, approvers: result.approvers } : { complete: false, reason: result.reason };
}
