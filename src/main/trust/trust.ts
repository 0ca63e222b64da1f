import type { ApprovedStatement, Grant, Manifest, Order, Roster, StatementRefusal } from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import { digestOf, verifyStatement } from '@sallyport/protocol/verify';
import type { Approver, Verification } from '@sallyport/protocol/verify';
import type { Kept } from '../ports.ts';
import { refusalOfBacking } from './backing.ts';
import type { Backing } from './backing.ts';
import { countersAfter, countersOf, naming } from './counters.ts';
import { bytesOf, decodeManifest, decodeRoster, newestOf, withNewest } from './kept-trust.ts';
import type { HeldRoster, KeptTrust } from './kept-trust.ts';
import { mayHold, standingRosters, verifyRoster, withRoster } from './rosters.ts';

/** What a device's trust is about. */
export interface TrustSubject {
  readonly device: string;
  readonly site: string;
  /** SHA-256 of its signing key (SubjectPublicKeyInfo, DER), base64url. */
  readonly key: string;
}

/** What {@link Trust} needs. */
export interface TrustOptions {
  readonly kept: Kept<KeptTrust>;
  readonly subject: TrustSubject;
  /** The time to judge by, ms since 1970. */
  readonly now: () => number;
  /** Called when a manifest or roster has come into force. @param what which, in words without a secret */
  readonly onInForce: (what: string) => void;
}

/** A grant obeyed: what it says, who approved it. */
export type Obeyed =
  | { readonly accepted: true; readonly statement: Grant; readonly approver: Approver }
  | { readonly accepted: false; readonly reason: StatementRefusal };

type Bytes = Uint8Array<ArrayBuffer>;

/** The manifest and rosters in force, and the verification of everything the device is asked to obey. */
export class Trust {
  readonly #options: TrustOptions;
  #manifest: Manifest;
  #rosters: readonly HeldRoster[];
  #revision = 0;

  /** @throws TrustFault when what is kept does not decode */
  constructor(options: TrustOptions) {
    this.#options = options;
    const { manifest, rosters } = options.kept.value;
    this.#manifest = decodeManifest(manifest);
    this.#rosters = rosters.map(decodeRoster);
  }

  /** The manifest in force. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  /** The roster in force of a site; undefined when there is none. */
  rosterOf(site: string): Roster | undefined {
    return this.#rosters.find(({ roster }) => roster.site === site)?.roster;
  }

