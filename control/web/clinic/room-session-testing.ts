// A consultant before a room, whose hardware, socket and room a test plays.
import type { JoinProof, Participant, PeerKind, Progress } from '@sallyport/protocol';
import type { ParticipantVerification } from '@sallyport/protocol/participants';
import type { RoomSignalling } from '@sallyport/room-client';
import type { TrustProblem } from '../ui/trust.ts';
import type { Admitted } from './admission.ts';
import { RoomSession } from './room-session.ts';
import type { InRoom } from './room-state.ts';
import { PlayedClient, PlayedSocket, PlayedTrack } from './room-testing.ts';

export const proof: JoinProof = { kind: 'consultant', join: { statement: 'AA', approvals: [] } };
export const laptop: Participant = {
  id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11',
  kind: 'device',
  name: 'HB-07',
  site: { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a12', name: 'HMP Exemplar' },
  proof,
};
export const noon = Date.UTC(2026, 0, 5, 12);
/** The patient's consent recorded, and the name confirmed by whoever is named. */
export const progressOf = (...by: readonly ('laptop' | 'consultant')[]): Progress => ({
  present: ['officer'],
  nameChecked: { laptop: by.includes('laptop'), consultant: by.includes('consultant') },
  staffConfirmed: false,
});
export const checked = progressOf('laptop', 'consultant');
/** Lets everything that is ready happen. */
export const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

/** A way in that the test opens. */
export class PlayedAdmission {
  answer: Admitted = { ok: true, proof };
  verified: ParticipantVerification = { accepted: false, reason: 'unknown-credential' };
  distrust: TrustProblem | undefined;
  readonly did: string[] = [];

  obtain(): Promise<Admitted> {
    this.did.push('obtain');
    return Promise.resolve(this.answer);
  }

  discard(): void {
    this.did.push('discard');
  }

  verify(): Promise<ParticipantVerification> {
    return Promise.resolve(this.verified);
  }

  refreshTrust(): Promise<TrustProblem | undefined> {
    this.did.push('refreshTrust');
    return Promise.resolve(this.distrust);
  }
}

interface Scene {
  session: RoomSession;
  sockets: PlayedSocket[];
  clients: PlayedClient[];
  /** Every track that was taken, in order. */
  tracks: PlayedTrack[];
  states: string[];
  admission: PlayedAdmission;
  signallings: RoomSignalling[];
}

/**
 * A consultant before a room, whose hardware, socket and room the test plays.
 * @param prepare how each client of the room behaves
 * @param kind who joins; the consultant unless stated
 */
export function scene(prepare: (client: PlayedClient) => void = () => undefined, kind?: PeerKind): Scene {
  const sockets: PlayedSocket[] = [];
  const clients: PlayedClient[] = [];
  const signallings: RoomSignalling[] = [];
  const admission = new PlayedAdmission();
  const tracks: PlayedTrack[] = [];
  const take = (kind: string) => {
    const track = new PlayedTrack(kind);
    tracks.push(track);
    return track;
  };
  const streamOf = (...kinds: string[]) => {
    const taken = kinds.map(take);
    const of = (kind: string) => taken.filter((track) => track.kind === kind);
    return Promise.resolve({
      getVideoTracks: () => of('video'),
      getAudioTracks: () => of('audio'),
    } as unknown as MediaStream);
  };
  const session = new RoomSession({
    connect: () => {
      const socket = new PlayedSocket();
      sockets.push(socket);
      queueMicrotask(() => {
        socket.play('open');
      });
      return socket;
    },
    admission,
    makeClient: (signalling) => {
      signallings.push(signalling);
      const client = new PlayedClient();
      prepare(client);
      clients.push(client);
      return client;
    },
    devices: { getUserMedia: () => streamOf('video', 'audio'), getDisplayMedia: () => streamOf('video') },
    wait: () => Promise.resolve(),
    now: () => noon,
    ...(kind === undefined ? {} : { kind }),
  });
  const states: string[] = [];
  session.subscribe(() => {
    const { state } = session.snapshot();
    if (states.at(-1) !== state) states.push(state);
  });
  return { session, sockets, clients, tracks, states, admission, signallings };
}

/** The patient was let in, and both sides have confirmed the name. */
export const beginConsult = (client: PlayedClient | undefined, progress = checked): void => {
  client?.tell('phase', 'consult');
  client?.tell('progress', progress);
};
/** The room that a session is in. @throws when it is in none */
export const roomOf = (session: RoomSession): InRoom => {
  const state = session.snapshot();
  if (state.state !== 'inRoom') throw new Error(`not in the room: ${state.state}`);
  return state;
};
