import { describe, expect, test } from 'vitest';
import { PlayedTrack } from '../clinic/room-testing.ts';
import { DeviceTrial } from './device-trial.ts';

function scene() {
  const tracks: PlayedTrack[] = [];
  const stream = () => {
    const taken = ['video', 'audio'].map((kind) => new PlayedTrack(kind));
    tracks.push(...taken);
    const of = (kind: string) => taken.filter((track) => track.kind === kind);
    return {
      getVideoTracks: () => of('video'),
      getAudioTracks: () => of('audio'),
    } as unknown as MediaStream;
  };
  const getUserMedia = () => Promise.resolve(stream());
  const trial = new DeviceTrial({ getUserMedia, getDisplayMedia: getUserMedia });
  return { trial, tracks };
}

describe('S40 camera and microphone of a guest who waits', () => {
  test('are on while they are tried, and off again after it', async () => {
    const { trial, tracks } = scene();
    expect(await trial.begin()).toMatchObject({ problem: undefined });
    expect(tracks.map(({ stopped }) => stopped)).toEqual([false, false]);
    trial.end();
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true]);
  });

  test('are let go when the page shows something else before they could be had', async () => {
    const { trial, tracks } = scene();
    const begun = trial.begin();
    trial.end();
    expect(await begun).toBeUndefined();
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true]);
  });

  test('are taken once at a time', async () => {
    const { trial, tracks } = scene();
    await trial.begin();
    await trial.begin();
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true, false, false]);
  });

  test('are said to be missing where a page has none', async () => {
    expect(await new DeviceTrial(undefined).begin()).toMatchObject({ problem: 'media.unsupported' });
  });
});
