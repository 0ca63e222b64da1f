import type { ApprovedStatement, DeviceRequestResult, Grant, Manifest, Order, Roster } from '@sallyport/protocol';
import { approvedStatement, decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { StatementRefusal } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { Approver, Verification } from '@sallyport/protocol/verify';
import * as z from 'zod';
import type { Kept, Log } from '../ports.ts';

/** What a device keeps of its trust: exact approved bytes, and the highest sequences it obeyed. */
export const keptTrust = z.strictObject({
  manifest: approvedStatement,
  /** Null while the roster in force no longer stands under the manifest and no newer one has come. */
  roster: approvedStatement.nullable(),
  grantSequence: z.int().min(0),
  orderSequence: z.int().min(0),
});
export type KeptTrust = z.infer<typeof keptTrust>;

/** What a device's trust is about. */
export interface TrustSubject {
  readonly device: string;
  readonly site: string;
}

/** What {@link Trust} needs. */
export interface TrustOptions {
  readonly kept: Kept<KeptTrust>;
  readonly subject: TrustSubject;
  readonly now: () => number;
  readonly log: Log;
}

/** The kept manifest or roster is no statement: the record was written by something else. */
export class TrustFault extends Error {
  constructor() {
    super('kept trust does not decode');
    this.name = 'TrustFault';
  }
}

/** A statement obeyed: what it says, who approved it. */
export type Obeyed<S> =
  | { readonly accepted: true; readonly statement: S; readonly approvers: readonly Approver[] }
  | { readonly accepted: false; readonly reason: StatementRefusal };

type Bytes = Uint8Array<ArrayBuffer>;
type Fetched = DeviceRequestResult<'trust.fetch'>;

/** The manifest and roster in force, and the verification of everything the device is asked to obey. */
export class Trust {
  readonly #options: TrustOptions;
  #manifest: Manifest;
  #roster: Roster | undefined;

  /** @throws TrustFault when what is kept does not decode */
  constructor(options: TrustOptions) {
    this.#options = options;
    const { manifest, roster } = options.kept.value;
    this.#manifest = decodeKept(manifest, 'manifest');
    this.#roster = roster === null ? undefined : decodeKept(roster, 'roster');
  }

  /** The manifest in force. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  /** Version of the roster in force; 0 when there is none. */
  get rosterVersion(): number {
    return this.#roster?.version ?? 0;
  }

  /** Highest sequences obeyed. */
  get sequences(): { readonly grant: number; readonly order: number } {
    const { grantSequence, orderSequence } = this.#options.kept.value;
    return { grant: grantSequence, order: orderSequence };
  }

  /**
   * Walks the chain of manifests from the one in force to the newest, then takes the roster, each only as far as people
   * approved it; what was verified is kept before it is in force.
   * @returns the first refusal, or undefined when everything was taken
   * @throws the record's fault when what was verified could not be made durable
   */
  async update({ manifests, roster }: Fetched): Promise<StatementRefusal | undefined> {
    const refused = await this.#takeManifests(manifests);
    return (await this.#takeRoster(roster)) ?? refused;
  }

  /**
   * Decides on a grant. The sequence is durable when this returns, so that no grant is ever obeyed twice.
   * @throws the record's fault when the sequence could not be made durable; the grant must not be obeyed then
   */
  async takeGrant(bytes: Bytes, approvals: ApprovedStatement['approvals']): Promise<Obeyed<Grant>> {
    const roster = this.#roster;
    // SECURITY: without a roster that stands under the manifest in force nobody can open the laptop (S4).
    if (roster === undefined) return { accepted: false, reason: 'outdated' };
    const { subject, now } = this.#options;
    const policy = { type: 'grant', now: now(), ...subject, afterSequence: this.sequences.grant, roster } as const;
    const verified = await verifyStatement(bytes, approvals, this.#manifest, policy);
    if (!verified.accepted) return verified;
    const { sequence } = verified.statement;
    // SECURITY: checked again after the wait, and durable before anything acts on it (S5).
    if (sequence <= this.sequences.grant) return { accepted: false, reason: 'replayed' };
    this.#options.kept.update((kept) => ({ ...kept, grantSequence: sequence }));
    return verified;
  }

  /**
   * Decides on an order, without obeying it: the caller makes its sequence durable together with the receipt.
   * @returns the order's sequence for this device with the rest
   */
  async verifyOrder(bytes: Bytes, approvals: ApprovedStatement['approvals']): Promise<Verification<'order'>> {
    const { subject, now } = this.#options;
    const policy = { type: 'order', now: now(), device: subject.device, afterSequence: this.sequences.order } as const;
    return verifyStatement(bytes, approvals, this.#manifest, policy);
  }

  /** An order's sequence for this device, or undefined when it does not name it. */
  sequenceOf(order: Order): number | undefined {
    return order.devices.find(({ id }) => id === this.#options.subject.device)?.sequence;
  }

  async #takeManifests(manifests: readonly ApprovedStatement[]): Promise<StatementRefusal | undefined> {
    for (const approved of manifests) {
      const reason = await this.#takeManifest(approved);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  async #takeManifest(approved: ApprovedStatement): Promise<StatementRefusal | undefined> {
    const bytes = fromBase64url(approved.statement);
    if (bytes === undefined) return 'malformed';
    const policy = { type: 'manifest', now: this.#options.now(), anchored: false } as const;
    const verified = await verifyStatement(bytes, approved.approvals, this.#manifest, policy);
    if (!verified.accepted) return verified.reason;
    const roster = await this.#rosterUnder(verified.statement);
    this.#options.kept.update((kept) => ({ ...kept, manifest: approved, roster: roster?.approved ?? null }));
    this.#manifest = verified.statement;
    this.#roster = roster?.statement;
    this.#options.log.info({ version: verified.statement.version, roster: this.rosterVersion }, 'manifest in force');
    return undefined;
  }

  /** SECURITY: a roster stands only while the managers of the manifest in force approve it (S6). */
  async #rosterUnder(manifest: Manifest): Promise<{ approved: ApprovedStatement; statement: Roster } | undefined> {
    const approved = this.#options.kept.value.roster;
    const bytes = approved && fromBase64url(approved.statement);
    if (!approved || !bytes) return undefined;
    const policy = { type: 'roster', now: this.#options.now(), afterVersion: this.rosterVersion - 1 } as const;
    const verified = await verifyStatement(bytes, approved.approvals, manifest, policy);
    return verified.accepted ? { approved, statement: verified.statement } : undefined;
  }

  async #takeRoster(approved: ApprovedStatement): Promise<StatementRefusal | undefined> {
    if (approved.statement === this.#options.kept.value.roster?.statement) return undefined;
    const verified = await verifyRoster(approved, this.#manifest, {
      site: this.#options.subject.site,
      afterVersion: this.rosterVersion,
      now: this.#options.now(),
    });
    if (!verified.accepted) return verified.reason;
    this.#options.kept.update((kept) => ({ ...kept, roster: approved }));
    this.#roster = verified.statement;
    this.#options.log.info({ version: verified.statement.version }, 'roster in force');
    return undefined;
  }
}

/**
 * Verifies a roster for a site under a manifest.
 * @param bounds the site it must be for, the version it must exceed, and the time in ms since 1970
 */
export async function verifyRoster(
  { statement, approvals }: ApprovedStatement,
  manifest: Manifest,
  { site, afterVersion, now }: { readonly site: string; readonly afterVersion: number; readonly now: number },
): Promise<Verification<'roster'>> {
  const bytes = fromBase64url(statement);
  if (bytes === undefined) return { accepted: false, reason: 'malformed' };
  const verified = await verifyStatement(bytes, approvals, manifest, { type: 'roster', now, afterVersion });
  if (verified.accepted && verified.statement.site !== site) return { accepted: false, reason: 'wrong-site' };
  return verified;
}

function decodeKept<T extends 'manifest' | 'roster'>(
  approved: ApprovedStatement,
  type: T,
): Extract<Manifest | Roster, { type: T }> {
  const bytes = fromBase64url(approved.statement);
  const statement = bytes && decodeStatement(bytes);
  if (statement?.type !== type) throw new TrustFault();
  return statement as Extract<Manifest | Roster, { type: T }>;
}
