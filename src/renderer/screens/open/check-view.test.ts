import type { CheckReport } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { captureOff } from '../../media/capture.ts';
import { networkVerdictOf, partsOf, standingOf } from './check-view.ts';

const network = { lossUp: 0, lossDown: 0, jitter: 4, roundTrip: 30, bitrateUp: 900_000, bitrateDown: 900_000 };
const report: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'heard', network };
const idle = { stage: 'idle', found: {}, refusal: null } as const;

describe('where a check stands', () => {
  test('is that it runs, what it came to, or that there was none', () => {
    expect(standingOf(idle, null)).toBe('none');
    expect(standingOf({ ...idle, stage: 'beginning' }, report)).toBe('running');
    expect(standingOf({ ...idle, stage: 'measuring' }, report)).toBe('running');
    expect(standingOf({ ...idle, stage: 'telling' }, report)).toBe('running');
    expect(standingOf({ ...idle, stage: 'answering' }, report)).toBe('good');
    expect(standingOf(idle, { ...report, camera: 'failed' })).toBe('sound-first');
    expect(standingOf(idle, { ...report, network: null })).toBe('not-good-enough');
  });
});

describe('the parts of a check', () => {
  test('are those of the one under way, as far as they are known', () => {
    const state = { ...idle, stage: 'measuring', found: { camera: 'working' } } as const;
    expect(partsOf(state, report, captureOff)).toEqual({ camera: 'working' });
    const failed = { ...captureOff, microphone: { state: 'failed', problem: 'missing' } } as const;
    expect(partsOf(state, report, failed).microphone).toBe('failed');
  });

  test('are otherwise those of the last one', () => {
    expect(partsOf(idle, report, captureOff)).toEqual({ ...report, network: 'good' });
    expect(partsOf(idle, null, captureOff)).toEqual({});
  });
});

test('the network is judged by itself', () => {
  expect(networkVerdictOf(null)).toBe('nothing');
  expect(networkVerdictOf(network)).toBe('good');
  expect(networkVerdictOf({ ...network, lossDown: 0.05 })).toBe('sound-first');
  expect(networkVerdictOf({ ...network, roundTrip: 5000 })).toBe('not-good-enough');
});
