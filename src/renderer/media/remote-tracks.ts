import type { Participant } from '@sallyport/protocol';
import type { RemoteTrack } from '@sallyport/room-client';

/** What the consultant sends now. A track that is paused is not there: its last picture would lie. */
export interface RemoteView {
  camera?: MediaStreamTrack;
  microphone?: MediaStreamTrack;
  screen?: MediaStreamTrack;
  /** Who is on the other side, as people approved it: the laptop lets nobody else through. */
  consultant?: Participant;
}

/** Keeps who is on the other side of the room and what comes from there. */
export class RemoteTracks {
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
    const consultant = [...this.#present.values()].find((participant) => participant?.kind === 'consultant');
    const view: RemoteView = consultant === undefined ? {} : { consultant };
    for (const { source, track, paused } of this.#tracks.values()) if (!paused) view[source] = track;
    return view;
  }
}
