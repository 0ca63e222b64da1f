import { describe, expect, test } from 'vitest';
import type { ConsoleRoute, GuestView, JoinProof } from '@sallyport/protocol';
import type { RoomState } from '../clinic/room-state.ts';
import type { Result } from '../ui/api.ts';
import { GuestStay } from './guest-stay.ts';
import type { GuestStayOptions } from './guest-stay.ts';

const token = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-';
const proof: JoinProof = { kind: 'guest', join: { statement: 'AA', approvals: [] } };
const start = Date.UTC(2026, 10, 22, 9);
const id = (last: string): string => `7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a${last}`;

const viewOf = (state: GuestView['guest']['state']): GuestView => ({
  guest: { id: id('01'), kind: 'interpreter', name: 'Ines Interpreter', state },
  appointment: {
    id: id('02'),
    consultant: { name: 'Dr Rao', hospital: 'Example Infirmary' },
    prison: 'HMP Exemplar',
    startsAt: start,
    opensAt: start,
    closesAt: start + 1_200_000,
  },
  now: start,
});
const place = (state: GuestView['guest']['state']): Result<unknown> => ({
  ok: true,
  value: { view: viewOf(state), proof: state === 'admitted' ? proof : null },
});
const refused = (reason: string, more: object = {}): Result<unknown> =>
  ({ ok: false, trouble: { reason, ...more } }) as Result<unknown>;

/** A room whose states the test plays. */
class PlayedRoom {
  readonly did: string[] = [];
  now: RoomState = { state: 'idle' };
  readonly #listeners = new Set<() => void>();

  readonly snapshot = (): RoomState => this.now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  join(): Promise<void> {
    this.did.push('join');
    return Promise.resolve();
  }

  leave(): void {
    this.did.push('leave');
  }

  play(state: RoomState): void {
    this.now = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A page whose control, room and time the test plays. */
function scene({ link = token, isUsed = false }: { link?: string | null; isUsed?: boolean } = {}) {
  const asked: { route: ConsoleRoute; input: unknown }[] = [];
  const answers: Partial<Record<ConsoleRoute, Result<unknown>[]>> = {};
  const rooms: PlayedRoom[] = [];
  const waits: { milliseconds: number; over: () => void }[] = [];
  const remembered: string[] = [];
  const options: GuestStayOptions<PlayedRoom> = {
    api: {
      call: ((route: ConsoleRoute, input: unknown) => {
        asked.push({ route, input });
        // The last answer holds until the test says otherwise.
        const left = answers[route] ?? [];
        return Promise.resolve((left.length > 1 ? left.shift() : left[0]) ?? refused('unreachable'));
      }) as GuestStayOptions<PlayedRoom>['api']['call'],
    },
    token: link ?? undefined,
    key: { publicKey: () => Promise.resolve('KEY') },
    usedLink: {
      isThis: () => Promise.resolve(isUsed),
      remember: (used) => {
        remembered.push(used);
        return Promise.resolve();
      },
    },
    makeRoom: () => {
      const room = new PlayedRoom();
      rooms.push(room);
      return Promise.resolve(room);
    },
    wait: (milliseconds) => new Promise((over) => waits.push({ milliseconds, over })),
    now: () => start,
  };
  const stay = new GuestStay(options);
  const states: string[] = [];
  stay.subscribe(() => {
    const { state } = stay.snapshot();
    if (states.at(-1) !== state) states.push(state);
  });
  const passTime = async (): Promise<number | undefined> => {
    const next = waits.shift();
    next?.over();
    await settle();
    return next?.milliseconds;
  };
  return { stay, asked, answers, rooms, waits, states, remembered, passTime };
}

/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve));
const entered = (state: GuestView['guest']['state']): Result<unknown> => ({ ok: true, value: viewOf(state) });

/** A guest at the door. */
async function atTheDoor() {
  const played = scene();
  played.answers.enterAsGuest = [entered('waiting')];
  await played.stay.start();
  await played.stay.enter('h4k 7px');
  return played;
}

/** A guest who was let in. */
async function inTheRoom() {
  const played = await atTheDoor();
  played.answers.guestView = [place('admitted')];
  await played.passTime();
  const [room] = played.rooms;
  if (room === undefined) throw new Error('not let in');
  return { ...played, room };
}

