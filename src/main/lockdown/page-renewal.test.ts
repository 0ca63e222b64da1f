import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { PageRenewal } from './page-renewal.ts';
import type { PageRenewalOptions } from './page-renewal.ts';

const nothing = { camera: false, microphone: false, media: false };
const waiting = { ...nothing, media: true };
const talking = { camera: true, microphone: true, media: true };

function setUp() {
  const clock = manualClock(0);
  const done: string[] = [];
  const page = new EventEmitter();
  const contents = Object.assign(page, {
    loadURL: (url: string) => {
      done.push(url);
      return Promise.reject(new Error('ERR_ABORTED'));
    },
    forcefullyCrashRenderer: () => void done.push('killed'),
    isDestroyed: () => false,
  });
  const renewal = new PageRenewal({
    contents: contents as unknown as PageRenewalOptions['contents'],
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const navigates = (url = 'sallyport://app/') => page.emit('did-navigate', {}, url);
  return { renewal, clock, done, navigates };
}

describe('S40 what a page still holds ends with the page', () => {
  test.each([
    ['a check is over', talking, nothing],
    ['a join ends the check', talking, waiting],
    ['the room is left while it waits', waiting, nothing],
    ['the camera alone is taken away', talking, { ...talking, camera: false }],
    ['the microphone alone is taken away', talking, { ...talking, microphone: false }],
  ])('%s: it is loaded anew', (_when, before, after) => {
    const { renewal, done } = setUp();
    renewal.follow(before);
    renewal.follow(after);
    expect([done, renewal.isUnderWay]).toEqual([['sallyport://app/'], true]);
  });

  test('S39 the debrief begins: it is loaded anew, once, and is the new page as soon as that is there', () => {
    const { renewal, clock, done, navigates } = setUp();
    renewal.follow(talking);
    renewal.follow(waiting);
    renewal.follow(waiting);
    navigates('about:blank');
    expect(renewal.isUnderWay).toBe(true);
    navigates();
    expect(renewal.isUnderWay).toBe(false);
    clock.pass(60_000);
    expect(done).toEqual(['sallyport://app/']);
  });

  test('one that does not make way within a second goes with its process', () => {
    const { renewal, clock, done } = setUp();
    renewal.follow(talking);
    renewal.follow(nothing);
    clock.pass(999);
    expect(done).toEqual(['sallyport://app/']);
    clock.pass(1);
    expect(done).toEqual(['sallyport://app/', 'killed']);
  });

  test('what is given, or stays, replaces no page', () => {
    const { renewal, done } = setUp();
    for (const allowed of [nothing, waiting, waiting, talking, talking]) renewal.follow(allowed);
    expect([done, renewal.isUnderWay]).toEqual([[], false]);
  });
});
