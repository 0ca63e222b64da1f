import { describe, expect, test } from 'vitest';
import { captureOwn, captureScreen, wordsForMediaError } from './own-media.ts';

const named = (name: string) => Object.assign(new Error('detail'), { name });
const track = (kind: string) => ({ kind, contentHint: '' }) as unknown as MediaStreamTrack;
const streamOf = (...tracks: MediaStreamTrack[]) =>
  ({
    getVideoTracks: () => tracks.filter(({ kind }) => kind === 'video'),
    getAudioTracks: () => tracks.filter(({ kind }) => kind === 'audio'),
  }) as unknown as MediaStream;

/** Hardware that gives picture and sound, or fails with an error's name. */
const hardware = (parts: { both?: string; audio?: string; screen?: string }) => ({
  getUserMedia: (wanted?: MediaStreamConstraints) => {
    const failure = wanted?.video === undefined ? parts.audio : parts.both;
    if (failure !== undefined) return Promise.reject(named(failure));
    const sound = track('audio');
    return Promise.resolve(wanted?.video === undefined ? streamOf(sound) : streamOf(track('video'), sound));
  },
  getDisplayMedia: () =>
    parts.screen === undefined ? Promise.resolve(streamOf(track('video'))) : Promise.reject(named(parts.screen)),
});

const found = async (parts: Parameters<typeof hardware>[0]) => {
  const { camera, microphone, problem } = await captureOwn(hardware(parts));
  return [camera?.kind, microphone?.kind, problem];
};

describe('camera and microphone', () => {
  test('are taken together', async () => {
    expect(await found({})).toEqual(['video', 'audio', undefined]);
  });

  test('become the microphone alone when the camera is the trouble', async () => {
    expect(await found({ both: 'NotReadableError' })).toEqual([undefined, 'audio', 'media.noCamera']);
  });

  test('are not asked for twice when the person said no', async () => {
    expect(await found({ both: 'NotAllowedError' })).toEqual([undefined, undefined, 'media.denied']);
  });

  test('say what is wrong when neither can be had', async () => {
    expect(await found({ both: 'NotFoundError', audio: 'NotFoundError' })).toEqual([
      undefined,
      undefined,
      'media.notFound',
    ]);
    expect((await captureOwn(undefined)).problem).toBe('media.unsupported');
    expect(wordsForMediaError('odd')).toBe('media.failed');
  });
});

describe('sharing', () => {
  test('keeps words and edges sharp', async () => {
    const shared = await captureScreen(hardware({}));
    expect(shared).toEqual({ track: expect.objectContaining({ contentHint: 'detail' }) as unknown });
  });

  test('that the person called off is no problem', async () => {
    expect(await captureScreen(hardware({ screen: 'NotAllowedError' }))).toBeUndefined();
    expect(await captureScreen(hardware({ screen: 'NotReadableError' }))).toEqual({ problem: 'media.shareFailed' });
  });
});
