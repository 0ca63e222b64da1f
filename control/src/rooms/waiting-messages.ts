import type { WaitingMessage } from '@sallyport/protocol';
import type { RoomPeer } from '../ports.ts';
import type { LiveRoom } from './live-room.ts';

/** What consultants last told those who wait, by room, for as long as the room waits. */
export class WaitingMessages {
  readonly #said = new Map<string, WaitingMessage>();

  /** Tells the laptop that waits, and keeps it for one that comes later. */
  say(room: LiveRoom, message: WaitingMessage): void {
    this.#said.set(room.id, message);
    room.tellKind('device', { method: 'room.message', params: { message } });
  }

  /** Tells somebody who has just come what was said to whoever waits. */
  sayAgain({ id, stage }: LiveRoom, peer: RoomPeer): void {
    const message = this.#said.get(id);
    if (peer.kind !== 'device' || stage.phase !== 'waiting' || message === undefined) return;
    peer.notify({ method: 'room.message', params: { message } });
  }

  /** Nobody waits there any more. */
  forget(room: string): void {
    this.#said.delete(room);
  }
}
