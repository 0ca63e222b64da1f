import type { GuestView, Join, JoinProof, Participant, StatementRefusal } from '@sallyport/protocol';
import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import { approverOf, participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import type { KnownRoom, ParticipantVerification } from '@sallyport/protocol/participants';
import type { Admission, Admitted } from '../clinic/admission.ts';
import type { ConsoleTrust, TrustProblem } from '../ui/trust.ts';

type GuestProof = Extract<JoinProof, { kind: 'guest' }>;

export interface GuestAdmissionOptions {
  trust: Pick<ConsoleTrust, 'manifest' | 'roster' | 'refresh'>;
  /** What the consultant approved, as control hands it out. */
  proof: JoinProof;
  view: GuestView;
  /** The key that this page has made; undefined on a page that came back by its cookie. */
  mediaKey: string | undefined;
  /** This computer's clock, milliseconds since the epoch. */
  now: () => number;
}

/** A guest's way into the room: the consultant's approval, and the guest's own judgement of who else is there. */
export class GuestAdmission implements Pick<Admission, 'obtain' | 'discard' | 'verify' | 'refreshTrust'> {
  readonly #options: GuestAdmissionOptions;
  readonly #own: { proof: GuestProof; join: Join } | undefined;

  constructor(options: GuestAdmissionOptions) {
    this.#options = options;
    this.#own = readProof(options.proof);
  }

  /** The proof to join with, once this page has found that it holds, and is over this guest's own name and key. */
  async obtain(): Promise<Admitted> {
    const problem = await this.refreshTrust();
    if (problem !== undefined) return { ok: false, trouble: { kind: 'trust', problem } };
    const own = this.#own;
    const participant = own && participantOf(own.proof);
    // SECURITY: nobody goes into a room under another name, in another consultation, or with another's key than their own (S38).
    if (own === undefined || participant === undefined || !this.#isOwn(own.join)) {
      return { ok: false, trouble: { kind: 'statement' } };
    }
    const verified = await this.verify(participant);
    if (!verified.accepted) return { ok: false, trouble: { kind: 'trouble', trouble: { reason: verified.reason } } };
    return { ok: true, proof: own.proof };
  }

  /** A proof that is not good any more: the consultant would have to approve anew. */
  discard(): void {
    // There is no other one to be had from here.
  }

  /** Fetches newer manifests and rosters. @returns what is not believed, or undefined */
  async refreshTrust(): Promise<TrustProblem | undefined> {
    const { join } = this.#own ?? {};
    if (join === undefined) return undefined;
    return this.#options.trust.refresh([join.device.prison.id, join.participant.site.id]);
  }

  /** Decides whether somebody in the room is who control says. */
  async verify(participant: Participant): Promise<ParticipantVerification> {
    const known = this.#known();
    return known === undefined
      ? { accepted: false, reason: 'outdated' satisfies StatementRefusal }
      : verifyParticipant(participant, known);
  }

  /** The room as this guest's own approved join has it; its consultant is whoever approved that. */
  #known(): KnownRoom | undefined {
    const { trust, now } = this.#options;
    const { manifest } = trust;
    if (this.#own === undefined || manifest === undefined) return undefined;
    const { proof, join } = this.#own;
    const consultant = approverOf(proof, trust.roster(join.participant.site.id));
    if (consultant === undefined) return undefined;
    const { appointment, device } = join;
    return {
      ...{ appointment, consultant, manifest },
      device: { id: device.id, prison: device.prison.id },
      roster: (site) => trust.roster(site),
      now: now(),
    };
  }

  #isOwn({ appointment, participant, mediaKey }: Join): boolean {
    const { view, mediaKey: own } = this.#options;
    const { id, kind, name } = view.guest;
    const isOwnName = participant.id === id && participant.kind === kind && participant.name === name;
    return appointment === view.appointment.id && isOwnName && (own === undefined || own === mediaKey);
  }
}

function readProof(proof: JoinProof): { proof: GuestProof; join: Join } | undefined {
  const bytes = proof.kind === 'guest' ? fromBase64url(proof.join.statement) : undefined;
  const join = bytes && decodeStatement(bytes);
  return proof.kind === 'guest' && join?.type === 'join' ? { proof, join } : undefined;
}