  /** Version of its own site's roster in force; 0 when there is none. */
  get rosterVersion(): number {
    return this.rosterOf(this.#options.subject.site)?.version ?? 0;
  }

  /** Goes up whenever a manifest or roster comes into force: what was refused before may be accepted after. */
  get revision(): number {
    return this.#revision;
  }

  /** Highest sequences obeyed. */
  get sequences(): { readonly grant: number; readonly order: number } {
    const { grantSequence, orderSequence } = this.#options.kept.value;
    return { grant: grantSequence, order: orderSequence };
  }

  /**
   * Takes the manifest that follows the one in force, when the trustees of both approved it; rosters that do not stand
   * under it fall. What was verified is kept before it is in force.
   * @returns why it is refused, or undefined. One at a time
   * @throws the record's fault when it could not be made durable
   */
  async takeManifest(approved: ApprovedStatement): Promise<StatementRefusal | undefined> {
    const { kept, subject, now } = this.#options;
    const bytes = fromBase64url(approved.statement);
    if (bytes === undefined) return 'malformed';
    const previous = await digestOf(bytesOf(kept.value.manifest));
    const policy = { type: 'manifest', now: now(), anchored: false, previous } as const;
    const verified = await verifyStatement(bytes, approved.approvals, this.#manifest, policy);
    if (!verified.accepted) return verified.reason;
    const { statement: manifest } = verified;
    // SECURITY: a roster stands only while the managers of the manifest in force approve it (S6).
    const rosters = await standingRosters(this.#rosters, manifest, subject.site, now());
    kept.update((value) => ({ ...value, manifest: approved, rosters: approvedOf(rosters) }));
    this.#manifest = manifest;
    this.#inForce(rosters, `manifest ${manifest.version}`);
    return undefined;
  }

  /** Whether a version of a site's roster is newer than the one in force. */
  isNewer(site: string, version: number): boolean {
    return version > (this.rosterOf(site)?.version ?? 0);
  }

  /**
   * Takes a roster of a site, when the site's managers approved it and it follows the newest there was.
   * @param wanted sites whose rosters are not to make room for this one
   * @returns why it is refused, or undefined. One at a time
   * @throws the record's fault when it could not be made durable
   */
  async takeRoster(
    site: string,
    approved: ApprovedStatement,
    wanted: ReadonlySet<string> = new Set(),
  ): Promise<StatementRefusal | undefined> {
    const { kept, subject } = this.#options;
    if (!mayHold(this.#manifest, subject.site, site)) return 'wrong-site';
    const verified = await this.#verifyNewRoster(site, approved);
    if (!verified.accepted) return verified.reason;
    const held = { approved, roster: verified.statement };
    const newest = await newestOf(held);
    const rosters = withRoster(this.#rosters, held, subject.site, wanted);
    kept.update((value) => ({
      ...value,
      rosters: approvedOf(rosters),
      newest: withNewest(value.newest, newest),
    }));
    this.#inForce(rosters, `roster ${held.roster.version}: ${held.roster.siteName}`);
    return undefined;
  }

  /**
   * Decides on a grant. Sequence and signature counters are durable when this returns, so that no grant is ever obeyed twice.
   * @throws the record's fault when they could not be made durable; the grant must not be obeyed then
   */
  async takeGrant(bytes: Bytes, approvals: ApprovedStatement['approvals']): Promise<Obeyed> {
    const { subject, now, kept } = this.#options;
    const roster = this.rosterOf(subject.site);
    // SECURITY: without a roster that stands under the manifest in force nobody can open the laptop (S4).
    if (roster === undefined) return { accepted: false, reason: 'outdated' };
    const { device, site } = subject;
    const afterSequence = this.sequences.grant;
    const policy = { type: 'grant', at: 'opening', now: now(), device, site, afterSequence, roster } as const;
    const verified = await verifyStatement(bytes, approvals, this.#manifest, policy, this.#counters);
    if (!verified.accepted) return verified;
    const { statement, approvers } = verified;
    const [approver] = approvers;
    if (approver === undefined) return { accepted: false, reason: 'too-few-people' };
    const reason = this.#refusalOfGrant(statement, approver);
    if (reason !== undefined) return { accepted: false, reason };
    // SECURITY: durable before anything acts on it (S5).
    kept.update((value) => this.#after(value, approvers, { grantSequence: statement.sequence }));
    return { accepted: true, statement, approver };
  }

  /**
   * Decides on an order, without obeying it: the caller makes its sequence durable together with the receipt.
   * @returns the order's sequence for this device with the rest
   */
  async verifyOrder(bytes: Bytes, approvals: ApprovedStatement['approvals']): Promise<Verification<'order'>> {
    const { subject, now } = this.#options;
    const policy = { type: 'order', now: now(), device: subject.device, afterSequence: this.sequences.order } as const;
    return verifyStatement(bytes, approvals, this.#manifest, policy, this.#counters);
  }

  /** What is kept after an order: its sequence, and its approvers' signature counters. Writes nothing. */
  afterOrder(value: KeptTrust, orderSequence: number, approvers: readonly Approver[]): KeptTrust {
    return this.#after(value, approvers, { orderSequence });
  }

  /** An order's sequence for this device, or undefined when it does not name it. */
  sequenceOf(order: Order): number | undefined {
    return order.devices.find(({ id }) => id === this.#options.subject.device)?.sequence;
  }

  /**
   * Whether the people behind an activation may still be behind one: who approved it is on the own site's roster with that
   * passkey, and the consultant on the hospital's.
   * @returns why not any more, or undefined
   */
  refusalOf(backing: Backing): StatementRefusal | undefined {
    return refusalOfBacking(backing, this.#manifest, this.#options.subject.site, (site) => this.rosterOf(site));
  }

  get #counters(): ReadonlyMap<string, number> {
    return countersOf(this.#options.kept.value.counters);
  }

  /** What the device alone can say against a grant that was approved. */
  #refusalOfGrant(
    { device, sequence, appointment }: Grant,
    { person, credential }: Approver,
  ): StatementRefusal | undefined {
    const { subject, now } = this.#options;
    // SECURITY: people opened the laptop that has this very key, not whichever has its number (S4).
    if (device.key !== subject.key) return 'wrong-device';
    // SECURITY: checked again after the wait (S5).
    if (sequence <= this.sequences.grant) return 'replayed';
    const { consultant } = appointment;
    const hospital = this.rosterOf(consultant.hospital.id);
    return (
      this.refusalOf({ approver: { person, credential }, consultant }) ??
      (hospital !== undefined && hospital.notAfter <= now() ? 'outdated' : undefined)
    );
  }

  async #verifyNewRoster(site: string, approved: ApprovedStatement): Promise<Verification<'roster'>> {
    const { kept, now } = this.#options;
    const current = kept.value.newest.find((newest) => newest.site === site);
    const isHeld = this.rosterOf(site) !== undefined;
    // SECURITY: a roster that has fallen is still the one to follow: nothing older comes after it; it may itself (S6).
    const afterVersion = current === undefined ? 0 : isHeld ? current.version : current.version - 1;
    const bounds = { site, afterVersion, current, now: now() };
    const verified = await verifyRoster(approved, this.#manifest, bounds);
    if (!verified.accepted || verified.statement.version !== current?.version) return verified;
    const isSame = (await digestOf(bytesOf(approved))) === current.digest;
    return isSame ? verified : { accepted: false, reason: 'wrong-previous' };
  }

  #after(value: KeptTrust, approvers: readonly Approver[], sequence: Partial<KeptTrust>): KeptTrust {
    const isNamed = naming(this.#manifest, this.rosterOf(this.#options.subject.site));
    return { ...value, ...sequence, counters: countersAfter(value.counters, approvers, isNamed) };
  }

  #inForce(rosters: readonly HeldRoster[], what: string): void {
    this.#rosters = rosters;
    this.#revision += 1;
    this.#options.onInForce(what);
  }
}

function approvedOf(rosters: readonly HeldRoster[]): ApprovedStatement[] {
  return rosters.map(({ approved }) => approved);
}
