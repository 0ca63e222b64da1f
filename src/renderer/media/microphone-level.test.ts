import { describe, expect, test } from 'vitest';
import { heardAt, levelBars, levelOf } from './microphone-level.ts';

const tone = (amplitude: number) =>
  Float32Array.from({ length: 2048 }, (_, index) => amplitude * Math.sin((index / 2048) * 2 * Math.PI * 40));

describe('the level of the microphone', () => {
  test('is nothing for silence and for nothing', () => {
    expect(levelOf(tone(0))).toBe(0);
    expect(levelOf(new Float32Array())).toBe(0);
  });

  test('is full for a shout, and never more', () => {
    expect(levelOf(tone(1))).toBe(levelBars);
  });

  test('rises with loudness', () => {
    const levels = [0.001, 0.01, 0.05, 0.2, 0.5].map((amplitude) => levelOf(tone(amplitude)));
    expect(levels).toEqual([...levels].sort((one, other) => one - other));
    expect(new Set(levels).size).toBeGreaterThan(3);
  });

  test('tells speech from the hiss of a quiet room', () => {
    expect(levelOf(tone(0.1))).toBeGreaterThanOrEqual(heardAt);
    expect(levelOf(tone(0.003))).toBeLessThan(heardAt);
  });
});
