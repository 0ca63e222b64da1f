import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, Manifest, Roster, StatementRefusal } from '@sallyport/protocol';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import type { Verification } from '@sallyport/protocol/verify';
import type { Api, Trouble } from './api.ts';
import { TrustPin } from './trust-pin.ts';
import type { PinStorage, RosterVersion } from './trust-pin.ts';

/**
 * Why what control says of the fleet's people is not believed. `went-back`: it is older than what this browser has seen, or
 * other; `not-approved`: not by the people who must; `unreadable`: what this browser kept of it was changed.
 */
export type TrustProblem =
  { kind: 'went-back' | 'not-approved' | 'unreadable' } | { kind: 'trouble'; trouble: Trouble };

/** The routes that hand the documents out, to the signed-in or to a guest. */
type Routes = { chain: 'trustChain'; roster: 'trustRoster' } | { chain: 'guestTrustChain'; roster: 'guestTrustRoster' };

export interface ConsoleTrustOptions {
  api: Pick<Api, 'call'>;
  /** Those for people who are signed in, unless stated. */
  routes?: Routes;
  storage: PinStorage;
  /** This computer's clock, milliseconds since the epoch. */
  now: () => number;
}

/** More pages of manifests than any fleet will ever have. */
const maxPages = 100;

interface InForce {
  manifest: Manifest;
  approved: ApprovedStatement;
  /** SHA-256 of its exact bytes, base64url. */
  digest: string;
}

interface Page {
  unseen: readonly ApprovedStatement[];
  more: boolean;
}

/**
 * The manifest and rosters as this page has verified them, walking the chain from the highest manifest that this browser has
 * ever seen. The first ever is pinned at first use.
 */
export class ConsoleTrust {
  readonly #options: ConsoleTrustOptions;
  readonly #routes: Routes;
  readonly #pin: TrustPin;
  readonly #rosters = new Map<string, Roster>();
  #inForce: InForce | undefined;
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(options: ConsoleTrustOptions) {
    this.#options = options;
    this.#routes = options.routes ?? { chain: 'trustChain', roster: 'trustRoster' };
    this.#pin = new TrustPin(options.storage);
  }

  /** The verified manifest in force; undefined before the first `refresh` that brought one. */
  get manifest(): Manifest | undefined {
    return this.#inForce?.manifest;
  }

  /** The verified roster of a site; undefined when there is none. */
  roster(site: string): Roster | undefined {
    return this.#rosters.get(site);
  }

  /**
   * Walks the chain to its end and takes the rosters of some sites, each only as far as people approved it. A manifest that
   * was in force before stays when it fails.
   * @returns what is not believed, or undefined
   */
  refresh(sites: readonly string[]): Promise<TrustProblem | undefined> {
    const turn = this.#refreshing.then(() => this.#refresh(sites));
    this.#refreshing = turn;
    return turn;
  }

  async #refresh(sites: readonly string[]): Promise<TrustProblem | undefined> {
    const known = await this.#known();
    if (known === 'unreadable') return { kind: 'unreadable' };
    const problem = await this.#walk(known);
    if (problem !== undefined) return problem;
    for (const site of sites) {
      const refused = await this.#takeRoster(site);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  /** The manifest that this page or this browser knows. */
  async #known(): Promise<InForce | 'unreadable' | undefined> {
    const pinned = this.#pin.read();
    if (pinned === 'unreadable' || this.#inForce !== undefined) return pinned === 'unreadable' ? pinned : this.#inForce;
    return pinned && (await inForceOf(pinned.manifest));
  }

  /** Walks from the known manifest to the newest, or from the first there is. */
  async #walk(from: InForce | undefined): Promise<TrustProblem | undefined> {
    let known = from;
    // The one that is known is asked for again, so that a control that went back shows it.
    let page = await this.#page((known?.manifest.version ?? 1) - 1, known);
    for (let count = 0; count < maxPages; count += 1) {
      if ('kind' in page) return page;
      known = await this.#follow(known, page.unseen);
      if (known === undefined) return { kind: 'not-approved' };
      this.#inForce = known;
      this.#pin.keepManifest(known.approved);
      if (!page.more || page.unseen.length === 0) return undefined;
      page = await this.#page(known.manifest.version, undefined);
    }
    return { kind: 'not-approved' };
  }

