import { noProgress } from '@sallyport/protocol';
import type { MediaSource, Outcome, Participant } from '@sallyport/protocol';
import type { RemoteTrack, RoomEvents } from '@sallyport/room-client';
import { describe, expect, test } from 'vitest';
import { captureOff } from './capture.ts';
import type { CaptureState } from './capture.ts';
import { RoomSession, retryDelay } from './room-session.ts';
import type { SessionClient } from './room-session.ts';

const consultant: Participant = {
  id: 'c',
  kind: 'consultant',
  name: 'Dr Example',
  site: { id: 's', name: 'Example Infirmary' },
  proof: { kind: 'consultant', join: { statement: 'AA', approvals: [] } },
};
const done: Outcome<void> = { ok: true, value: undefined };
const refused = { ok: false, refusal: { reason: 'failed' } } as const;
const trackOf = (name: string) => ({ name, enabled: true }) as unknown as MediaStreamTrack;
const remote = (source: MediaSource, track: MediaStreamTrack, paused = false): RemoteTrack => {
  return { participant: 'c', source, track, paused };
};

/** A client whose answers the test decides; it keeps what it was asked for. */
class Client implements SessionClient {
  readonly #listeners: { event: string; listener: (value: never) => void }[] = [];
  readonly published = new Map<MediaSource, MediaStreamTrack>();
  muted = false;
  open = true;
  publishAnswer: Outcome<void> = done;
  joinAnswer: Awaited<ReturnType<SessionClient['join']>> = {
    ok: true,
    value: { phase: 'consult', progress: noProgress, participants: [consultant], closesAt: 1_800_000_000_000 },
  };

