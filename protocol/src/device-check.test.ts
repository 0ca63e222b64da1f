import { describe, expect, test } from 'vitest';
import { checkReport, verdictOf, type CheckReport, type NetworkFigures } from './device-check.ts';

/** The worst figures that are still good, and the worst that still carry sound. */
const good: NetworkFigures = {
  lossUp: 0.03,
  lossDown: 0.03,
  jitter: 50,
  roundTrip: 300,
  bitrateUp: 300_000,
  bitrateDown: 300_000,
};
const sound: NetworkFigures = {
  lossUp: 0.1,
  lossDown: 0.1,
  jitter: 120,
  roundTrip: 800,
  bitrateUp: 24_000,
  bitrateDown: 24_000,
};
const well: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'heard', network: good };

/** By which smallest step each figure gets worse. */
const worse: Record<keyof NetworkFigures, number> = {
  lossUp: 0.001,
  lossDown: 0.001,
  jitter: 1,
  roundTrip: 1,
  bitrateUp: -1,
  bitrateDown: -1,
};
const figures = Object.keys(worse) as (keyof NetworkFigures)[];
const worsened = (figuresBefore: NetworkFigures, figure: keyof NetworkFigures): NetworkFigures => ({
  ...figuresBefore,
  [figure]: figuresBefore[figure] + worse[figure],
});

describe('the verdict of a check', () => {
  test('is good up to every bound, and when nothing was heard or said of sound yet', () => {
    expect(verdictOf(well)).toBe('good');
    expect(verdictOf({ ...well, microphone: 'silent', speaker: 'unsure' })).toBe('good');
  });

  test.each(figures)('a little beyond what is good in %s alone is sound first', (figure) => {
    expect(verdictOf({ ...well, network: worsened(good, figure) })).toBe('sound-first');
  });

  test('is sound first up to every bound of sound, and without a camera', () => {
    expect(verdictOf({ ...well, network: sound })).toBe('sound-first');
    expect(verdictOf({ ...well, camera: 'failed' })).toBe('sound-first');
    expect(verdictOf({ ...well, camera: 'failed', network: sound })).toBe('sound-first');
  });

  test.each(figures)('a little beyond what carries sound in %s alone is not good enough', (figure) => {
    expect(verdictOf({ ...well, network: worsened(sound, figure) })).toBe('not-good-enough');
  });

  test.each([
    ['no media that came back', { network: null }],
    ['a microphone that does not work', { microphone: 'failed' }],
    ['a speaker that was not heard', { speaker: 'not-heard' }],
  ] satisfies [string, Partial<CheckReport>][])('%s is not good enough, whatever the rest', (_what, found) => {
    expect(verdictOf({ ...well, ...found })).toBe('not-good-enough');
  });
});

describe('a report', () => {
  test('is bounded: no share above one, no time and no bitrate that is none', () => {
    expect(checkReport.safeParse(well).success).toBe(true);
    for (const network of [
      { ...good, lossUp: 1.01 },
      { ...good, lossDown: -0.01 },
      { ...good, jitter: 60_001 },
      { ...good, roundTrip: Number.NaN },
      { ...good, bitrateUp: Number.POSITIVE_INFINITY },
      { ...good, bitrateDown: -1 },
      { ...good, more: 1 },
    ]) {
      expect(checkReport.safeParse({ ...well, network }).success).toBe(false);
    }
    expect(checkReport.safeParse({ ...well, network: undefined }).success).toBe(false);
  });
});
