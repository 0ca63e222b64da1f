// A socket and a room's client that a test plays, for tests of the consultant's side.
import { noProgress, timesOf } from '@sallyport/protocol';
import type { ConsoleAppointment, JoinProof, Outcome, Participant } from '@sallyport/protocol';
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
  joins: Outcome<Joined> = {
    ok: true,
    value: { phase: 'waiting', progress: noProgress, participants: [], closesAt: 2e12 },
  };
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

const site = { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a12', name: 'HMP Exemplar' };
const proof: JoinProof = { kind: 'guest', join: { statement: 'AA', approvals: [] } };

/** The patient's side. */
export const testLaptop: Participant = {
  id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11',
  kind: 'device',
  name: 'HB-07',
  site,
  proof,
};

/** An interpreter whom the consultant let in. */
export const testGuest: Participant = {
  id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a13',
  kind: 'interpreter',
  name: 'Ana Interpreter',
  site,
  proof,
};

/** An appointment of 20 minutes. @param startsAt milliseconds since the epoch */
export function testAppointment(startsAt: number, more: Partial<ConsoleAppointment> = {}): ConsoleAppointment {
  return {
    id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a14',
    revision: 1,
    patientReference: 'A1234BC',
    patientName: 'Gareth Wyn Llewellyn-Jones',
    nhsNumber: '9434765919',
    prison: site,
    device: { id: testLaptop.id, name: testLaptop.name },
    consultant: { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a15', name: 'Dr Carys Consultant', hospital: 'Infirmary' },
    guests: [],
    ...timesOf(startsAt, 20),
    extended: false,
    phase: 'waiting',
    progress: noProgress,
    endReason: null,
    cancelledAt: null,
    waitingSince: null,
    check: null,
    asksForStaff: false,
    nextSteps: null,
    ...more,
  };
}
