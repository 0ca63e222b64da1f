import type { MediaSource, Participant, Phase, Progress, RoomEnd, WaitingMessage } from '@sallyport/protocol';

/**
 * How a participant stands with the room's media: `joining` until the first transport carries, `reconnecting` while
 * one that did is down.
 */
export type RoomConnection = 'joining' | 'connected' | 'reconnecting';

/** Somebody else's camera, microphone or screen, as it arrives here. */
export interface RemoteTrack {
  participant: string;
  source: MediaSource;
  track: MediaStreamTrack;
  /** Turned off at the other end: the track is there and silent or black. */
  paused: boolean;
}

/** What a room's client tells. Each name with what the listener gets. */
export interface RoomEvents {
  phase: Phase;
  progress: Progress;
  /** The consultant's word to whoever waits. */
  message: WaitingMessage;
  /** The room closes by itself at another time than was said: milliseconds since the epoch. */
  closesAt: number;
  participantJoined: Participant;
  /** The participant's id. */
  participantLeft: string;
  remoteTrack: RemoteTrack;
  remoteTrackPaused: RemoteTrack;
  remoteTrackEnded: RemoteTrack;
  /** A published track ended by itself: unplugged, or its sharing stopped in the browser. It is not published any more. */
  localTrackEnded: MediaSource;
  connection: RoomConnection;
  /** The last event: the room, or the place in it, is over. */
  ended: RoomEnd;
}

/** Typed listeners. */
export class RoomEmitter {
  readonly #listeners = new Map<keyof RoomEvents, Set<(value: never) => void>>();

  /** @returns stops listening */
  on<E extends keyof RoomEvents>(event: E, listener: (value: RoomEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<E extends keyof RoomEvents>(event: E, value: RoomEvents[E]): void {
    const listeners = this.#listeners.get(event) as Set<(value: RoomEvents[E]) => void> | undefined;
    for (const listener of [...(listeners ?? [])]) listener(value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
