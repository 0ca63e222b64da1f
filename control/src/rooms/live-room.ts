import type { Participant, Phase, ProducerInfo, RoomNotification } from '@sallyport/protocol';
import type { MediaParticipant, MediaRoom, RoomPeer } from '../ports.ts';

/** Somebody with a seat, on this node. */
export interface Member {
  peer: RoomPeer;
  /** As its proof bears it out; the proof travels with it, for the others to judge by themselves. */
  participant: Participant;
  media: MediaParticipant;
}

/** A room somebody is in, as this node holds it in memory. Its seats and phase are the database's. */
export class LiveRoom {
  readonly id: string;
  readonly closesAt: number;
  readonly media: MediaRoom;
  phase: Phase;
  readonly #members = new Map<string, Member>();

  constructor(room: { id: string; closesAt: number; phase: Phase; media: MediaRoom }) {
    this.id = room.id;
    this.closesAt = room.closesAt;
    this.phase = room.phase;
    this.media = room.media;
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
    return member;
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
}
