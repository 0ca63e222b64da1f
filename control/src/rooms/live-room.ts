import { mediaAllowance, nextStage } from '@sallyport/protocol';
import type { MediaAllowance, Participant, ProducerInfo, RoomNotification, RoomStage } from '@sallyport/protocol';
import { isDeepStrictEqual } from 'node:util';
import type { MediaParticipant, MediaRoom, RoomPeer } from '../ports.ts';

/** Somebody with a seat, on this node. */
export interface Member {
  peer: RoomPeer;
  /** As its proof bears it out; the proof travels with it, for the others to judge by themselves. */
  participant: Participant;
  media: MediaParticipant;
}

/** A room somebody is in, as this node holds it in memory. Its seats, its stage and its hours are the database's. */
export class LiveRoom {
  readonly id: string;
  readonly media: MediaRoom;
  readonly #members = new Map<string, Member>();
  #stage: RoomStage;
  #closesAt: number;

  constructor(room: { id: string; closesAt: number; stage: RoomStage; media: MediaRoom }) {
    this.id = room.id;
    this.media = room.media;
    this.#stage = room.stage;
    this.#closesAt = room.closesAt;
  }

  get stage(): RoomStage {
    return this.#stage;
  }

  /** Milliseconds since the epoch. */
  get closesAt(): number {
    return this.#closesAt;
  }

  get empty(): boolean {
    return this.#members.size === 0;
  }

  get members(): Member[] {
    return [...this.#members.values()];
  }

  member(peer: Pick<RoomPeer, 'id'>): Member | undefined {
    return this.#members.get(peer.id);
  }

  has(kind: RoomPeer['kind']): boolean {
    return this.members.some((member) => member.peer.kind === kind);
  }

  /** What a member may do with media now: the contract's own answer. */
  allowanceOf({ peer }: Member): MediaAllowance {
    return mediaAllowance(this.#stage, peer.kind);
  }

  /** Gives a peer its media account and tells the others. */
  add(peer: RoomPeer, participant: Participant): Member {
    const member = { peer, participant, media: this.media.addParticipant(peer.id) };
    this.#members.set(peer.id, member);
    this.tellOthers(peer.id, { method: 'room.participantJoined', params: { participant } });
    return member;
  }

  /** Closes a peer's media at once and tells the others. @returns undefined when it is not there */
  remove(peer: Pick<RoomPeer, 'id'>): Member | undefined {
    const member = this.#members.get(peer.id);
    if (member === undefined) return undefined;
    this.#members.delete(peer.id);
    member.media.close();
    this.tellOthers(peer.id, { method: 'room.participantLeft', params: { participant: peer.id } });
    if (member.peer.kind === 'device') this.follow(nextStage(this.#stage, { type: 'laptop-left' }) ?? this.#stage);
    return member;
  }

  /** Takes the stage the room has come to: stops the media that it does not allow, then tells everybody. */
  follow(stage: RoomStage): void {
    const before = this.#stage;
    this.#stage = stage;
    // SECURITY: what a stage does not allow ends on the media server with the step itself, whatever clients do (S39).
    for (const member of this.members) this.restrain(member);
    const { phase, progress } = stage;
    if (phase !== before.phase) this.tellAll({ method: 'room.phase', params: { phase } });
    if (!isDeepStrictEqual(progress, before.progress)) this.tellAll({ method: 'room.progress', params: { progress } });
  }

  /** Closes what a member sends and receives beyond what the stage allows, and tells everybody. */
  restrain(member: Member): void {
    for (const producer of member.media.keepOnly(this.allowanceOf(member))) {
      this.tellAll({ method: 'room.producerRemoved', params: { producer } });
    }
  }

  /** Takes a later end and tells everybody; never an earlier one. */
  extendTo(closesAt: number): void {
    if (closesAt <= this.#closesAt) return;
    this.#closesAt = closesAt;
    this.tellAll({ method: 'room.extended', params: { closesAt } });
  }

  /** Those who are there besides one. */
  othersOf(id: string): { participants: Participant[]; producers: ProducerInfo[] } {
    const others = this.members.filter((member) => member.peer.id !== id);
    return {
      participants: others.map(({ participant }) => participant),
      producers: others.flatMap((member) => member.media.producers()),
    };
  }

  tellAll(notification: RoomNotification): void {
    for (const member of this.#members.values()) member.peer.notify(notification);
  }

  tellOthers(id: string, notification: RoomNotification): void {
    for (const member of this.#members.values()) if (member.peer.id !== id) member.peer.notify(notification);
  }

  /** Tells those of one kind. */
  tellKind(kind: RoomPeer['kind'], notification: RoomNotification): void {
    for (const member of this.#members.values()) if (member.peer.kind === kind) member.peer.notify(notification);
  }
}
