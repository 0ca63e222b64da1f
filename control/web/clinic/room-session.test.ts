import { describe, expect, test } from 'vitest';
import { RoomSession } from './room-session.ts';
import { PlayedClient, PlayedSocket, PlayedTrack } from './room-testing.ts';

const laptop = { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11', kind: 'device', name: 'HB-07' } as const;
/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** A consultant before a room, whose hardware, socket and room the test plays. */
function scene(prepare: (client: PlayedClient) => void = () => undefined) {
  const sockets: PlayedSocket[] = [];
  const clients: PlayedClient[] = [];
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
    makeClient: () => {
      const client = new PlayedClient();
      prepare(client);
      clients.push(client);
      return client;
    },
    devices: { getUserMedia: () => streamOf('video', 'audio'), getDisplayMedia: () => streamOf('video') },
    wait: () => Promise.resolve(),
  });
  const states: string[] = [];
  session.subscribe(() => {
    const { state } = session.snapshot();
    if (states.at(-1) !== state) states.push(state);
  });
  return { session, sockets, clients, tracks, states };
}

const roomOf = (session: RoomSession) => {
  const state = session.snapshot();
  if (state.state !== 'inRoom') throw new Error(`not in the room: ${state.state}`);
  return state;
};

describe('a consultant’s stay in a room', () => {
  test('begins with joining, then camera and microphone', async () => {
    const { session, clients, states } = scene();
    await session.join();
    expect(states).toEqual(['joining', 'inRoom']);
    expect(clients[0]?.did).toEqual(['join', 'publish camera', 'publish microphone']);
    expect(roomOf(session).own).toEqual({ camera: 'on', microphone: 'on', screen: 'off' });
  });

  test('takes no camera when the room refuses', async () => {
    const { session, sockets, tracks } = scene((client) => {
      client.joins = { ok: false, refusal: { reason: 'too-early' } };
    });
    await session.join();
    expect(session.snapshot()).toEqual({ state: 'failed', refusal: { reason: 'too-early' } });
    expect(tracks).toEqual([]);
    expect(sockets[0]?.closedWith).toBe(1000);
  });

  test('shows who comes, what they send, and the phase', async () => {
    const { session, clients } = scene();
    await session.join();
    const [client] = clients;
    const track = new PlayedTrack('video') as unknown as MediaStreamTrack;
    const remote = { participant: laptop.id, source: 'camera', track, paused: false } as const;
    client?.tell('participantJoined', laptop);
    client?.tell('phase', 'consult');
    client?.tell('remoteTrack', remote);
    client?.tell('remoteTrackPaused', { ...remote, paused: true });
    expect(roomOf(session)).toMatchObject({ phase: 'consult', participants: [laptop], remote: [{ paused: true }] });
    client?.tell('remoteTrackEnded', remote);
    client?.tell('participantLeft', laptop.id);
    expect(roomOf(session)).toMatchObject({ participants: [], remote: [] });
  });

  test('leaves nothing captured behind, however it ends (S16)', async () => {
    for (const end of ['leave', 'ended'] as const) {
      const { session, clients, tracks, sockets } = scene();
      await session.join();
      await session.shareScreen();
      if (end === 'leave') session.leave();
      else clients[0]?.tell('ended', 'window-over');
      expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true, true]);
      expect(session.snapshot()).toEqual({ state: 'left', reason: end === 'leave' ? 'left' : 'window-over' });
      expect(sockets[0]?.closedWith).toBe(1000);
      expect(clients[0]?.did.includes('leave')).toBe(end === 'leave');
    }
  });

  test('that ends while camera and microphone are being asked for does not keep them', async () => {
    const { session, tracks } = scene();
    const joining = session.join();
    await settle();
    session.leave();
    await joining;
    await settle();
    expect(tracks.every(({ stopped }) => stopped)).toBe(true);
    expect(session.snapshot()).toEqual({ state: 'left', reason: 'left' });
  });

  test('goes on by itself after the connection broke, with what was muted still muted', async () => {
    const { session, sockets, clients, states, tracks } = scene();
    await session.join();
    await session.setPaused('microphone', true);
    sockets[0]?.play('close', { code: 1006 });
    await settle();
    expect(states).toEqual(['joining', 'inRoom', 'lost', 'inRoom']);
    expect(clients[1]?.did).toEqual(['join', 'publish camera', 'mute microphone', 'publish microphone']);
    expect(roomOf(session).own.microphone).toBe('paused');
    expect(tracks).toHaveLength(2);
  });

  test('goes on when the server stopped and another is there', async () => {
    const { session, clients, states, tracks } = scene();
    await session.join();
    clients[0]?.tell('ended', 'server');
    await settle();
    expect(states).toEqual(['joining', 'inRoom', 'lost', 'inRoom']);
    expect(clients[1]?.did).toEqual(['join', 'publish camera', 'publish microphone']);
    expect(tracks.some(({ stopped }) => stopped)).toBe(false);
  });

  test('that was taken over by another window does not take it back', async () => {
    const { session, sockets, tracks } = scene();
    await session.join();
    sockets[0]?.play('close', { code: 4409 });
    await settle();
    expect(session.snapshot()).toEqual({ state: 'left', reason: 'elsewhere' });
    expect(sockets).toHaveLength(1);
    expect(tracks.every(({ stopped }) => stopped)).toBe(true);
  });

  test('is over when the room no longer takes anybody', async () => {
    let joins = 0;
    const { session, sockets, tracks } = scene((client) => {
      joins += 1;
      if (joins > 1) client.joins = { ok: false, refusal: { reason: 'too-late' } };
    });
    await session.join();
    sockets[0]?.play('close', { code: 1006 });
    await settle();
    expect(session.snapshot()).toEqual({ state: 'left', reason: 'connection-lost' });
    expect(joins).toBe(2);
    expect(tracks.every(({ stopped }) => stopped)).toBe(true);
  });

  test('says when the consultant’s own camera was pulled out, and lets them start it again', async () => {
    const { session, clients, tracks } = scene();
    await session.join();
    clients[0]?.tell('localTrackEnded', 'camera');
    expect(roomOf(session)).toMatchObject({ own: { camera: 'off' }, problem: 'media.stopped' });
    await session.startOwnMedia();
    expect(roomOf(session)).toMatchObject({ own: { camera: 'on', microphone: 'on' }, problem: undefined });
    expect(tracks.filter(({ stopped }) => !stopped)).toHaveLength(2 + 1);
  });

  test('stops a shared screen for good', async () => {
    const { session, clients, tracks } = scene();
    await session.join();
    await session.shareScreen();
    expect(roomOf(session).own.screen).toBe('on');
    await session.stopSharing();
    expect(tracks.at(-1)?.stopped).toBe(true);
    expect(clients[0]?.did.at(-1)).toBe('unpublish screen');
    expect(roomOf(session).own.screen).toBe('off');
  });

  test('hears of no trouble when the room’s end comes before the answer to asking for it', async () => {
    const { session, clients } = scene();
    await session.join();
    const answer = session.ask('room.end');
    clients[0]?.tell('ended', 'consultant-ended');
    expect(await answer).toBeUndefined();
    expect(session.snapshot()).toEqual({ state: 'left', reason: 'consultant-ended' });
  });

  test('asks the room for its phases, and hears why not', async () => {
    const { session, sockets } = scene();
    await session.join();
    const answer = session.ask('room.admit');
    const asked = sockets[0]?.sent.at(-1);
    expect(asked?.method).toBe('room.admit');
    sockets[0]?.say({ kind: 'response', id: asked?.id, ok: false, refusal: { reason: 'wrong-state' } });
    expect(await answer).toEqual({ reason: 'wrong-state' });
  });
});
