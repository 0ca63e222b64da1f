import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { AuditEntry, Manifest, Roster } from '@sallyport/protocol';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import { differenceFrom, judgedAt, textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { altered, forged, removed, type Findings, type Problem } from './findings.ts';

/** What whoever checks knows of the fleet's trust without the export. */
export interface OwnTrust {
  /** SHA-256 of the exact bytes of the first manifest, base64url. */
  anchor?: string | undefined;
  /** Own copies of manifests: the digest of each version. */
  manifests?: ReadonlyMap<number, string> | undefined;
}

interface KnownManifest {
  manifest: Manifest;
  digest: string;
}

interface KnownRoster {
  roster: Roster;
  digest: string;
  bytes: Uint8Array<ArrayBuffer>;
  approvals: LineOf<'roster'>['approvals'];
}

/** The chain of manifests and the rosters, and which of them were in force when, as the entries say. */
export class TrustCheck {
  readonly #findings: Findings;
  readonly #own: OwnTrust;
  readonly #manifests: KnownManifest[] = [];
  readonly #rosters = new Map<string, KnownRoster>();
  /** Rosters that no entry has put in force yet, by digest. */
  readonly #unused = new Set<string>();
  #inForce: KnownManifest | undefined;
  readonly #rostersInForce = new Map<string, KnownRoster>();
  readonly #borneOut = new Map<string, boolean>();

  constructor(findings: Findings, own: OwnTrust) {
    this.#findings = findings;
    this.#own = own;
  }

  /** The keys that may have signed checkpoints, the newest first, base64url. */
  get auditKeys(): string[] {
    return [...new Set(this.#manifests.map(({ manifest }) => manifest.policy.auditKey))].toReversed();
  }

  /** The fleet that the first manifest names. */
  get fleet(): string | undefined {
    return this.#manifests[0]?.manifest.fleet;
  }

  /** The digest of the first manifest, for whoever has none to compare. */
  get anchor(): string | undefined {
    return this.#manifests[0]?.digest;
  }

  /** The version of the newest manifest. */
  get version(): number {
    return this.#manifests.at(-1)?.manifest.version ?? 0;
  }

  /** The manifest in force at the entry that was followed last. */
  get manifest(): Manifest | undefined {
    return this.#inForce?.manifest;
  }

  /** Takes the next manifest of the chain. @param now when the export was written, ms since 1970 */
  async addManifest(line: LineOf<'manifest'>, now: number, number: number): Promise<void> {
    const verified = await this.#verifyNext(line, now);
    if (typeof verified !== 'string') this.#manifests.push(verified);
    else {
      const words = `Manifest version ${this.version + 1} is not approved as it must be: ${verified}`;
      this.#findings.add({ ...forged(words), line: number });
    }
  }

  async #verifyNext({ statement, approvals }: LineOf<'manifest'>, now: number): Promise<KnownManifest | string> {
    const bytes = fromBase64url(statement);
    const decoded = bytes && decodeStatement(bytes);
    if (bytes === undefined || decoded?.type !== 'manifest') return 'malformed';
    if (decoded.version !== this.version + 1) return `it says version ${decoded.version}`;
    const before = this.#manifests.at(-1);
    const policy =
      before === undefined
        ? ({ type: 'manifest', now, anchored: true } as const)
        : ({ type: 'manifest', now, anchored: false, previous: before.digest } as const);
    const verified = await verifyStatement(bytes, approvals, before?.manifest ?? decoded, policy);
    return verified.accepted ? { manifest: verified.statement, digest: await digestOf(bytes) } : verified.reason;
  }

  /** Takes a roster; it is judged when an entry puts it in force. */
  async addRoster({ statement, approvals }: LineOf<'roster'>, line: number): Promise<void> {
    const bytes = fromBase64url(statement);
    const roster = bytes && decodeStatement(bytes);
    if (bytes === undefined || roster?.type !== 'roster') {
      this.#findings.add({ code: 'malformed', line, words: 'A roster is malformed' });
      return;
    }
    const digest = await digestOf(bytes);
    this.#rosters.set(digest, { roster, digest, bytes, approvals });
    this.#unused.add(digest);
  }

  /** Compares the chain with what whoever checks knows of it; called when all of it has been read. */
  compareWithOwn(): void {
    const { anchor, manifests = new Map<number, string>() } = this.#own;
    if (anchor === undefined && manifests.size === 0) {
      this.#findings.leaveOpen(
        'Whether these are the fleet’s own manifests: nothing to compare them with was given. Whoever wrote the export could ' +
          `have made them. The first one’s digest is ${this.anchor ?? 'unknown'}; compare it with one you know.`,
      );
    }
    if (anchor !== undefined && anchor !== this.anchor) {
      this.#findings.add(forged('The first manifest is another one than the given digest names'));
    }
    for (const [version, digest] of manifests) this.#compareVersion(version, digest);
  }

  #compareVersion(version: number, digest: string): void {
    const exported = this.#manifests[version - 1]?.digest;
    if (exported === digest) return;
    const words =
      exported === undefined
        ? `Manifest version ${version}, of which you have a copy, is not in the export`
        : `Manifest version ${version} is another one than your copy`;
    this.#findings.add(exported === undefined ? removed(words) : forged(words));
  }

  /** Follows what entries say of manifests and rosters. */
  async follow(entry: AuditEntry): Promise<void> {
    if (entry.action === 'manifest.in-force') this.#findings.addOf(entry, this.#manifestInForce(entry));
    if (entry.action === 'roster.in-force') this.#findings.addOf(entry, await this.#rosterInForce(entry));
  }

  /** The roster of a site in force, if the manifest in force bears it out. */
  async roster(site: string): Promise<Roster | undefined> {
    const known = this.#rostersInForce.get(site);
    const manifest = this.manifest;
    if (known === undefined || manifest === undefined) return undefined;
    const key = `${known.digest} ${manifest.version}`;
    const isGood = this.#borneOut.get(key) ?? (await isBorneOut(known, manifest));
    this.#borneOut.set(key, isGood);
    return isGood ? known.roster : undefined;
  }

  /** Names what was approved and never came into force: the entry that says so was removed. */
  finish(): void {
    for (const { manifest } of this.#manifests.slice(this.manifest?.version ?? 0)) {
      const words = `No entry says that manifest version ${manifest.version} came into force: the entry was removed`;
      this.#findings.add(removed(words));
    }
    for (const digest of this.#unused) {
      const { siteName = '', version = 0 } = this.#rosters.get(digest)?.roster ?? {};
      const words = `No entry says that version ${version} of the roster of ${siteName} came into force: the entry was removed`;
      this.#findings.add(removed(words));
    }
  }

  #manifestInForce(entry: AuditEntry): Problem | undefined {
    const version = (this.manifest?.version ?? 0) + 1;
    const known = this.#manifests[version - 1];
    if (known === undefined || known.digest !== textOf(entry, 'statement')) {
      return forged(`says that a manifest came into force which is not version ${version} of the approved chain`);
    }
    this.#inForce = known;
    const difference = differenceFrom(entry, { subject: known.manifest.fleet, detail: { version } });
    return difference === undefined ? undefined : altered(`says otherwise than the approved manifest: ${difference}`);
  }

  async #rosterInForce(entry: AuditEntry): Promise<Problem | undefined> {
    const known = this.#rosters.get(textOf(entry, 'statement') ?? '');
    if (known === undefined) return forged('says that a roster came into force which is not in the export');
    this.#unused.delete(known.digest);
    const { site, version } = known.roster;
    const reason = await this.#refusalOf(entry, known);
    if (reason !== undefined) return forged(`puts a roster in force that was not approved as it must be: ${reason}`);
    this.#rostersInForce.set(site, known);
    const difference = differenceFrom(entry, { subject: site, detail: { version } });
    return difference === undefined ? undefined : altered(`says otherwise than the approved roster: ${difference}`);
  }

  async #refusalOf(entry: AuditEntry, { bytes, approvals, roster }: KnownRoster): Promise<string | undefined> {
    const { manifest } = this;
    if (manifest === undefined) return 'no manifest was in force';
    const before = this.#rostersInForce.get(roster.site);
    const current = before && { version: before.roster.version, digest: before.digest };
    const policy = { type: 'roster', now: judgedAt(entry), current, afterVersion: current?.version ?? 0 } as const;
    const verified = await verifyStatement(bytes, approvals, manifest, policy);
    return verified.accepted ? undefined : verified.reason;
  }
}

/** Whether the managers whom a manifest names have approved a roster, whatever the times of both. */
async function isBorneOut({ bytes, approvals, roster }: KnownRoster, manifest: Manifest): Promise<boolean> {
  const now = Math.min(roster.notAfter, manifest.notAfter) - 1;
  const policy = { type: 'roster', now, afterVersion: roster.version - 1, current: undefined } as const;
  return (await verifyStatement(bytes, approvals, manifest, policy)).accepted;
}
