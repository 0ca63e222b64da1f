import { decodeStatement } from '@sallyport/protocol';
import type { AuditEntry, Grant } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { Verification } from '@sallyport/protocol/verify';
import type { DeviceCheck } from './device-check.ts';
import { differenceFrom, isByOneOf, judgedAt, textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { altered, forged, removed, type Findings, type Problem } from './findings.ts';
import { KeptStatements, Sequences, type KeptStatement } from './kept-statements.ts';
import type { TrustCheck } from './trust-check.ts';

type KeptGrant = KeptStatement<LineOf<'grant'>>;

/** Openings: each needs a grant that people of the laptop's prison approved, good at its time and used once. */
export class GrantCheck {
  readonly #findings: Findings;
  readonly #trust: TrustCheck;
  readonly #devices: DeviceCheck;
  readonly #grants: KeptStatements<LineOf<'grant'>>;
  readonly #sequences = new Sequences();
  readonly #consultants = new Map<string, Set<string>>();

  constructor(findings: Findings, trust: TrustCheck, devices: DeviceCheck) {
    this.#findings = findings;
    this.#trust = trust;
    this.#devices = devices;
    this.#grants = new KeptStatements(findings);
  }

  add(line: LineOf<'grant'>, number: number): Promise<void> {
    return this.#grants.add(line, number);
  }

  /** The consultants for whom people opened a laptop, by the appointment. */
  consultantsOf(appointment: string): ReadonlySet<string> {
    return this.#consultants.get(appointment) ?? new Set();
  }

  /** Follows what entries say of grants and openings. */
  async follow(entry: AuditEntry): Promise<void> {
    if (entry.action === 'grant.released') this.#findings.addOf(entry, await this.#released(entry));
    if (entry.action === 'device.opened') this.#findings.addOf(entry, this.#opened(entry));
  }

  /** Names grants whose entries are not there. */
  finish(): void {
    for (const { line, isUsed } of this.#grants.all()) {
      const words = `Grant ${line.id} was released, and no entry says so: the entry was removed`;
      if (!isUsed) this.#findings.add(removed(words));
    }
  }

  async #released(entry: AuditEntry): Promise<Problem | undefined> {
    const kept = this.#grants.use(entry, textOf(entry, 'grant'));
    if ('code' in kept) return kept;
    const grant = decodeStatement(kept.bytes);
    if (grant?.type !== 'grant') return forged('rests on a grant that is malformed');
    const verified = await this.#verify(entry, kept, grant);
    if (typeof verified === 'string') return forged(`releases a grant ${verified}`);
    if (!verified.accepted) return forged(`releases a grant that was not good at its time: ${verified.reason}`);
    const { device, sequence, appointment } = grant;
    const { consultant } = appointment;
    this.#consultants.set(appointment.id, new Set([...this.consultantsOf(appointment.id), consultant.id]));
    const detail = { sequence, appointment: appointment.id };
    const difference = differenceFrom(entry, { subject: device.id, detail });
    if (difference !== undefined) return altered(`says otherwise than the approved grant: ${difference}`);
    if (!isByOneOf(entry, verified.approvers)) {
      return altered('names another person than the one who approved the grant');
    }
    return this.#devices.vouch(device.id, device.key);
  }

  async #verify(entry: AuditEntry, { bytes, line }: KeptGrant, grant: Grant): Promise<Verification<'grant'> | string> {
    const { site, id: device } = grant.device;
    const afterSequence = this.#sequences.next(device, grant.sequence);
    const { manifest } = this.#trust;
    const roster = await this.#trust.roster(site);
    if (manifest === undefined || roster === undefined) return 'for a site that had no roster in force';
    const policy = { type: 'grant', at: 'opening', now: judgedAt(entry), device, site, afterSequence, roster } as const;
    return verifyStatement(bytes, line.approvals, manifest, policy);
  }

  #opened(entry: AuditEntry): Problem | undefined {
    const kept = this.#grants.find(textOf(entry, 'grant'));
    const grant = kept?.isUsed === true ? decodeStatement(kept.bytes) : undefined;
    if (grant?.type !== 'grant') return forged('says that a laptop opened, and no grant was released for it before');
    const detail = { sequence: grant.sequence, appointment: grant.appointment.id };
    const difference = differenceFrom(entry, { subject: grant.device.id, detail });
    return difference === undefined ? undefined : altered(`says otherwise than the approved grant: ${difference}`);
  }
}
