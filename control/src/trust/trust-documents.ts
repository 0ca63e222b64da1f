import { maxFrameCharacters } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, StatementRefusal } from '@sallyport/protocol';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock, ManifestInForce, RosterInForce, TrustDocuments } from '../ports.ts';
import { sitesFor } from './roster-needs.ts';
import { standingOf } from './standing.ts';
import {
  approvedOf,
  digestOfRow,
  manifestRowsAfter,
  NotFoundedError,
  rosterRowBelow,
  TrustDocumentError,
  verifyManifestRow,
  verifyRosterRow,
  type DocumentRow,
  type VerifiedManifest,
  type VerifiedRoster,
} from './stored-documents.ts';

/** Whoever asks for many manifests gets at most this much at a time, characters of JSON, and always one at least. */
const answerCharacters = maxFrameCharacters / 2;
const manifestsAtOnce = 100;

export interface TrustReaderDeps {
  db: Kysely<Database>;
  clock: Clock;
  /** Told once of each roster that the manifest in force does not bear out: its people are nobody until it is renewed. */
  onVoidRoster?(site: string, reason: StatementRefusal): void;
}

/** The chain of manifests as far as it was verified. */
interface Chain {
  newest: VerifiedManifest;
  /** The digest of each version's row. */
  digests: ReadonlyMap<number, string>;
}

interface KnownRoster {
  row: DocumentRow;
  verified: VerifiedRoster;
  /** The version of the manifest under which it was verified. */
  under: number;
}

/** Creates the reader of manifests and rosters. */
export function createTrustDocuments(deps: TrustReaderDeps): TrustReader {
  return new TrustReader(deps);
}

/**
 * Reads manifests and rosters, and remembers what it verified.
 *
 * SECURITY: what the database says is verified like anybody's claim, and versions only go up: what this process has
 * once verified is not taken back by taking rows out (S6).
 */
export class TrustReader implements TrustDocuments {
  readonly #deps: TrustReaderDeps;
  #chain: Chain | undefined;
  readonly #rosters = new Map<string, KnownRoster>();
  readonly #reported = new Set<string>();

  constructor(deps: TrustReaderDeps) {
    this.#deps = deps;
  }

  /** @param db the pool, or the transaction of somebody who holds the lock on trust */
  async manifest(db: Kysely<Database> = this.#deps.db): Promise<ManifestInForce> {
    const { newest } = await this.#walk(db);
    return { ...newest, standing: standingOf(newest.manifest, this.#deps.clock.now()) };
  }

  async manifestsAfter(version: number): Promise<{ manifests: ApprovedStatement[]; more: boolean }> {
    const chain = await this.#walk(this.#deps.db);
    const rows = await pageAfter(this.#deps.db, version);
    const altered = rows.find((row) => chain.digests.get(row.version) !== digestOfRow(row));
    if (altered !== undefined) throw new TrustDocumentError(`manifest ${altered.version} was altered`);
    const last = rows.at(-1)?.version ?? version;
    return { manifests: rows.map(approvedOf), more: last < chain.newest.manifest.version };
  }

  /** @param db as for `manifest` */
  async roster(site: string, db: Kysely<Database> = this.#deps.db): Promise<RosterInForce | undefined> {
    const { manifest } = (await this.#walk(db)).newest;
    const known = this.#rosters.get(site);
    const row = await this.#newestRow(db, site, known);
    if (row === undefined) return undefined;
    const isKnown = known?.row === row && known.under === manifest.version;
    const verified = isKnown ? known.verified : await this.#verifyRoster(db, row, { site, manifest });
    if (verified === undefined) return undefined;
    this.#rosters.set(site, { row, verified, under: manifest.version });
    return { ...verified, standing: standingOf(verified.roster, this.#deps.clock.now()) };
  }

  async rostersFor(device: { id: string; site: string }): Promise<{ site: string; version: number }[]> {
    const rosters: { site: string; version: number }[] = [];
    for (const site of await sitesFor(this.#deps.db, device, this.#deps.clock.now())) {
      const found = await this.roster(site);
      if (found !== undefined) rosters.push({ site, version: found.roster.version });
    }
    return rosters;
  }

  /** Verifies what is new since the last time. */
  async #walk(db: Kysely<Database>): Promise<Chain> {
    const known = this.#chain;
    const rows = await manifestRowsAfter(db, versionOf(known));
    if (known !== undefined && rows.length === 0) return known;
    const chain = await extend(known, rows, this.#deps.clock.now());
    // Others may have walked further meanwhile.
    if (versionOf(chain) >= versionOf(this.#chain)) this.#chain = chain;
    return chain;
  }

  async #newestRow(
    db: Kysely<Database>,
    site: string,
    known: KnownRoster | undefined,
  ): Promise<DocumentRow | undefined> {
    if (known === undefined) return rosterRowBelow(db, site);
    const { version } = await db
      .selectFrom('trust_documents')
      .select((eb) => eb.fn.max<number | null>('version').as('version'))
      .where('kind', '=', 'roster')
      .where('site', '=', site)
      .executeTakeFirstOrThrow();
    return version !== null && version > known.row.version ? rosterRowBelow(db, site) : known.row;
  }

  async #verifyRoster(
    db: Kysely<Database>,
    row: DocumentRow,
    { site, manifest }: { site: string; manifest: Manifest },
  ): Promise<VerifiedRoster | undefined> {
    const before = await rosterRowBelow(db, site, row.version);
    const verified = await verifyRosterRow(row, before, { site, manifest, now: this.#deps.clock.now() });
    if (typeof verified !== 'string') return verified;
    const key = `${row.id} ${manifest.version}`;
    if (!this.#reported.has(key)) this.#deps.onVoidRoster?.(site, verified);
    this.#reported.add(key);
    return undefined;
  }
}

function versionOf(chain: Chain | undefined): number {
  return chain?.newest.manifest.version ?? 0;
}

/** Walks on from a chain, or from the beginning. */
async function extend(known: Chain | undefined, rows: readonly DocumentRow[], now: number): Promise<Chain> {
  let newest = known?.newest;
  const digests = new Map(known?.digests);
  for (const row of rows) {
    newest = await verifyManifestRow(row, newest, now);
    digests.set(row.version, digestOfRow(row));
  }
  if (newest === undefined) throw new NotFoundedError('the fleet is not founded yet');
  return { newest, digests };
}

/** The next manifests, as many as fit. */
async function pageAfter(db: Kysely<Database>, version: number): Promise<DocumentRow[]> {
  const { rows } = await sql<DocumentRow>`
    select id, version, statement, approvals from (
      select *, sum(octet_length(statement) * 4 / 3 + octet_length(approvals::text) + 100) over (order by version) as total
      from trust_documents where kind = 'manifest' and version > ${version}
    ) manifests
    where total < ${answerCharacters} or version = ${version + 1}
    order by version limit ${manifestsAtOnce}
  `.execute(db);
  return rows;
}
