import type { Outcome } from './ipc.ts';
import { ParticipantPresence } from './participant-presence.ts';
import type { Present, ShownParticipant } from './participant-presence.ts';
import type { ParticipantVerification } from './participants.ts';
import type { PeerKind } from './phases.ts';
import type { RequestRefusal } from './refusals.ts';
import type { Participant, RoomNotification, RoomRequestMethod, RoomRequestParams, RoomRequestResult } from './room.ts';

/** What {@link ParticipantGate} needs. */
export interface GateOptions {
  /** Decides on one participant, by the trust in force at that moment. */
  verify: (participant: Participant) => Promise<ParticipantVerification>;
  /** Who else may be in the room; nobody of another kind is let through. */
  expects: readonly PeerKind[];
  /** Gets what may be shown, in the order in which it was heard. */
  tell: (notification: RoomNotification) => void;
  /** Somebody is kept out, or put out. Called at most {@link maxReports} times. */
  onRefused: (participant: Participant, reason: RequestRefusal) => void;
  /** It begins, or is over, that somebody is said to be there who is kept out. */
  onKeepingOut: (somebody: boolean) => void;
}

/** How many refusals a gate reports; what floods it does not flood the record. */
export const maxReports = 32;
/** How much may wait while somebody is being verified. */
const maxWaiting = 256;

type Ask<M extends RoomRequestMethod> = (
  method: M,
  params: RoomRequestParams<M>,
) => Promise<Outcome<RoomRequestResult<M>>>;
type Told<M extends RoomNotification['method']> = Extract<RoomNotification, { method: M }>;

const unverified = { ok: false, refusal: { reason: 'unverified' } } as const;
const over = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/**
 * Stands between a room's signalling and whatever shows it: only participants whose place is proved, and what they send,
 * come through. One gate serves one stay in one room.
 *
 *     joining ──`room.join` answered──▶ joined ──begin()──▶ open ──room.ended, close()──▶ closed
 *
 * What is heard before `begin` waits and follows in its order. `room.ended` overtakes everything: nothing comes after it.
 */
export class ParticipantGate {
  readonly #options: GateOptions;
  readonly #presence = new ParticipantPresence();
  readonly #waiting: (RoomNotification | 'recheck')[] = [];
  #state: 'joining' | 'joined' | 'open' | 'closed' = 'joining';
  #isWorking = false;
  #keepsOut = false;
  #reports = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Those who may be shown and heard now. */
  get shown(): ShownParticipant[] {
    return this.#presence.shown.flatMap(({ shown }) => shown ?? []);
  }

  /**
   * Passes one request on. A join's answer names verified participants and their producers only; to receive anything else
   * is refused as `unverified`.
   * @param ask asks the room
   */
  async request<M extends RoomRequestMethod>(
    method: M,
    params: RoomRequestParams<M>,
    ask: Ask<M>,
  ): Promise<Outcome<RoomRequestResult<M>>> {
    if (this.#state === 'closed') return over;
    // SECURITY: nobody receives what somebody sends whose place is not proved (S25).
    if (!this.#mayAsk(method, params)) return unverified;
    const answer = await ask(method, params);
    if (!answer.ok) return answer;
    // The compiler does not see that `method` tells whose params and result these are.
    if (method === 'room.join') {
      return this.#join(answer.value as RoomRequestResult<'room.join'>) as Promise<Outcome<RoomRequestResult<M>>>;
    }
    if (method !== 'room.consume') return answer;
    const { producer } = params as RoomRequestParams<'room.consume'>;
    // Whose it is may have left, or been put out, while the room was asked.
    if (!this.#presence.mayReceive(producer)) return unverified;
    this.#presence.addConsumer((answer.value as RoomRequestResult<'room.consume'>).consumer, producer);
    return answer;
  }

  /** Lets what was heard meanwhile follow; call it once the join's answer has been taken. */
  begin(): void {
    if (this.#state !== 'joined') return;
    this.#state = 'open';
    void this.#work();
  }

  /** Takes what the room tells. */
  heard(notification: RoomNotification): void {
    if (this.#state === 'closed') return;
    if (notification.method === 'room.ended') this.#end(notification);
    else this.#queue(notification);
  }

  /** Trust changed: decides anew on everybody. Whoever is no longer verified leaves; whoever is now, comes. */
  recheck(): void {
    if (this.#state !== 'closed' && this.#waiting.at(-1) !== 'recheck') this.#queue('recheck');
  }

  /** Nothing comes through any more. Idempotent. */
  close(): void {
    this.#state = 'closed';
    this.#waiting.length = 0;
    this.#presence.clear();
  }

  #end(notification: Told<'room.ended'>): void {
    this.close();
    this.#options.tell(notification);
  }

  #queue(step: RoomNotification | 'recheck'): void {
    // A room that talks faster than anybody can be verified is left, and can be joined afresh.
    if (this.#waiting.length >= maxWaiting) {
      this.#end({ method: 'room.ended', params: { reason: 'server' } });
      return;
    }
    this.#waiting.push(step);
    void this.#work();
  }

  /** One step after the other, so that the order stays although verifying takes time. */
  async #work(): Promise<void> {
    if (this.#isWorking || this.#state !== 'open') return;
    this.#isWorking = true;
    for (let step = this.#waiting.shift(); step !== undefined; step = this.#waiting.shift()) {
      if (step === 'recheck') await this.#recheckAll();
      else if (step.method === 'room.participantJoined') await this.#joined(step);
      else this.#take(step);
      this.#followKeepingOut();
    }
    this.#isWorking = false;
  }

  #followKeepingOut(): void {
    const keepsOut = this.#presence.all.length > this.#presence.shown.length;
    if (this.#isClosed() || keepsOut === this.#keepsOut) return;
    this.#keepsOut = keepsOut;
    this.#options.onKeepingOut(keepsOut);
  }

  #take(notification: Exclude<RoomNotification, Told<'room.participantJoined'>>): void {
    switch (notification.method) {
      case 'room.participantLeft':
        this.#left(notification.params.participant);
        return;
      case 'room.producerAdded':
        this.#tellOf(this.#presence.addProducer(notification.params.producer), notification);
        return;
      case 'room.producerPaused':
        this.#paused(notification);
        return;
      case 'room.producerRemoved':
        this.#tellOf(this.#presence.removeProducer(notification.params.producer), notification);
        return;
      case 'room.phase':
      case 'room.progress':
      case 'room.message':
      case 'room.extended':
      case 'room.ended':
        this.#options.tell(notification);
        return;
      default:
        notification satisfies never;
    }
  }

  async #join(answer: RoomRequestResult<'room.join'>): Promise<Outcome<RoomRequestResult<'room.join'>>> {
    for (const participant of answer.participants) await this.#admit(participant);
    for (const producer of answer.producers) this.#presence.addProducer(producer);
    if (this.#isClosed()) return over;
    this.#state = 'joined';
    this.#followKeepingOut();
    const { shown } = this.#presence;
    const participants = shown.map(({ participant }) => participant);
    const producers = shown.flatMap((present) => [...present.producers.values()]);
    return { ok: true, value: { ...answer, participants, producers } };
  }

  async #joined(notification: Told<'room.participantJoined'>): Promise<void> {
    const { participant } = notification.params;
    // Whoever comes anew has left before, said or not: what they sent then is not what they send now.
    this.#left(participant.id);
    this.#tellOf(await this.#admit(participant), notification);
  }

  #left(participant: string): void {
    const left = this.#presence.remove(participant);
    this.#tellOf(left, { method: 'room.participantLeft', params: { participant } });
  }

  #paused(notification: Told<'room.producerPaused'>): void {
    const { producer, paused } = notification.params;
    const owner = this.#presence.ownerOf(producer);
    const info = owner?.producers.get(producer);
    if (info !== undefined) owner?.producers.set(producer, { ...info, paused });
    this.#tellOf(owner, notification);
  }