describe('S38 a guest’s page', () => {
  test('asks for the code of its link, and sends it with the page’s own key', async () => {
    const { stay, asked, states, remembered } = await atTheDoor();
    expect(states).toEqual(['opening', 'code', 'waiting']);
    expect(asked).toEqual([{ route: 'enterAsGuest', input: { body: { token, code: 'H4K7PX', mediaKey: 'KEY' } } }]);
    expect(remembered).toEqual([token]);
    expect(stay.snapshot()).toMatchObject({ state: 'waiting', view: { guest: { state: 'waiting' } } });
  });

  test('sends nothing that is no code', async () => {
    const { stay, asked } = scene();
    await stay.start();
    for (const typed of ['', 'H4K', 'H4K7P!', 'UUUUUU']) {
      await stay.enter(typed);
      expect(stay.snapshot()).toEqual({ state: 'code', problem: { kind: 'bad' }, busy: false });
    }
    expect(asked).toEqual([]);
  });

  test('says how many tries are left after a wrong code, and asks again', async () => {
    const { stay, answers } = scene();
    answers.enterAsGuest = [refused('wrong-code', { triesLeft: 3 }), refused('too-many', { retryAfter: 9 })];
    await stay.start();
    await stay.enter('H4K7PX');
    expect(stay.snapshot()).toEqual({ state: 'code', problem: { kind: 'wrong', triesLeft: 3 }, busy: false });
    await stay.enter('H4K7PY');
    expect(stay.snapshot()).toMatchObject({ problem: { kind: 'trouble', trouble: { reason: 'too-many' } } });
  });

  test('sends a code once, however often it is pressed', async () => {
    const { stay, asked, answers } = scene();
    answers.enterAsGuest = [entered('waiting')];
    await stay.start();
    await Promise.all([stay.enter('H4K7PX'), stay.enter('H4K7PX'), stay.enter('H4K7PX')]);
    expect(asked).toHaveLength(1);
  });

  test('says when it is too early, and asks for the code again then', async () => {
    const { stay, answers, passTime } = scene();
    answers.enterAsGuest = [refused('too-early', { retryAfter: 600 })];
    await stay.start();
    void stay.enter('H4K7PX');
    await settle();
    expect(stay.snapshot()).toEqual({ state: 'early', opensAt: start + 600_000 });
    expect(await passTime()).toBe(600_000);
    expect(stay.snapshot()).toMatchObject({ state: 'code', problem: undefined });
    // What is a day away, or more, is not told to the minute.
    answers.enterAsGuest = [refused('too-early', { retryAfter: 86_400 })];
    void stay.enter('H4K7PX');
    await settle();
    expect(stay.snapshot()).toEqual({ state: 'early', opensAt: undefined });
  });

  test.each([
    ['too-late', 'too-late'],
    ['not-found', 'cancelled'],
  ])('says that it is over: %s', async (reason, end) => {
    const { stay, answers } = scene();
    answers.enterAsGuest = [refused(reason)];
    await stay.start();
    await stay.enter('H4K7PX');
    expect(stay.snapshot()).toEqual({ state: 'ended', reason: end });
  });

  test('says that a link is void which was used elsewhere; used here it leads back in', async () => {
    const elsewhere = scene();
    elsewhere.answers.enterAsGuest = [refused('link-void')];
    elsewhere.answers.guestView = [refused('not-signed-in')];
    await elsewhere.stay.start();
    await elsewhere.stay.enter('H4K7PX');
    expect(elsewhere.stay.snapshot()).toEqual({ state: 'ended', reason: 'void' });
    const here = scene({ isUsed: true });
    here.answers.guestView = [place('waiting')];
    await here.stay.start();
    expect(here.stay.snapshot()).toMatchObject({ state: 'waiting' });
    expect(here.asked.map(({ route }) => route)).toEqual(['guestView']);
  });

  test('without a link comes back by its cookie, or says that it needs one', async () => {
    const known = scene({ link: null });
    known.answers.guestView = [place('waiting')];
    await known.stay.start();
    expect(known.stay.snapshot()).toMatchObject({ state: 'waiting' });
    const unknown = scene({ link: null });
    unknown.answers.guestView = [refused('not-signed-in')];
    await unknown.stay.start();
    expect(unknown.stay.snapshot()).toEqual({ state: 'noLink' });
    const cut = scene({ link: null });
    await cut.stay.start();
    expect(cut.stay.snapshot()).toEqual({ state: 'trouble', trouble: { reason: 'unreachable' } });
  });
});

