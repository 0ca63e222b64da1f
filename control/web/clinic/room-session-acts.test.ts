import { noProgress } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { beginConsult, checked, noon, progressOf, roomOf, scene, settle } from './room-session-testing.ts';
import type { PlayedSocket } from './room-testing.ts';

describe('what the consultant asks of the room', () => {
  const answer = (socket: PlayedSocket | undefined, result: unknown) => {
    const asked = socket?.sent.at(-1);
    socket?.say({ kind: 'response', id: asked?.id, ok: true, result });
    return asked;
  };

  test('is told to whoever waits, and remembered with its time', async () => {
    const { session, sockets } = scene();
    await session.join();
    const telling = session.tell('five-minutes');
    expect(answer(sockets[0], {})).toMatchObject({ method: 'room.message', params: { message: 'five-minutes' } });
    expect(await telling).toBeUndefined();
    expect(roomOf(session).message).toEqual({ message: 'five-minutes', at: noon });
  });

  test('is the confirmed name, a refusal with its reason, and more time', async () => {
    const { session, sockets } = scene();
    await session.join();
    void session.ask('room.checkName');
    expect(answer(sockets[0], {})?.method).toBe('room.checkName');
    void session.decline('rebook');
    expect(answer(sockets[0], {})).toMatchObject({ method: 'room.decline', params: { reason: 'rebook' } });
    const extending = session.extend();
    expect(answer(sockets[0], { closesAt: noon })?.method).toBe('room.extend');
    await extending;
    expect(roomOf(session).closesAt).toBe(noon);
  });

  test('is not remembered when it is refused', async () => {
    const { session, sockets } = scene();
    await session.join();
    const telling = session.tell('soon');
    const asked = sockets[0]?.sent.at(-1);
    sockets[0]?.say({ kind: 'response', id: asked?.id, ok: false, refusal: { reason: 'wrong-state' } });
    expect([await telling, roomOf(session).message]).toEqual([{ reason: 'wrong-state' }, undefined]);
  });

  test('follows what the room tells: who is there, and when it closes', async () => {
    const { session, clients } = scene();
    await session.join();
    clients[0]?.tell('progress', progressOf('laptop'));
    clients[0]?.tell('closesAt', noon);
    expect(roomOf(session)).toMatchObject({ progress: progressOf('laptop'), closesAt: noon });
  });

  test('leaves a room that was never entered as it was', async () => {
    const { session, admission } = scene();
    admission.answer = { ok: false, trouble: { kind: 'approval', result: 'closed' } };
    await session.join();
    session.leave();
    expect(session.snapshot()).toEqual({ state: 'idle' });
  });
});

describe('S42 nothing is shown before both sides have confirmed the patient’s name', () => {
  test.each([
    ['while the room waits', 'waiting', noProgress],
    ['before anybody has', 'consult', progressOf()],
    ['when only the consultant has', 'consult', progressOf('consultant')],
    ['when only staff have', 'consult', progressOf('laptop')],
    ['to a laptop that is dark', 'debrief', checked],
  ] as const)('%s: no screen is asked for', async (_when, phase, progress) => {
    const { session, clients, tracks } = scene();
    await session.join();
    clients[0]?.tell('phase', phase);
    clients[0]?.tell('progress', progress);
    const before = tracks.length;
    await session.shareScreen();
    expect([tracks.length, roomOf(session).own.screen]).toEqual([before, 'off']);
  });

  test('what is shown ends with the consultation, and is not shown again by itself', async () => {
    const { session, clients, tracks } = scene();
    await session.join();
    beginConsult(clients[0]);
    await session.shareScreen();
    clients[0]?.tell('phase', 'debrief');
    expect(tracks.at(-1)?.stopped).toBe(true);
    expect(clients[0]?.did).toContain('unpublish screen');
    clients[0]?.tell('progress', { ...checked, staffConfirmed: true });
    await settle();
    expect(roomOf(session).own).toEqual({ camera: 'on', microphone: 'on', screen: 'off' });
  });

  test('a screen chosen too late is let go', async () => {
    const { session, clients, tracks } = scene();
    await session.join();
    beginConsult(clients[0]);
    const sharing = session.shareScreen();
    clients[0]?.tell('phase', 'debrief');
    await sharing;
    expect([tracks.at(-1)?.stopped, clients[0]?.did.includes('publish screen')]).toEqual([true, false]);
  });

  test('a room that went on without the consultant is not shown what was shown before', async () => {
    let joins = 0;
    const { session, clients, sockets, tracks } = scene((client) => {
      joins += 1;
      if (joins === 1) return;
      const progress = { ...checked, staffConfirmed: false };
      client.joins = { ok: true, value: { phase: 'debrief', progress, participants: [], closesAt: noon } };
    });
    await session.join();
    beginConsult(clients[0]);
    await session.shareScreen();
    sockets[0]?.play('close', { code: 1006 });
    await settle();
    expect(tracks.at(-1)?.stopped).toBe(true);
    expect(clients[1]?.did).not.toContain('publish screen');
  });
});

describe('S40 a guest’s camera and microphone', () => {
  test('are taken when the consultation begins, and given back when it ends for them', async () => {
    const { session, clients, tracks } = scene(undefined, 'interpreter');
    await session.join();
    expect(tracks).toEqual([]);
    clients[0]?.tell('phase', 'consult');
    await settle();
    expect(roomOf(session).own).toMatchObject({ camera: 'on', microphone: 'on' });
    clients[0]?.tell('phase', 'debrief');
    await settle();
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true]);
    expect(roomOf(session).own).toMatchObject({ camera: 'off', microphone: 'off' });
  });
});