  /** SECURITY: what is said of somebody is passed on only while their place is proved (S25). */
  #tellOf(whose: Present | undefined, notification: RoomNotification): void {
    if (whose?.shown !== undefined) this.#options.tell(notification);
  }

  /** Verifies a participant and remembers them, shown or not. */
  async #admit(participant: Participant): Promise<Present | undefined> {
    if (!this.#presence.hasPlaceFor(participant.id)) {
      this.#report(participant, 'too-many');
      return undefined;
    }
    const verified = await this.#verify(participant);
    if (this.#isClosed()) return undefined;
    if (typeof verified === 'string') this.#report(participant, verified);
    return this.#presence.add(participant, typeof verified === 'string' ? undefined : verified);
  }

  async #recheckAll(): Promise<void> {
    for (const present of this.#presence.all) {
      const verified = await this.#verify(present.participant);
      if (this.#isClosed()) return;
      const wasShown = present.shown !== undefined;
      if (typeof verified !== 'string') {
        present.shown = verified;
        if (!wasShown) this.#show(present);
      } else if (wasShown) {
        this.#hide(present);
        present.shown = undefined;
        this.#report(present.participant, verified);
      }
    }
  }

  #show({ participant, producers }: Present): void {
    this.#options.tell({ method: 'room.participantJoined', params: { participant } });
    for (const producer of producers.values()) {
      this.#options.tell({ method: 'room.producerAdded', params: { producer } });
    }
  }

  #hide({ participant, producers }: Present): void {
    for (const producer of producers.keys()) {
      this.#presence.dropConsumersOf(producer);
      this.#options.tell({ method: 'room.producerRemoved', params: { producer } });
    }
    this.#options.tell({ method: 'room.participantLeft', params: { participant: participant.id } });
  }

  async #verify(participant: Participant): Promise<ShownParticipant | RequestRefusal> {
    // SECURITY: nobody is shown themselves, by their own proof, as if it were the other side (S25).
    if (!this.#options.expects.includes(participant.kind)) return 'wrong-type';
    try {
      const verified = await this.#options.verify(participant);
      if (!verified.accepted) return verified.reason;
      const { mediaKey, vouchedBy } = verified;
      return { participant, mediaKey, vouchedBy };
    } catch {
      return 'failed';
    }
  }

  #mayAsk<M extends RoomRequestMethod>(method: M, params: RoomRequestParams<M>): boolean {
    if (method === 'room.consume') {
      return this.#presence.mayReceive((params as RoomRequestParams<'room.consume'>).producer);
    }
    if (method !== 'room.resumeConsumer') return true;
    return this.#presence.mayResume((params as RoomRequestParams<'room.resumeConsumer'>).consumer);
  }

  #report(participant: Participant, reason: RequestRefusal): void {
    this.#reports += 1;
    if (this.#reports <= maxReports) this.#options.onRefused(participant, reason);
  }

  /** Asked after every wait. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