describe('S38 at the door', () => {
  test('asks every few seconds, through a lost connection too, and goes in when it is let in', async () => {
    const { stay, answers, passTime, rooms } = await atTheDoor();
    answers.guestView = [refused('unreachable'), place('waiting'), place('admitted')];
    expect(await passTime()).toBe(3000);
    expect(stay.snapshot()).toMatchObject({ state: 'waiting', reachable: false });
    await passTime();
    expect(stay.snapshot()).toMatchObject({ state: 'waiting', reachable: true });
    await passTime();
    expect(stay.snapshot()).toMatchObject({ state: 'room' });
    expect(rooms.map(({ did }) => did)).toEqual([['join']]);
  });

  test.each([
    ['not let in before it was over', place('gone'), 'not-let-in'],
    ['cancelled meanwhile', refused('not-found'), 'cancelled'],
    ['a newer link was given out', refused('not-signed-in'), 'replaced'],
  ])('says how it ends: %s', async (_what, answer, reason) => {
    const { stay, answers, passTime, waits } = await atTheDoor();
    answers.guestView = [answer];
    await passTime();
    expect(stay.snapshot()).toEqual({ state: 'ended', reason });
    expect(waits).toEqual([]);
  });

  test('a page that goes asks nothing more', async () => {
    const { stay, asked, passTime } = await atTheDoor();
    stay.pause();
    await passTime();
    expect(asked.map(({ route }) => route)).toEqual(['enterAsGuest']);
  });
});

describe('S38 in the room', () => {
  test('let in before it has begun, the page waits and asks again by itself', async () => {
    const { stay, room, passTime } = await inTheRoom();
    const trouble = { reason: 'wrong-state', retryAfter: 5 } as const;
    room.play({ state: 'failed', trouble: { kind: 'trouble', trouble } });
    expect(stay.snapshot()).toMatchObject({ state: 'room' });
    expect(await passTime()).toBe(5000);
    expect(room.did).toEqual(['join', 'join']);
  });

  test.each(['consultant-ended', 'window-over', 'debrief', 'no-consent', 'declined-rebook'] as const)(
    'its end is told as it was: %s',
    async (reason) => {
      const { stay, room } = await inTheRoom();
      room.play({ state: 'left', reason });
      expect(stay.snapshot()).toEqual({ state: 'ended', reason });
    },
  );

  test.each(['connection-lost', 'server', 'elsewhere'] as const)('a stay that %s ended can go on', async (reason) => {
    const { stay, room, rooms, answers } = await inTheRoom();
    room.play({ state: 'left', reason });
    expect(stay.snapshot()).toMatchObject({ state: 'away', why: { kind: 'left', reason } });
    answers.guestView = [place('admitted')];
    await stay.comeBack();
    expect(stay.snapshot()).toMatchObject({ state: 'room' });
    expect(rooms).toHaveLength(2);
  });

  test.each([
    ['a newer link took the place', refused('not-signed-in'), 'replaced'],
    ['it was cancelled', refused('not-found'), 'cancelled'],
    ['it has ended meanwhile', place('gone'), 'gone'],
  ])('a lost connection is not waited for when %s', async (_what, answer, reason) => {
    const { stay, room, answers } = await inTheRoom();
    answers.guestView = [answer];
    room.play({ state: 'lost' });
    await settle();
    expect(room.did).toEqual(['join', 'leave']);
    expect(stay.snapshot()).toEqual({ state: 'ended', reason });
  });

  test('a lost connection is the room’s own affair while there is a place in it', async () => {
    const { stay, room, answers } = await inTheRoom();
    for (const answer of [place('admitted'), refused('unreachable')]) {
      answers.guestView = [answer];
      room.play({ state: 'lost' });
      await settle();
      expect(stay.snapshot()).toMatchObject({ state: 'room' });
    }
    expect(room.did).toEqual(['join']);
  });

  test('what hinders going in is told, and can be tried again', async () => {
    const { stay, room } = await inTheRoom();
    const failed: RoomState = { state: 'failed', trouble: { kind: 'trust', problem: { kind: 'went-back' } } };
    room.play(failed);
    expect(stay.snapshot()).toMatchObject({ state: 'away', why: { kind: 'failed', room: failed } });
  });

  test('who leaves has left: the room first, then for good', async () => {
    const { stay, room, asked } = await inTheRoom();
    await stay.leave();
    expect(room.did).toEqual(['join', 'leave']);
    expect(asked.at(-1)).toEqual({ route: 'leaveAsGuest', input: { body: {} } });
    room.play({ state: 'left', reason: 'left' });
    expect(stay.snapshot()).toEqual({ state: 'ended', reason: 'left' });
  });

  test('a tab that is closed leaves the room, and may come back by its cookie', async () => {
    const { stay, room, asked } = await inTheRoom();
    stay.pause();
    expect(room.did).toEqual(['join', 'leave']);
    expect(asked.map(({ route }) => route)).not.toContain('leaveAsGuest');
  });
});
