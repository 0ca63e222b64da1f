import type { ParticipantVerification } from './participants.ts';
import type { Participant, ProducerInfo } from './room.ts';

/** Somebody who may be shown and heard, and who vouches for them. */
export type ShownParticipant = { participant: Participant } & Omit<
  Extract<ParticipantVerification, { accepted: true }>,
  'accepted'
>;

/** Somebody of whom the room says that they are there. */
export interface Present {
  readonly participant: Participant;
  readonly producers: Map<string, ProducerInfo>;
  /** Undefined while their place is not proved. */
  shown: ShownParticipant | undefined;
}

/** What one room may make whoever is in it remember: more than its two seats and their media ever need. */
const limits = { participants: 8, producers: 32, consumers: 64 };

/** Who is said to be in a room, what each sends, and what of it is received. */
export class ParticipantPresence {
  readonly #present = new Map<string, Present>();
  /** The producer that each consumer carries. */
  readonly #consumers = new Map<string, string>();

  get all(): Present[] {
    return [...this.#present.values()];
  }

  /** Those who may be shown. */
  get shown(): Present[] {
    return this.all.filter(({ shown }) => shown !== undefined);
  }

  /** Whether one more participant is remembered. */
  hasPlaceFor(participant: string): boolean {
    return this.#present.has(participant) || this.#present.size < limits.participants;
  }

  /** Remembers a participant who sends nothing yet. */
  add(participant: Participant, shown: ShownParticipant | undefined): Present {
    const present = { participant, producers: new Map<string, ProducerInfo>(), shown };
    this.#present.set(participant.id, present);
    return present;
  }

  /** Forgets a participant with all they send. @returns undefined when nobody knew of them */
  remove(participant: string): Present | undefined {
    const present = this.#present.get(participant);
    this.#present.delete(participant);
    for (const producer of present?.producers.keys() ?? []) this.dropConsumersOf(producer);
    return present;
  }

  /** Remembers what a participant sends. @returns whose it is; undefined when it is not taken */
  addProducer(info: ProducerInfo): Present | undefined {
    const owner = this.#present.get(info.participant);
    // SECURITY: a producer never passes from one participant to another (S25).
    if (owner === undefined || this.ownerOf(info.producer) !== undefined) return undefined;
    const count = this.all.reduce((sum, { producers }) => sum + producers.size, 0);
    if (count >= limits.producers) return undefined;
    owner.producers.set(info.producer, info);
    return owner;
  }

  /** Forgets a producer. @returns whose it was */
  removeProducer(producer: string): Present | undefined {
    const owner = this.ownerOf(producer);
    owner?.producers.delete(producer);
    this.dropConsumersOf(producer);
    return owner;
  }

  /** Whose producer it is. */
  ownerOf(producer: string): Present | undefined {
    return this.all.find(({ producers }) => producers.has(producer));
  }

  /** Whether somebody who may be shown sends it. */
  mayReceive(producer: string): boolean {
    return this.ownerOf(producer)?.shown !== undefined;
  }

  /** Whether what a consumer carries may be received. */
  mayResume(consumer: string): boolean {
    const producer = this.#consumers.get(consumer);
    return producer !== undefined && this.mayReceive(producer);
  }

  /** Remembers what a consumer carries; the oldest is forgotten when there are too many. */
  addConsumer(consumer: string, producer: string): void {
    const [oldest] = this.#consumers.keys();
    if (this.#consumers.size >= limits.consumers && oldest !== undefined) this.#consumers.delete(oldest);
    this.#consumers.set(consumer, producer);
  }

  /** Forgets every consumer of a producer: none of them may be resumed. */
  dropConsumersOf(producer: string): void {
    for (const [consumer, carried] of this.#consumers) if (carried === producer) this.#consumers.delete(consumer);
  }

  /** Forgets everybody. */
  clear(): void {
    this.#present.clear();
    this.#consumers.clear();
  }
}