  on<E extends keyof RoomEvents>(event: E, listener: (value: RoomEvents[E]) => void) {
    this.#listeners.push({ event, listener });
    return () => undefined;
  }
  tell<E extends keyof RoomEvents>(event: E, value: RoomEvents[E]) {
    for (const one of this.#listeners) if (one.event === event) one.listener(value as never);
  }
  async join() {
    return this.joinAnswer;
  }
  async publish(source: MediaSource, track: MediaStreamTrack) {
    if (this.publishAnswer.ok) this.published.set(source, track);
    return this.publishAnswer;
  }
  async unpublish(source: MediaSource) {
    this.published.delete(source);
  }
  async setMuted(_: MediaSource, muted: boolean) {
    this.muted = muted;
    return done;
  }
  close() {
    this.open = false;
  }
}

const camera = trackOf('camera');
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp(prepare: (client: Client) => void = () => undefined) {
  const clients: Client[] = [];
  const waiting = new Set<() => void>();
  const session = new RoomSession({
    makeClient: () => {
      const client = new Client();
      prepare(client);
      clients.push(client);
      return client;
    },
    after: (_, action) => {
      waiting.add(action);
      return () => waiting.delete(action);
    },
  });
  const newest = () => {
    const client = clients.at(-1);
    if (client === undefined) throw new Error('no client was made');
    return client;
  };
  const passTime = async () => {
    for (const action of [...waiting]) {
      waiting.delete(action);
      action();
    }
    await settled();
  };
  return { session, clients, newest, waiting, passTime };
}

function capturing(microphone: MediaStreamTrack): CaptureState {
  return { camera: { state: 'working', track: camera }, microphone: { state: 'working', track: microphone } };
}

describe('in the room', () => {
  test('what is captured is published once joined, and only what works', async () => {
    const { session, newest } = setUp();
    session.setCapture({ ...capturing(trackOf('m')), microphone: { state: 'failed', problem: 'missing' } });
    await session.start();
    await settled();
    expect([...newest().published.keys()]).toEqual(['camera']);
    const microphone = trackOf('m');
    session.setCapture(capturing(microphone));
    await settled();
    expect(newest().published.get('microphone')).toBe(microphone);
  });

  test('a device that is lost is not sent any more', async () => {
    const { session, newest } = setUp();
    session.setCapture(capturing(trackOf('m')));
    await session.start();
    await settled();
    session.setCapture({ ...capturing(trackOf('m')), camera: { state: 'failed', problem: 'in-use' } });
    await settled();
    expect(newest().published.has('camera')).toBe(false);
  });

  test('what the consultant sends is shown while it is sent and not paused', async () => {
    const { session, newest } = setUp();
    const [face, picture] = [trackOf('face'), trackOf('picture')];
    await session.start();
    newest().tell('remoteTrack', remote('camera', face));
    newest().tell('remoteTrack', remote('screen', picture));
    expect(session.current()).toMatchObject({ consultant: { participant: consultant, camera: face }, screen: picture });
    newest().tell('remoteTrackPaused', remote('camera', face, true));
    newest().tell('remoteTrackEnded', remote('screen', picture));
    expect(session.current().consultant?.camera).toBeUndefined();
    expect(session.current().screen).toBeUndefined();
    newest().tell('remoteTrackPaused', remote('camera', face));
    expect(session.current().consultant?.camera).toBe(face);
  });

  test('a newer track of the same source is shown even when the older one ends late', async () => {
    const { session, newest } = setUp();
    const [older, newer] = [trackOf('older'), trackOf('newer')];
    await session.start();
    newest().tell('remoteTrack', remote('camera', older));
    newest().tell('remoteTrack', remote('camera', newer));
    newest().tell('remoteTrackEnded', remote('camera', older));
    expect(session.current().consultant?.camera).toBe(newer);
  });

  test('it is said when the consultant is away', async () => {
    const { session, newest } = setUp();
    await session.start();
    newest().tell('participantLeft', consultant.id);
    expect(session.current().consultant).toBeUndefined();
    newest().tell('participantJoined', consultant);
    expect(session.current().consultant?.participant).toEqual(consultant);
  });
});

describe('a guest in the room', () => {
  const guest: Participant = { ...consultant, id: 'g', kind: 'interpreter', name: 'Mair Interpreter' };
  const theirs = (source: MediaSource, track: MediaStreamTrack): RemoteTrack => {
    return { participant: 'g', source, track, paused: false };
  };

  test('is shown and heard beside the consultant, until they leave', async () => {
    const { session, newest } = setUp();
    const [face, voice] = [trackOf('face'), trackOf('voice')];
    await session.start();
    newest().tell('participantJoined', guest);
    newest().tell('remoteTrack', theirs('camera', face));
    newest().tell('remoteTrack', theirs('microphone', voice));
    expect(session.current().guests).toEqual([{ participant: guest, camera: face, microphone: voice }]);
    expect(session.current().consultant).toEqual({ participant: consultant });
    newest().tell('participantLeft', guest.id);
    expect(session.current().guests).toEqual([]);
  });

  test('S25 shows no screen, and nobody is shown who is not in the room', async () => {
    const { session, newest } = setUp();
    await session.start();
    newest().tell('participantJoined', guest);
    newest().tell('remoteTrack', theirs('screen', trackOf('screen')));
    newest().tell('remoteTrack', { ...theirs('camera', trackOf('stranger')), participant: 'nobody' });
    expect(session.current().screen).toBeUndefined();
    expect(session.current().guests).toEqual([{ participant: guest }]);
  });
});

describe('S40 camera and microphone that are turned off', () => {
  test('are sent no more, and sent anew when they are on again', async () => {
    const { session, newest } = setUp();
    session.setCapture(capturing(trackOf('m')));
    await session.start();
    await settled();
    session.setCapture(captureOff);
    await settled();
    expect(newest().published.size).toBe(0);
    const again = trackOf('again');
    session.setCapture(capturing(again));
    await settled();
    expect(newest().published.get('microphone')).toBe(again);
  });
});

describe('S16 the microphone turned off', () => {
  test('is silent at once, before anybody answers', async () => {
    const { session, newest } = setUp();
    const microphone = trackOf('m');
    session.setCapture(capturing(microphone));
    await session.start();
    session.setMuted(true);
    expect(microphone.enabled).toBe(false);
    expect(session.current().muted).toBe(true);
    await settled();
    expect(newest().muted).toBe(true);
  });

  test('stays silent when another microphone takes its place', () => {
    const { session } = setUp();
    session.setMuted(true);
    const microphone = trackOf('m');
    session.setCapture(capturing(microphone));
    expect(microphone.enabled).toBe(false);
  });

  test('is given back turned on when the room is left', () => {
    const { session } = setUp();
    const microphone = trackOf('m');
    session.setCapture(capturing(microphone));
    session.setMuted(true);
    session.close();
    expect(microphone.enabled).toBe(true);
  });
});

describe('what does not work', () => {
  test('joining is tried anew, and what is captured is published then', async () => {
    const { session, clients, newest, passTime } = setUp((client) => {
      if (clients.length === 0) client.joinAnswer = refused;
    });
    session.setCapture(capturing(trackOf('m')));
    await session.start();
    expect(session.current().connection).toBe('reconnecting');
    expect(newest().open).toBe(false);
    await passTime();
    expect(clients).toHaveLength(2);
    expect([...newest().published.keys()]).toEqual(['camera', 'microphone']);
  });

  test('publishing is tried anew in the same room', async () => {
    const { session, clients, newest, passTime } = setUp();
    await session.start();
    newest().publishAnswer = refused;
    session.setCapture(capturing(trackOf('m')));
    await settled();
    newest().publishAnswer = done;
    await passTime();
    expect(clients).toHaveLength(1);
    expect([...newest().published.keys()]).toEqual(['camera', 'microphone']);
  });

  test('what the room dropped while it is still captured is published anew', async () => {
    const { session, newest, passTime } = setUp();
    session.setCapture(capturing(trackOf('m')));
    await session.start();
    await settled();
    newest().published.delete('camera');
    newest().tell('localTrackEnded', 'camera');
    await passTime();
    expect(newest().published.get('camera')).toBe(camera);
  });

  test('each try waits longer, up to a bound', () => {
    const delays = [0, 1, 2, 3, 4, 50].map(retryDelay);
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
  });
});

describe('after leaving', () => {
  test('the client is closed, nothing is shown and nothing is tried again', async () => {
    const { session, newest, waiting } = setUp();
    await session.start();
    newest().tell('remoteTrack', remote('camera', trackOf('face')));
    session.close();
    newest().tell('remoteTrack', remote('camera', trackOf('late')));
    expect(newest().open).toBe(false);
    expect(session.current().consultant).toBeUndefined();
    expect(waiting.size).toBe(0);
  });

  test('a join that succeeds too late is closed at once', async () => {
    const { session, newest } = setUp();
    const joining = session.start();
    session.close();
    await joining;
    expect(newest().open).toBe(false);
    expect(session.current().consultant).toBeUndefined();
  });
});