  /** Asks for manifests; the first must be the known one, which is then left out. */
  async #page(after: number, known: InForce | undefined): Promise<Page | TrustProblem> {
    const answer = await this.#options.api.call(this.#routes.chain, { query: { after } });
    if (!answer.ok) return { kind: 'trouble', trouble: answer.trouble };
    const { manifests, more } = answer.value;
    if (known === undefined) return { unseen: manifests, more };
    // SECURITY: what this browser has once seen is the least it accepts (S6).
    if (manifests[0]?.statement !== known.approved.statement) return { kind: 'went-back' };
    return { unseen: manifests.slice(1), more };
  }

  /** @returns the last of them; undefined when one of them does not follow, or there is none at all */
  async #follow(from: InForce | undefined, manifests: readonly ApprovedStatement[]): Promise<InForce | undefined> {
    let last = from;
    for (const approved of manifests) {
      const next = await inForceOf(approved);
      if (next === undefined || !(await this.#doesFollow(last, next))) return undefined;
      last = next;
    }
    return last;
  }

  /** Whether a manifest follows the last one by its trustees' approval and its own; the first by its own alone. */
  async #doesFollow(last: InForce | undefined, next: InForce): Promise<boolean> {
    const bytes = bytesOf(next.approved);
    const { approvals } = next.approved;
    const now = this.#options.now();
    const verified =
      last === undefined
        ? await verifyStatement(bytes, approvals, next.manifest, { type: 'manifest', now, anchored: true })
        : await verifyStatement(bytes, approvals, last.manifest, {
            type: 'manifest',
            now,
            anchored: false,
            previous: last.digest,
          });
    return verified.accepted && (last !== undefined || next.manifest.version === 1);
  }

  async #takeRoster(site: string): Promise<TrustProblem | undefined> {
    const answer = await this.#options.api.call(this.#routes.roster, { params: { id: site } });
    if (!answer.ok) return { kind: 'trouble', trouble: answer.trouble };
    // SECURITY: what is not borne out by the manifest in force is nobody's roster (S6).
    this.#rosters.delete(site);
    const { roster: approved } = answer.value;
    if (approved === null) return undefined;
    const pinned = this.#pin.read();
    const seen = pinned === 'unreadable' ? undefined : pinned?.rosters[site];
    const reason = await this.#refusalOfRoster(site, approved, seen);
    if (reason === undefined) return undefined;
    return { kind: reason === 'replayed' ? 'went-back' : 'not-approved' };
  }

  /** Takes a roster. @returns why not, or undefined */
  async #refusalOfRoster(
    site: string,
    approved: ApprovedStatement,
    seen: RosterVersion | undefined,
  ): Promise<StatementRefusal | undefined> {
    const verified = await this.#verifyRoster(approved, seen);
    if (!verified.accepted) return verified.reason;
    const { statement } = verified;
    if (statement.site !== site) return 'wrong-site';
    const digest = await digestOf(bytesOf(approved));
    // SECURITY: one version is one roster: another of the same number is not the one this browser has seen (S6).
    if (seen?.version === statement.version && seen.digest !== digest) return 'replayed';
    this.#rosters.set(site, statement);
    this.#pin.keepRoster(site, { version: statement.version, digest });
    return undefined;
  }

  async #verifyRoster(approved: ApprovedStatement, seen: RosterVersion | undefined): Promise<Verification<'roster'>> {
    const { manifest } = this;
    if (manifest === undefined) return { accepted: false, reason: 'unknown-manifest' };
    return verifyStatement(bytesOf(approved), approved.approvals, manifest, {
      type: 'roster',
      now: this.#options.now(),
      // The one that is known may come again; nothing below it, and the next one only if it follows.
      afterVersion: (seen?.version ?? 1) - 1,
      current: seen,
    });
  }
}

async function inForceOf(approved: ApprovedStatement): Promise<InForce | undefined> {
  const bytes = bytesOf(approved);
  const manifest = decodeStatement(bytes);
  return manifest?.type === 'manifest' ? { manifest, approved, digest: await digestOf(bytes) } : undefined;
}

/** No bytes at all for what is not base64url: no statement can be read from them. */
function bytesOf({ statement }: ApprovedStatement): Uint8Array<ArrayBuffer> {
  return fromBase64url(statement) ?? new Uint8Array();
}
