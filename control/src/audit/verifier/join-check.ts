import { createHash } from 'node:crypto';
import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { AppointedConsultant, AuditEntry, Join, Participant, Roster } from '@sallyport/protocol';
import { approverOf, participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import type { KnownRoom } from '@sallyport/protocol/participants';
import type { DeviceCheck } from './device-check.ts';
import { differenceFrom, judgedAt, textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { altered, forged, removed, type Findings, type Problem } from './findings.ts';
import type { TrustCheck } from './trust-check.ts';

type Proof = LineOf<'join'>['proof'];

interface KeptJoin {
  proof: Proof;
  join: Join;
  isUsed: boolean;
}

/**
 * Joins of rooms: a consultant's and a guest's need the approval of the room's consultant, a laptop's the signature of the
 * laptop that people opened.
 */
export class JoinCheck {
  readonly #findings: Findings;
  readonly #trust: TrustCheck;
  readonly #devices: DeviceCheck;
  /** By the digest of the join's own key. */
  readonly #joins = new Map<string, KeptJoin>();
  /** Consultants who joined, or let a guest in, by room: the entry of each. */
  readonly #consultants: { room: string; consultant: string; entry: AuditEntry }[] = [];

  constructor(findings: Findings, trust: TrustCheck, devices: DeviceCheck) {
    this.#findings = findings;
    this.#trust = trust;
    this.#devices = devices;
  }

  add({ proof }: LineOf<'join'>, line: number): void {
    const bytes = fromBase64url(proof.kind === 'device' ? proof.statement : proof.join.statement);
    const join = bytes && decodeStatement(bytes);
    // The record names a join by the digest of its own key.
    if (join?.type === 'join' && !this.#joins.has(keyOf(join.mediaKey))) {
      this.#joins.set(keyOf(join.mediaKey), { proof, join, isUsed: false });
    } else this.#findings.add({ code: 'malformed', line, words: 'A join is malformed, or stands twice' });
  }

  /** Follows what entries say of who joined a room. */
  async follow(entry: AuditEntry): Promise<void> {
    if (entry.action === 'room.joined') this.#findings.addOf(entry, await this.#joined(entry));
  }

  /**
   * Names joins whose entries are not there, and consultants whom people had not approved for the room.
   * @param consultantsOf whom the grants of an appointment name
   */
  finish(consultantsOf: (appointment: string) => ReadonlySet<string>): void {
    for (const { join, isUsed } of this.#joins.values()) {
      const words = `${join.participant.name} joined a room, and no entry says so: the entry was removed`;
      if (!isUsed) this.#findings.add(removed(words));
    }
    for (const { room, consultant, entry } of this.#consultants) {
      const approved = consultantsOf(room);
      if (approved.size === 0 || approved.has(consultant)) continue;
      this.#findings.addOf(entry, forged('rests on a consultant for whom nobody had opened the laptop'));
    }
  }

  async #joined(entry: AuditEntry): Promise<Problem | undefined> {
    const kept = this.#joins.get(textOf(entry, 'mediaKey') ?? '');
    const participant = kept && participantOf(kept.proof);
    if (kept === undefined || participant === undefined) {
      return forged('lets somebody join a room without a proof: nobody’s approval of it is in the export');
    }
    kept.isUsed = true;
    const room = await this.#roomOf(entry, kept);
    if (room === undefined) return forged('lets somebody join a room while no manifest was in force');
    const verified = await verifyParticipant(participant, room);
    if (!verified.accepted) return forged(`lets somebody join a room on a proof that was not good: ${verified.reason}`);
    if (!isOf(entry, participant)) return altered('names another participant than the proof');
    const said = { subject: room.appointment, detail: { vouchedBy: verified.vouchedBy.person } };
    const difference = differenceFrom(entry, said);
    if (difference !== undefined) return altered(`says otherwise than the proof: ${difference}`);
    if (kept.proof.kind === 'device') return this.#devices.vouch(participant.id, keyOf(kept.proof.key));
    this.#consultants.push({ room: room.appointment, consultant: room.consultant.id, entry });
    return undefined;
  }

  /** The room as the proof itself says it is; that people meant this consultant the grants say. */
  async #roomOf(entry: AuditEntry, { proof, join }: KeptJoin): Promise<KnownRoom | undefined> {
    const { manifest } = this.#trust;
    const consultant = await this.#consultantOf(proof, join);
    if (manifest === undefined || consultant === undefined) return undefined;
    const { id, prison } = join.device;
    const rosters = new Map<string, Roster | undefined>();
    for (const site of [prison.id, consultant.hospital.id]) rosters.set(site, await this.#trust.roster(site));
    return {
      ...{ appointment: join.appointment, device: { id, prison: prison.id }, consultant, manifest },
      ...{ roster: (site) => rosters.get(site), now: judgedAt(entry) },
    };
  }

  async #consultantOf(proof: Proof, { participant }: Join): Promise<AppointedConsultant | undefined> {
    const themselves = { id: participant.id, name: participant.name, hospital: participant.site };
    if (proof.kind === 'consultant') return themselves;
    // A guest's statement names no consultant: it is whoever's passkey approved it. Nobody of the hospital: then it does not hold.
    if (proof.kind === 'guest') return approverOf(proof, await this.#trust.roster(participant.site.id)) ?? themselves;
    const bytes = fromBase64url(proof.grant.statement);
    const grant = bytes && decodeStatement(bytes);
    return grant?.type === 'grant' ? grant.appointment.consultant : undefined;
  }
}

function isOf({ actor }: AuditEntry, { kind, id, name }: Participant): boolean {
  return actor.kind === (kind === 'device' ? 'device' : 'person') && actor.id === id && actor.name === name;
}

/** SHA-256 of a key, base64url. */
function keyOf(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'base64url')).digest('base64url');
}
