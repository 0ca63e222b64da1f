import { bridge, channelOf } from '@sallyport/protocol';
import type { InvokeName } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { openDoor } from './ipc.ts';
import type { DoorOptions, InvocationSource, PageHandlers, Sender } from './ipc.ts';
import { manualClock } from './platform/testing/manual-clock.ts';

const names = Object.keys(bridge.invoke) as InvokeName[];
const page: Sender = { contents: 7, isMainFrame: true, origin: 'sallyport://app' };
const ok = { ok: true, value: {} } as const;

const goodParams: Record<InvokeName, unknown> = {
  snapshot: {},
  'set-language': { language: 'cy' },
  enrol: { ticket: 'SALLYPORT' },
  join: {},
  leave: {},
  check: {},
  'check-done': { report: null },
  prepare: { consent: true, present: ['officer'] },
  'check-name': {},
  'confirm-staff': { code: 'abc 123' },
  lock: {},
  room: { method: 'room.leave', params: {} },
  touched: {},
};

function setUp(changes: Partial<DoorOptions> = {}) {
  const listeners = new Map<string, Parameters<InvocationSource['handle']>[1]>();
  const called: string[] = [];
  const sent: unknown[] = [];
  const refused: string[] = [];
  const snapshot = { state: null, language: 'en', now: 1_800_000_000_000, screen: { screen: 'starting' } } as const;
  const doing =
    (name: InvokeName): (() => typeof ok) =>
    () => {
      called.push(name);
      return ok;
    };
  const handlers: PageHandlers = {
    snapshot: () => {
      called.push('snapshot');
      return { ok: true, value: snapshot };
    },
    'set-language': doing('set-language'),
    enrol: doing('enrol'),
    join: doing('join'),
    leave: doing('leave'),
    check: () => {
      called.push('check');
      return { ok: true, value: { rtpCapabilities: {} } };
    },
    'check-done': doing('check-done'),
    prepare: doing('prepare'),
    'check-name': doing('check-name'),
    'confirm-staff': doing('confirm-staff'),
    lock: doing('lock'),
    room: doing('room'),
    touched: doing('touched'),
  };
  const clock = manualClock(0);
  const notify = openDoor({
    source: { handle: (channel, listener) => void listeners.set(channel, listener) },
    contents: () => 7,
    origin: 'sallyport://app',
    isAllowed: () => true,
    handlers,
    send: (channel, payload) => void sent.push({ channel, payload }),
    onRefused: (name, { reason }) => void refused.push(`${name} ${reason}`),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...changes,
  });
  const invoke = async (name: InvokeName, sender: Sender, ...parameters: unknown[]): Promise<unknown> =>
    listeners.get(channelOf(name))?.(sender, parameters);
  return { listeners, called, sent, refused, notify, invoke, clock };
}

describe('S12 the only door to the page', () => {
  test('there is one handler for each invocation of the contract, and no other', () => {
    expect([...setUp().listeners.keys()].sort()).toEqual(names.map(channelOf).sort());
  });

  test.each(names)('%s from our page is carried out', async (name) => {
    const { invoke, called } = setUp();
    expect(await invoke(name, page, goodParams[name])).toMatchObject({ ok: true });
    expect(called).toEqual([name]);
  });

  describe.each([
    ['another window', { ...page, contents: 8 }],
    ['a frame in our page', { ...page, isMainFrame: false }],
    ['another origin', { ...page, origin: 'sallyport://other' }],
    ['an origin that only starts the same', { ...page, origin: 'sallyport://app.evil' }],
    ['an opaque origin', { ...page, origin: 'null' }],
    ['a frame that is gone', { ...page, isMainFrame: false, origin: '' }],
  ])('from %s', (_who, sender) => {
    test.each(names)('%s is refused', async (name) => {
      const { invoke, called, refused } = setUp();
      expect(await invoke(name, sender, goodParams[name])).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
      expect([called, refused]).toEqual([[], [`${name} not-allowed`]]);
    });
  });

  test('nobody is ours while there is no window', async () => {
    const { invoke } = setUp({ contents: () => undefined });
    expect(await invoke('join', page, {})).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const malformed: readonly unknown[] = [undefined, null, 0, 'x', [], { extra: 1 }, new Map(), cycle, { params: 1n }];
  test.each(names)('%s with malformed parameters is refused', async (name) => {
    const { invoke, called } = setUp();
    for (const params of malformed) {
      expect(await invoke(name, page, params)).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    }
    expect(await invoke(name, page)).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    expect(await invoke(name, page, goodParams[name], 'more')).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    expect(called).toEqual([]);
  });

  test('what is too large is refused before it is looked at', async () => {
    const { invoke } = setUp();
    const ticket = 'x'.repeat(70_000);
    expect(await invoke('enrol', page, { ticket })).toEqual({ ok: false, refusal: { reason: 'too-large' } });
  });

  test.each(names)('%s is refused in a state that does not list it', async (name) => {
    const { invoke, called } = setUp({ isAllowed: () => false });
    expect(await invoke(name, page, goodParams[name])).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(called).toEqual([]);
  });

  test('two hundred a second and no more; a second later it goes on', async () => {
    const { invoke, called, clock } = setUp();
    for (let count = 0; count < 250; count += 1) await invoke('touched', page, {});
    expect(called).toHaveLength(200);
    expect(await invoke('touched', page, {})).toEqual({ ok: false, refusal: { reason: 'too-many', retryAfter: 1 } });
    clock.pass(1000);
    expect(await invoke('touched', page, {})).toEqual(ok);
  });

  test('a fault is a refusal: no message of it reaches the page (S23)', async () => {
    const { invoke } = setUp({
      handlers: { join: () => Promise.reject(new Error('/home/kiosk/secret')) } as unknown as PageHandlers,
    });
    expect(await invoke('join', page, {})).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('an answer against the contract does not pass', async () => {
    const { invoke } = setUp({
      handlers: { join: () => ({ ok: true, value: { key: 1 } }) } as unknown as PageHandlers,
    });
    expect(await invoke('join', page, {})).toEqual({ ok: false, refusal: { reason: 'failed' } });
  });

  test('notifications pass when they keep to the contract', () => {
    const { notify, sent } = setUp();
    notify('room', { method: 'room.ended', params: { reason: 'left' } });
    notify('room', { method: 'room.ended', params: { reason: 'because' } } as never);
    expect(sent).toEqual([
      { channel: 'sallyport:room', payload: { method: 'room.ended', params: { reason: 'left' } } },
    ]);
  });
});
