import type { Bridge, Snapshot } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { SnapshotSource } from './snapshot-source.ts';

const inert: Snapshot = { state: 'blank', language: 'en', now: 1_800_000_000_000, screen: { screen: 'starting' } };
const dead: Snapshot = { state: 'dead', language: 'en', now: 1_800_000_001_000, screen: { screen: 'dead' } };

function setUp() {
  let tell: (payload: unknown) => void = () => undefined;
  let answer: (outcome: unknown) => void = () => undefined;
  let fail: () => void = () => undefined;
  let time = 0;
  const bridge = {
    invoke: () =>
      new Promise((resolve, reject) => {
        answer = resolve;
        fail = () => reject(new Error('gone'));
      }),
    on: (_: string, listener: (payload: unknown) => void) => {
      tell = listener;
      return () => (tell = () => undefined);
    },
  } as unknown as Bridge;
  const source = new SnapshotSource(bridge, () => time);
  return {
    source,
    tell: (payload: unknown) => tell(payload),
    answer: (outcome: unknown) => answer(outcome),
    fail: () => fail(),
    pass: (milliseconds: number) => (time += milliseconds),
  };
}

describe('the snapshot', () => {
  test('is asked for at the start', async () => {
    const { source, answer } = setUp();
    const started = source.start();
    expect(source.current().state).toBe('loading');
    answer({ ok: true, value: inert });
    await started;
    expect(source.current()).toMatchObject({ state: 'ready', snapshot: inert });
  });

  test('that was sent while the first was asked for is newer than the answer', async () => {
    const { source, tell, answer } = setUp();
    const started = source.start();
    tell(dead);
    answer({ ok: true, value: inert });
    await started;
    expect(source.current()).toMatchObject({ snapshot: dead });
  });

  test('P7.3: the newest takes the place of the one before, whole, and everybody is told', async () => {
    const { source, tell, answer } = setUp();
    const started = source.start();
    answer({ ok: true, value: inert });
    await started;
    let told = 0;
    const stop = source.subscribe(() => (told += 1));
    tell(dead);
    stop();
    tell(inert);
    expect(told).toBe(1);
    expect(source.current()).toMatchObject({ snapshot: inert });
  });

  test('P1.1: one that the contract does not describe is not shown', async () => {
    const { source, tell, answer } = setUp();
    const started = source.start();
    answer({ ok: true, value: inert });
    await started;
    tell({ ...dead, screen: { screen: 'dead', note: 'more' } });
    expect(source.current().state).toBe('failed');
  });

  test('that does not come is told as a failure, and can be asked for again', async () => {
    const { source, fail, answer } = setUp();
    const first = source.start();
    fail();
    await first;
    expect(source.current().state).toBe('failed');
    const second = source.start();
    answer({ ok: true, value: dead });
    await second;
    expect(source.current().state).toBe('ready');
  });

  test('carries control’s time, which goes on by itself', async () => {
    const { source, answer, pass } = setUp();
    const started = source.start();
    pass(700);
    answer({ ok: true, value: inert });
    await started;
    pass(2500);
    const page = source.current();
    expect(page.state === 'ready' && page.clock.now() - inert.now).toBe(2000);
  });

  test('is not taken any more after closing', async () => {
    const { source, tell, answer } = setUp();
    const started = source.start();
    answer({ ok: true, value: inert });
    await started;
    source.close();
    source.close();
    tell(dead);
    expect(source.current()).toMatchObject({ snapshot: inert });
  });
});
