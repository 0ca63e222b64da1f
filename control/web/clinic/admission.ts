import { decodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
import type {
  ApprovalTask,
  ConsoleAppointment,
  Join,
  JoinProof,
  Participant,
  SignedInPerson,
  StatementRefusal,
} from '@sallyport/protocol';
import { verifyParticipant } from '@sallyport/protocol/participants';
import type { KnownRoom, ParticipantVerification } from '@sallyport/protocol/participants';
import type { Api, Trouble } from '../ui/api.ts';
import type { ApprovalOutcome } from '../ui/approve.ts';
import type { ConsoleTrust, TrustProblem } from '../ui/trust.ts';

/**
 * Why there is no way into the room: control's refusal or silence, an approval that was not given, control's word about the
 * fleet's people that is not believed, or a statement that is not the one asked for.
 */
export type AdmissionTrouble =
  | { kind: 'trouble'; trouble: Trouble }
  | { kind: 'approval'; result: Exclude<ApprovalOutcome['result'], 'approved'> }
  | { kind: 'trust'; problem: TrustProblem }
  | { kind: 'statement' };

export type Admitted = { ok: true; proof: JoinProof } | { ok: false; trouble: AdmissionTrouble };

export interface AdmissionOptions {
  api: Api;
  trust: ConsoleTrust;
  /** Opens the approver; must be called in the turn of a click. */
  approve: (task: ApprovalTask) => Promise<ApprovalOutcome>;
  appointment: Pick<ConsoleAppointment, 'id' | 'device' | 'prison'>;
  person: SignedInPerson;
  /** This computer's clock, milliseconds since the epoch. */
  now: () => number;
}

/** A statement of ours that waits for approval. */
interface Drafted {
  task: ApprovalTask;
  join: Join;
}

/** The consultant's way into one room: their key, their approval, and their own judgement of who else is there. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Made once for this page; the private half cannot leave the browser. */
  #keys: Promise<CryptoKeyPair> | undefined;
  #drafting: Promise<Drafted | AdmissionTrouble> | undefined;
  #drafted: Drafted | undefined;
  #proved: { proof: JoinProof; join: Join } | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Gets everything ready, so that a click can open the approver at once. What does not work is said when it is needed. */
  async prepare(): Promise<void> {
    if (this.#drafted === undefined && this.#proved === undefined) await this.#draft();
  }

  /**
   * The proof to join with: the one that was approved before, or a new one. Call it from a click, or the browser blocks the
   * approver's window.
   */
  async obtain(): Promise<Admitted> {
    if (this.#proved !== undefined && this.#proved.join.notAfter > this.#options.now()) {
      return { ok: true, proof: this.#proved.proof };
    }
    const drafted = this.#drafted ?? (await this.#draft());
    if ('kind' in drafted) return { ok: false, trouble: drafted };
    const outcome = await this.#options.approve(drafted.task);
    if (outcome.result !== 'approved') return { ok: false, trouble: { kind: 'approval', result: outcome.result } };
    const { statement } = drafted.task;
    const proof = {
      kind: 'consultant',
      join: { statement, approvals: [outcome.approval] },
    } as const satisfies JoinProof;
    this.#proved = { proof, join: drafted.join };
    this.#drafted = undefined;
    return { ok: true, proof };
  }

  /** The proof was not good any more: the next one is approved anew. */
  discard(): void {
    this.#proved = undefined;
    this.#drafted = undefined;
  }

  /** Fetches newer manifests and rosters. @returns what is not believed, or undefined */
  refreshTrust(): Promise<TrustProblem | undefined> {
    const { trust, appointment, person } = this.#options;
    return trust.refresh([appointment.prison.id, ...(person.site === null ? [] : [person.site.id])]);
  }

  /** Decides whether somebody in the room is who control says, by what the consultant approved and the people this page trusts. */
  async verify(participant: Participant): Promise<ParticipantVerification> {
    const known = this.#known();
    return known === undefined
      ? { accepted: false, reason: 'outdated' satisfies StatementRefusal }
      : verifyParticipant(participant, known);
  }

  #known(): KnownRoom | undefined {
    const { trust, now } = this.#options;
    const { manifest } = trust;
    if (manifest === undefined || this.#proved === undefined) return undefined;
    const { appointment, device, participant } = this.#proved.join;
    return {
      appointment,
      device: { id: device.id, prison: device.prison.id },
      consultant: { id: participant.id, name: participant.name, hospital: participant.site },
      manifest,
      roster: (site) => trust.roster(site),
      now: now(),
    };
  }

  /** One at a time: a click finds what is being got ready. */
  #draft(): Promise<Drafted | AdmissionTrouble> {
    this.#drafting ??= this.#draftAnew().finally(() => (this.#drafting = undefined));
    return this.#drafting;
  }

  async #draftAnew(): Promise<Drafted | AdmissionTrouble> {
    const { api, appointment, trust } = this.#options;
    const problem = await this.refreshTrust();
    if (problem !== undefined) return { kind: 'trust', problem };
    const mediaKey = await this.#mediaKey();
    const answer = await api.call('draftJoin', { params: { id: appointment.id }, body: { mediaKey } });
    if (!answer.ok) return { kind: 'trouble', trouble: answer.trouble };
    const bytes = fromBase64url(answer.value.statement);
    const join = bytes && decodeStatement(bytes);
    // SECURITY: nobody is asked to approve another key, room, laptop or name than their own (S25).
    if (join?.type !== 'join' || join.fleet !== trust.manifest?.fleet || !this.#isOwn(join, mediaKey)) {
      return { kind: 'statement' };
    }
    this.#drafted = { task: answer.value, join };
    return this.#drafted;
  }

  /** Whether a statement is what this page asked for: its key, its appointment, its person. */
  #isOwn({ appointment, device, participant, mediaKey }: Join, key: string): boolean {
    const { person, appointment: asked } = this.#options;
    const isOwnRoom = appointment === asked.id && isSame(device, asked.device) && isSame(device.prison, asked.prison);
    const isOwnName = participant.kind === 'consultant' && isSame(participant, person);
    return isOwnRoom && isOwnName && person.site !== null && isSame(participant.site, person.site) && mediaKey === key;
  }

  async #mediaKey(): Promise<string> {
    // SECURITY: the private half is not extractable: no script can send it anywhere (S25).
    this.#keys ??= crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
    const { publicKey } = await this.#keys;
    return toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
  }
}

interface Named {
  id: string;
  name: string;
}

function isSame(one: Named, other: Named): boolean {
  return one.id === other.id && one.name === other.name;
}
