// A socket and a room's client that a test plays, for tests of the consultant's side.
import type { Outcome } from '@sallyport/protocol';
import type { Joined, RoomEvents } from '@sallyport/room-client';
import type { PlainSocket } from './room-socket.ts';
import type { SessionClient } from './room-session.ts';

/** A WebSocket whose other end is the test. */
export class PlayedSocket implements PlainSocket {
  readonly sent: { id: number; method: string; params: unknown }[] = [];
  closedWith: number | undefined;
  readonly #listeners: Record<string, ((event: never) => void)[]> = {};

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number; method: string; params: unknown });
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    (this.#listeners[type] ??= []).push(listener);
  }

  /** The other end does something. */
  play(type: 'open' | 'message' | 'close', event: unknown = {}): void {
    for (const listener of this.#listeners[type] ?? []) listener(event as never);
  }

  /** The other end says something. */
  say(value: unknown): void {
    this.play('message', { data: typeof value === 'string' ? value : JSON.stringify(value) });
  }
}

/** A track that can be stopped. */
export class PlayedTrack {
  readonly kind: string;
  stopped = false;

  constructor(kind: string) {
    this.kind = kind;
  }

  stop(): void {
    this.stopped = true;
  }
}

/** A room's client that does as it is told and remembers it. */
export class PlayedClient implements SessionClient {
  readonly did: string[] = [];
  joins: Outcome<Joined> = { ok: true, value: { phase: 'waiting', participants: [], closesAt: 2e12 } };
  publishes: Outcome<void> = { ok: true, value: undefined };
  readonly #listeners = new Map<keyof RoomEvents, ((value: never) => void)[]>();

  on<E extends keyof RoomEvents>(event: E, listener: (value: RoomEvents[E]) => void): () => void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return () => undefined;
  }

  tell<E extends keyof RoomEvents>(event: E, value: RoomEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  join(): Promise<Outcome<Joined>> {
    this.did.push('join');
    return Promise.resolve(this.joins);
  }

  publish(source: string): Promise<Outcome<void>> {
    this.did.push(`publish ${source}`);
    return Promise.resolve(this.publishes);
  }

  unpublish(source: string): Promise<void> {
    this.did.push(`unpublish ${source}`);
    return Promise.resolve();
  }

  setMuted(source: string, muted: boolean): Promise<Outcome<void>> {
    this.did.push(`${muted ? 'mute' : 'unmute'} ${source}`);
    return Promise.resolve({ ok: true, value: undefined });
  }

  leave(): Promise<void> {
    this.did.push('leave');
    return Promise.resolve();
  }

  close(): void {
    this.did.push('close');
  }
}
