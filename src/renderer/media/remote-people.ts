import type { MediaSource, Participant } from '@sallyport/protocol';
import type { RemoteTrack } from '@sallyport/room-client';

/** Somebody else in the room, as people approved them, with what they send now. */
export interface RemotePerson {
  participant: Participant;
  camera?: MediaStreamTrack;
  microphone?: MediaStreamTrack;
}

/** Who else is in the room. A track that is paused is not there: its last picture would lie. */
export interface RemoteView {
  /** The room's consultant: the laptop lets nobody else through as one. */
  consultant?: RemotePerson;
  /** What the consultant shows. */
  screen?: MediaStreamTrack;
  /** Interpreter and clinician, in the order in which they came. */
  guests: readonly RemotePerson[];
}

/** Nobody is there. */
export const nobody: RemoteView = { guests: [] };

/** Keeps who else is in the room and what comes from them. */
export class RemotePeople {
  readonly #tracks = new Map<MediaStreamTrack, RemoteTrack>();
  /** Everybody heard of, and whether they are there; the newest word counts. */
  readonly #present = new Map<string, Participant | undefined>();

  /** A track came, or was paused or resumed at its end. */
  put(remote: RemoteTrack): void {
    this.#tracks.set(remote.track, remote);
  }

  drop(remote: RemoteTrack): void {
    this.#tracks.delete(remote.track);
  }

  joined(participant: Participant): void {
    this.#present.set(participant.id, participant);
  }

  left(participant: string): void {
    this.#present.set(participant, undefined);
  }

  /** Who was there when the laptop joined. Older than anything heard since. */
  found(participants: readonly Participant[]): void {
    for (const participant of participants) if (!this.#present.has(participant.id)) this.joined(participant);
  }

  clear(): void {
    this.#tracks.clear();
    this.#present.clear();
  }

  view(): RemoteView {
    const people = [...this.#present.values()].flatMap((participant) => participant ?? []);
    const consultant = people.find(({ kind }) => kind === 'consultant');
    const guests = people.filter(({ kind }) => kind === 'interpreter' || kind === 'clinician');
    const screen = consultant && this.#trackOf(consultant, 'screen');
    return {
      ...(consultant === undefined ? {} : { consultant: this.#person(consultant) }),
      ...(screen === undefined ? {} : { screen }),
      guests: guests.map((guest) => this.#person(guest)),
    };
  }

  #person(participant: Participant): RemotePerson {
    const camera = this.#trackOf(participant, 'camera');
    const microphone = this.#trackOf(participant, 'microphone');
    return { participant, ...(camera && { camera }), ...(microphone && { microphone }) };
  }

  /** The newest track of a source that is not paused. */
  #trackOf({ id }: Participant, source: MediaSource): MediaStreamTrack | undefined {
    const remotes = [...this.#tracks.values()];
    return remotes.findLast((remote) => remote.participant === id && remote.source === source && !remote.paused)?.track;
  }
}
