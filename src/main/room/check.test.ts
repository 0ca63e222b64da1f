import type { CheckReport } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { Answer } from '../ports.ts';
import { Check, longestCheck } from './check.ts';

const begun = { ok: true, value: { rtpCapabilities: {} } } as const;
const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/** A check whose state takes it, as long as it is open. */
function setUp() {
  const clock = manualClock(0);
  const world = {
    isOpen: true,
    allowed: true,
    answer: async (): Promise<Answer<{ rtpCapabilities: object }>> => begun,
  };
  const asked: string[] = [];
  const ended: (CheckReport | null)[] = [];
  const check: Check = new Check({
    begin: () => {
      asked.push('check.begin');
      return world.answer();
    },
    end: (report) => void ended.push(report),
    relay: (async (method: string) => {
      asked.push(method);
      return { ok: true, value: {} };
    }) as never,
    isAllowed: () => world.allowed,
    onStarted: () => {
      if (world.isOpen) check.start();
    },
    onOver: () => asked.push('over'),
    clock,
  });
  return { check, clock, world, asked, ended };
}

const send = ['room.createTransport', { direction: 'send' }] as const;

describe('S40 a check of an open laptop', () => {
  test('begins once control has begun it, and its page’s media are relayed until it is over', async () => {
    const { check, asked } = setUp();
    expect(await check.request(...send)).toEqual(wrongState);
    expect(await check.begin()).toEqual(begun);
    expect(await check.request(...send)).toEqual({ ok: true, value: {} });
    check.stop();
    expect(await check.request(...send)).toEqual(wrongState);
    expect(asked).toEqual(['check.begin', 'room.createTransport']);
  });

  test('relays what the state allows and the contract knows, and nothing else (S12)', async () => {
    const { check, world, asked } = setUp();
    await check.begin();
    const malformed = await check.request('room.createTransport', { direction: 'sideways' });
    expect(malformed).toEqual({ ok: false, refusal: { reason: 'malformed' } });
    world.allowed = false;
    expect(await check.request(...send)).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    expect(asked).toEqual(['check.begin']);
  });

  test('is over after half a minute, whatever its page does', async () => {
    const { check, clock, asked } = setUp();
    await check.begin();
    clock.pass(longestCheck - 1);
    expect(asked).toEqual(['check.begin']);
    clock.pass(1);
    expect(asked).toEqual(['check.begin', 'over']);
  });

  test('one at a time; refused by control it has not begun, and can be tried again', async () => {
    const { check, world, asked } = setUp();
    world.answer = async () => ({ ok: false, refusal: { reason: 'not-connected' } });
    const both = await Promise.all([check.begin(), check.begin()]);
    expect(both).toEqual([{ ok: false, refusal: { reason: 'not-connected' } }, wrongState]);
    expect(check.isUnderWay).toBe(false);
    world.answer = async () => begun;
    expect(await check.begin()).toEqual(begun);
    expect(await check.begin()).toEqual(wrongState);
    expect(asked).toEqual(['check.begin', 'check.begin']);
  });

  test('that begins when the laptop is open no more is ended at control', async () => {
    const { check, world, ended } = setUp();
    world.isOpen = false;
    expect(await check.begin()).toEqual(wrongState);
    expect([check.isUnderWay, ended]).toEqual([false, [null]]);
  });
});
