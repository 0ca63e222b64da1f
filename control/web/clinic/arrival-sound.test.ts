import { describe, expect, test } from 'vitest';
import { ArrivalSound } from './arrival-sound.ts';
import type { SoundMaker } from './arrival-sound.ts';

/** Somebody's loudspeaker, and what their browser remembers. */
function scene(options: { refusesStorage?: boolean; silent?: boolean } = {}) {
  const heard: number[] = [];
  const kept = new Map<string, string>();
  const parameter = { value: 0, setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
  const makeOscillator = () => {
    const frequency = { value: 0 };
    return { frequency, connect: () => undefined, start: () => heard.push(frequency.value), stop: () => undefined };
  };
  const maker = {
    currentTime: 0,
    destination: {},
    createOscillator: makeOscillator,
    createGain: () => ({ gain: parameter, connect: () => undefined }),
    resume: () => (options.silent === true ? Promise.reject(new Error('no click yet')) : Promise.resolve()),
  } as unknown as SoundMaker;
  const sound = new ArrivalSound({
    makeSound: () => maker,
    storage: () => {
      if (options.refusesStorage === true) throw new Error('denied');
      return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
    },
  });
  return { sound, heard, kept };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe('the sound for somebody who comes to wait', () => {
  test('is made only where it is wanted', async () => {
    const { sound, heard } = scene();
    sound.ring();
    await settle();
    expect([sound.wanted, heard]).toEqual([false, []]);
  });

  test('is heard when it is chosen, and from then on', async () => {
    const { sound, heard, kept } = scene();
    sound.want(true);
    await settle();
    expect(heard).toEqual([660, 880]);
    sound.ring();
    await settle();
    expect(heard).toHaveLength(4);
    sound.want(false);
    sound.ring();
    await settle();
    expect([heard.length, [...kept.values()]]).toEqual([4, ['off']]);
  });

  test('breaks nothing where the browser keeps nothing, or makes no sound yet', async () => {
    const { sound, heard } = scene({ refusesStorage: true, silent: true });
    expect(sound.wanted).toBe(false);
    sound.want(true);
    await settle();
    expect(heard).toEqual([]);
  });
});
