import type { Bridge } from '@sallyport/protocol';
import { expect, test } from 'vitest';
import { reportTouches } from './touch-reporter.ts';

function setUp() {
  const reported: string[] = [];
  const bridge = { invoke: (name: string) => Promise.resolve(reported.push(name)) } as unknown as Bridge;
  const heard = new Map<string, (event: Event) => void>();
  const target = {
    addEventListener: (input: string, listener: (event: Event) => void) => void heard.set(input, listener),
    removeEventListener: (input: string) => void heard.delete(input),
  } as unknown as EventTarget;
  const stop = reportTouches(target, bridge, () => 0);
  return { reported, heard, stop };
}

test('S1 what a script does is no touch: only a person keeps the laptop open', () => {
  const { reported, heard } = setUp();
  const made = new Event('keydown');
  expect(made.isTrusted).toBe(false);
  for (const listener of heard.values()) listener(made);
  expect(reported).toEqual([]);
  heard.get('keydown')?.({ isTrusted: true } as Event);
  expect(reported).toEqual(['touched']);
});

test('it listens to keys, pointer, wheel and touch, until it is stopped', () => {
  const { heard, stop } = setUp();
  expect([...heard.keys()]).toEqual(['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']);
  stop();
  expect(heard.size).toBe(0);
});
