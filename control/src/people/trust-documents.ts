import { decodeStatement, toBase64url, type ApprovedStatement, type Manifest, type Roster } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Database, TrustDocumentsTable } from '../db/schema.ts';
import type { Clock, TrustDocuments } from '../ports.ts';

/** The database holds a trust document that people have not approved, or no longer do: nothing rests on it. */
export class TrustDocumentError extends Error {
  override readonly name = 'TrustDocumentError';
}

type Row = Selectable<TrustDocumentsTable>;
interface Verified<T> {
  /** Digest of the row: statement and approvals. */
  digest: string;
  contents: T;
  approved: ApprovedStatement;
}

/**
 * Creates the reader of manifests and rosters.
 *
 * SECURITY: what the database says is verified like anybody's claim, once for each distinct row (S6).
 */
export function createTrustDocuments(deps: { db: Kysely<Database>; clock: Clock }): TrustDocuments {
  const { db } = deps;
  const reader = new Reader(deps.clock);
  const manifests = async (): Promise<Verified<Manifest>[]> => {
    const query = db.selectFrom('trust_documents').selectAll().where('kind', '=', 'manifest');
    return reader.manifests(await query.orderBy('version').execute());
  };
  const newest = async (): Promise<Verified<Manifest>> => {
    const last = (await manifests()).at(-1);
    if (last === undefined) throw new TrustDocumentError('the fleet is not founded yet');
    return last;
  };
  return {
    manifest: async () => {
      const { contents, approved } = await newest();
      return { manifest: contents, approved };
    },
    manifestsAfter: async (version) =>
      (await manifests())
        .filter((manifest) => manifest.contents.version > version)
        .map((manifest) => manifest.approved),
    roster: async (site) => {
      const query = db.selectFrom('trust_documents').selectAll().where('kind', '=', 'roster').where('site', '=', site);
      const row = await query.orderBy('version', 'desc').limit(1).executeTakeFirst();
      if (row === undefined) return undefined;
      const { contents, approved } = await reader.roster(row, (await newest()).contents);
      return { roster: contents, approved };
    },
  };
}

/** Verifies rows and remembers the outcome of each by its bytes; one entry a manifest version, one a site. */
class Reader {
  readonly #clock: Clock;
  #manifests: Verified<Manifest>[] = [];
  readonly #rosters = new Map<string, Verified<Roster> & { under: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async manifests(rows: readonly Row[]): Promise<Verified<Manifest>[]> {
    const verified: Verified<Manifest>[] = [];
    for (const [index, row] of rows.entries()) {
      const known = this.#manifests[index];
      const unchanged = known?.digest === digestOf(row) && verified.length === index;
      const isNewest = index === rows.length - 1;
      verified.push(unchanged ? known : await this.#manifest(row, verified.at(-1)?.contents, isNewest));
    }
    this.#manifests = verified;
    return verified;
  }

  async #manifest(row: Row, previous: Manifest | undefined, isNewest: boolean): Promise<Verified<Manifest>> {
    const statement = Uint8Array.from(row.statement);
    const own = previous ?? decodeManifest(statement);
    // An earlier version is verified as of its own time: that its time is over does not undo what followed from it.
    const now = isNewest ? this.#clock.now() : row.created_at.getTime();
    const policy = { type: 'manifest', now, anchored: previous === undefined } as const;
    const result = await verifyStatement(statement, row.approvals, own, policy);
    if (!result.accepted) throw new TrustDocumentError(`manifest ${row.version} is not in force: ${result.reason}`);
    return { digest: digestOf(row), contents: result.statement, approved: approvedOf(row) };
  }

  async roster(row: Row, manifest: Manifest): Promise<Verified<Roster>> {
    const known = this.#rosters.get(row.site ?? '');
    if (known?.digest === digestOf(row) && known.under === manifest.version) return known;
    const policy = { type: 'roster', now: this.#clock.now(), afterVersion: row.version - 1 } as const;
    const result = await verifyStatement(Uint8Array.from(row.statement), row.approvals, manifest, policy);
    if (!result.accepted || result.statement.site !== row.site) {
      const reason = result.accepted ? 'wrong-site' : result.reason;
      throw new TrustDocumentError(`the roster of ${row.site ?? 'no site'} is not in force: ${reason}`);
    }
    const under = manifest.version;
    const verified = { digest: digestOf(row), contents: result.statement, approved: approvedOf(row), under };
    this.#rosters.set(result.statement.site, verified);
    return verified;
  }
}

function decodeManifest(statement: Uint8Array): Manifest {
  const decoded = decodeStatement(statement);
  if (decoded?.type !== 'manifest') throw new TrustDocumentError('the first manifest is malformed');
  return decoded;
}

function approvedOf(row: Row): ApprovedStatement {
  return { statement: toBase64url(row.statement), approvals: row.approvals };
}

function digestOf(row: Row): string {
  return createHash('sha256').update(row.statement).update(JSON.stringify(row.approvals)).digest('base64url');
}
