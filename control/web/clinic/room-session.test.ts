import { describe, expect, test } from 'vitest';
import { noProgress } from '@sallyport/protocol';
import type { RoomSignalling } from '@sallyport/room-client';
import { beginConsult, laptop, proof, roomOf, scene, settle } from './room-session-testing.ts';
import { PlayedTrack } from './room-testing.ts';
import type { PlayedSocket } from './room-testing.ts';

describe('a consultant’s stay in a room', () => {
  test('begins with joining, then camera and microphone', async () => {
    const { session, clients, states } = scene();
    await session.join();
    expect(states).toEqual(['approving', 'joining', 'inRoom']);
    expect(clients[0]?.did).toEqual(['join', 'publish camera', 'publish microphone']);
    expect(roomOf(session).own).toEqual({ camera: 'on', microphone: 'on', screen: 'off' });
  });

  test('takes no camera when the room refuses', async () => {
    const { session, sockets, tracks } = scene((client) => {
      client.joins = { ok: false, refusal: { reason: 'too-early' } };
    });
    await session.join();
    expect(session.snapshot()).toEqual({
      state: 'failed',
      trouble: { kind: 'trouble', trouble: { reason: 'too-early' } },
    });
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
      beginConsult(clients[0]);
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
    expect(states).toEqual(['approving', 'joining', 'inRoom', 'lost', 'inRoom']);
    expect(clients[1]?.did).toEqual(['join', 'publish camera', 'mute microphone', 'publish microphone']);
    expect(roomOf(session).own.microphone).toBe('paused');
    expect(tracks).toHaveLength(2);
  });

  test('goes on when the server stopped and another is there', async () => {
    const { session, clients, states, tracks } = scene();
    await session.join();
    clients[0]?.tell('ended', 'server');
    await settle();
    expect(states).toEqual(['approving', 'joining', 'inRoom', 'lost', 'inRoom']);
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
    beginConsult(clients[0]);
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

describe('S25 a consultant’s way into a room', () => {
  const vouched = {
    accepted: true,
    mediaKey: new Uint8Array(65),
    vouchedBy: { person: laptop.id, name: 'Nia Nurse' },
  } as const;
  const comes = { kind: 'notification', method: 'room.participantJoined', params: { participant: laptop } };
  /** The room's answer to the join that its client asked for. */
  const answerJoin = async (socket: PlayedSocket | undefined, signalling: RoomSignalling | undefined) => {
    const joined = signalling?.join(laptop.id);
    const asked = socket?.sent.at(-1);
    const seat = {
      phase: 'waiting',
      progress: noProgress,
      rtpCapabilities: {},
      participants: [],
      producers: [],
      closesAt: 1_900_000_000_000,
    };
    socket?.say({ kind: 'response', id: asked?.id, ok: true, result: seat });
    await joined;
    return asked;
  };

  test('is an approval of theirs; without one no socket is opened and no camera taken', async () => {
    const { session, sockets, tracks, admission, states } = scene();
    admission.answer = { ok: false, trouble: { kind: 'approval', result: 'declined' } };
    await session.join();
    expect(session.snapshot()).toEqual({ state: 'failed', trouble: { kind: 'approval', result: 'declined' } });
    expect([states, sockets, tracks]).toEqual([['approving', 'failed'], [], []]);
  });

  test('is asked for in the very turn of the click', () => {
    const { session, admission } = scene();
    void session.join();
    expect(admission.did).toEqual(['obtain']);
  });

  test('is not asked for twice, and coming back after a broken connection asks for none', async () => {
    const { session, admission, sockets, signallings } = scene();
    await Promise.all([session.join(), session.join()]);
    sockets[0]?.play('close', { code: 1006 });
    await settle();
    expect(admission.did).toEqual(['obtain']);
    expect((await answerJoin(sockets[1], signallings[1]))?.params).toEqual({ room: laptop.id, proof });
  });

  test.each(['expired', 'unknown-credential', 'unverified'] as const)(
    'is approved anew when the room refuses the proof as %s',
    async (reason) => {
      const { session, admission } = scene((client) => {
        client.joins = { ok: false, refusal: { reason } };
      });
      await session.join();
      expect(admission.did).toEqual(['obtain', 'discard']);
    },
  );

  test('that ends while it is being approved leads nowhere', async () => {
    const { session, sockets } = scene();
    const joining = session.join();
    session.leave();
    await joining;
    expect([session.snapshot(), sockets]).toEqual([{ state: 'left', reason: 'left' }, []]);
  });

  test('shows who vouches for whoever is verified', async () => {
    const { session, clients, sockets, signallings, admission } = scene();
    admission.verified = vouched;
    await session.join();
    await answerJoin(sockets[0], signallings[0]);
    sockets[0]?.say(comes);
    await settle();
    clients[0]?.tell('participantJoined', laptop);
    expect(roomOf(session).vouchers).toEqual(new Map([[laptop.id, 'Nia Nurse']]));
  });

  test('says why somebody is kept out, and judges them anew by the newest trust there is', async () => {
    const { session, sockets, signallings, admission } = scene();
    await session.join();
    await answerJoin(sockets[0], signallings[0]);
    const heard: string[] = [];
    signallings[0]?.onNotification(({ method }) => void heard.push(method));
    sockets[0]?.say(comes);
    await settle();
    expect([roomOf(session).keptOut, heard]).toEqual(['unknown-credential', []]);
    expect(admission.did).toEqual(['obtain', 'refreshTrust']);
    admission.verified = vouched;
    await session.trustChanged();
    await settle();
    expect([roomOf(session).keptOut, heard]).toEqual([undefined, ['room.participantJoined']]);
  });

  test('says when control’s newest word about people is not believed', async () => {
    const { session, admission } = scene();
    await session.join();
    admission.distrust = { kind: 'went-back' };
    await session.trustChanged();
    expect(roomOf(session).distrusted).toEqual({ kind: 'went-back' });
  });
});
