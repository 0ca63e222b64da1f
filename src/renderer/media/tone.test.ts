import { describe, expect, test } from 'vitest';
import { hearsTone, toneFrequency, toneShare } from './tone.ts';

const rate = 48_000;
const stretch = (sound: (time: number) => number) =>
  Float32Array.from({ length: 4096 }, (_, index) => sound(index / rate));
const sine = (frequency: number, amplitude: number) => (time: number) =>
  amplitude * Math.sin(2 * Math.PI * frequency * time);
const share = (sound: (time: number) => number) => toneShare(stretch(sound), rate, toneFrequency);

/** Noise that is the same in every run. */
function noise(amplitude: number): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return amplitude * ((2 * state) / 2_147_483_647 - 1);
  };
}

describe('the share of a tone in a sound', () => {
  test('is all of it for the tone itself, however quiet, and nothing for silence', () => {
    expect(share(sine(toneFrequency, 0.3))).toBeCloseTo(1, 1);
    expect(share(sine(toneFrequency, 0.001))).toBeCloseTo(1, 1);
    expect(share(() => 0)).toBe(0);
    expect(toneShare(new Float32Array(), rate, toneFrequency)).toBe(0);
  });

  test('is next to nothing for noise and for other tones', () => {
    expect(share(noise(0.3))).toBeLessThan(0.02);
    expect(share(sine(400, 0.3))).toBeLessThan(0.01);
    expect(share(sine(1500, 0.3))).toBeLessThan(0.01);
  });

  test('is found in a noisy room', () => {
    const room = noise(0.1);
    const tone = sine(toneFrequency, 0.1);
    expect(share((time) => tone(time) + room())).toBeGreaterThan(0.5);
  });
});

describe('a tone', () => {
  test('was heard when it was there while it played, and not before', () => {
    expect(hearsTone([0, 0, 0.01], [0, 0.8, 0.9, 0.7])).toBe(true);
    expect(hearsTone([0, 0, 0.01], [0, 0.1, 0, 0])).toBe(false);
  });

  test('was not heard when it was there all the time: that is something else', () => {
    expect(hearsTone([0.8, 0.9], [0.8, 0.9])).toBe(false);
  });

  test('was not heard by a microphone that gives nothing', () => {
    expect(hearsTone([], [])).toBe(false);
  });
});
