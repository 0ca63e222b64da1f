import { decodeStatement, toBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, Roster, StatementRefusal } from '@sallyport/protocol';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Database, TrustDocumentsTable } from '../db/schema.ts';

/** The database holds a trust document that people have not approved: nothing rests on it. */
export class TrustDocumentError extends Error {
  override readonly name: string = 'TrustDocumentError';
}

/** There is no document yet: the founding goes on. */
export class NotFoundedError extends TrustDocumentError {
  override readonly name = 'NotFoundedError';
}

/** A row as it is kept. */
export type DocumentRow = Pick<Selectable<TrustDocumentsTable>, 'id' | 'version' | 'statement' | 'approvals'>;

/** A manifest whose place in the chain was verified. */
export interface VerifiedManifest {
  manifest: Manifest;
  approved: ApprovedStatement;
  /** SHA-256 of the statement's bytes, base64url. */
  digest: string;
}

/** A roster that the managers whom a manifest names have approved; its own time is the caller's to judge. */
export interface VerifiedRoster {
  roster: Roster;
  approved: ApprovedStatement;
}

const columns = ['id', 'version', 'statement', 'approvals'] as const;

/** The manifests after a version, oldest first. */
export function manifestRowsAfter(db: Kysely<Database>, version: number): Promise<DocumentRow[]> {
  return db
    .selectFrom('trust_documents')
    .select(columns)
    .where('kind', '=', 'manifest')
    .where('version', '>', version)
    .orderBy('version')
    .execute();
}

/** The newest roster of a site below a version; of all when none is given. */
export function rosterRowBelow(db: Kysely<Database>, site: string, below?: number): Promise<DocumentRow | undefined> {
  const newest = db
    .selectFrom('trust_documents')
    .select(columns)
    .where('kind', '=', 'roster')
    .where('site', '=', site)
    .orderBy('version', 'desc')
    .limit(1);
  return (below === undefined ? newest : newest.where('version', '<', below)).executeTakeFirst();
}

/**
 * Verifies a manifest as the one that follows another, or as the first.
 * @throws TrustDocumentError when it does not
 */
export async function verifyManifestRow(
  row: DocumentRow,
  before: VerifiedManifest | undefined,
  now: number,
): Promise<VerifiedManifest> {
  const bytes = Uint8Array.from(row.statement);
  const previous = before?.manifest ?? firstManifest(bytes);
  const anchor =
    before === undefined ? ({ anchored: true } as const) : ({ anchored: false, previous: before.digest } as const);
  const result = await verifyStatement(bytes, row.approvals, previous, { type: 'manifest', now, ...anchor });
  const reason = result.accepted ? undefined : result.reason;
  if (!result.accepted || result.statement.version !== row.version) {
    throw new TrustDocumentError(`manifest ${row.version} is not in force: ${reason ?? 'another version'}`);
  }
  return { manifest: result.statement, approved: approvedOf(row), digest: await digestOf(bytes) };
}

function firstManifest(bytes: Uint8Array): Manifest {
  const decoded = decodeStatement(bytes);
  if (decoded?.type !== 'manifest' || decoded.version !== 1) {
    throw new TrustDocumentError('the first manifest is malformed');
  }
  return decoded;
}

/**
 * Verifies a site's newest roster under a manifest, whatever their own times: who holds it judges those.
 * @param before the roster it follows
 * @returns the roster, or why the manifest does not bear it out
 */
export async function verifyRosterRow(
  row: DocumentRow,
  before: DocumentRow | undefined,
  place: { site: string; manifest: Manifest; now: number },
): Promise<VerifiedRoster | StatementRefusal> {
  const bytes = Uint8Array.from(row.statement);
  const decoded = decodeStatement(bytes);
  if (decoded?.type !== 'roster') return 'malformed';
  // SECURITY: a roster speaks for its own site, whatever the row says (S6).
  if (decoded.site !== place.site) return 'wrong-site';
  const now = Math.min(place.now, decoded.notAfter - 1, place.manifest.notAfter - 1);
  const current = before && { version: before.version, digest: await digestOf(Uint8Array.from(before.statement)) };
  const policy = { type: 'roster', now, afterVersion: current?.version ?? 0, current } as const;
  const result = await verifyStatement(bytes, row.approvals, place.manifest, policy);
  if (!result.accepted) return result.reason;
  if (result.statement.version !== row.version) return 'replayed';
  return { roster: result.statement, approved: approvedOf(row) };
}

/** The digest of a whole row, approvals included. */
export function digestOfRow(row: DocumentRow): string {
  return createHash('sha256').update(row.statement).update(JSON.stringify(row.approvals)).digest('base64url');
}

/** A row as it travels. */
export function approvedOf(row: DocumentRow): ApprovedStatement {
  return { statement: toBase64url(row.statement), approvals: row.approvals };
}
