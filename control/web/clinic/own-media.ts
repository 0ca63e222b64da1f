import type { PlainKey } from '../ui/messages/catalogue.ts';

/** The parts of `navigator.mediaDevices` used here; injected so that tests can be the hardware. */
export type MediaSource = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;

/** A camera and a microphone, as far as they could be had, and words for what could not. */
export interface OwnMedia {
  camera: MediaStreamTrack | undefined;
  microphone: MediaStreamTrack | undefined;
  problem: PlainKey | undefined;
}

const video: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Asks for camera and microphone; when the camera is the trouble, for the microphone alone. Never throws. */
export async function captureOwn(devices: MediaSource | undefined): Promise<OwnMedia> {
  if (devices === undefined) return { camera: undefined, microphone: undefined, problem: 'media.unsupported' };
  const both = await attempt(() => devices.getUserMedia({ video, audio }));
  if (both.ok) return { ...tracksOf(both.stream), problem: undefined };
  const sound = both.denied ? both : await attempt(() => devices.getUserMedia({ audio }));
  if (sound.ok) return { ...tracksOf(sound.stream), problem: 'media.noCamera' };
  return { camera: undefined, microphone: undefined, problem: both.words };
}

/** What sharing brought: a track, or words; neither when the person changed their mind. */
export type SharedScreen = { track: MediaStreamTrack } | { problem: PlainKey } | undefined;

/** Asks which screen or window to share. Never throws. */
export async function captureScreen(devices: MediaSource | undefined): Promise<SharedScreen> {
  if (devices === undefined) return { problem: 'media.unsupported' };
  try {
    const stream = await devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    const [track] = stream.getVideoTracks();
    if (track === undefined) return { problem: 'media.shareFailed' };
    // Words and edges on an image matter more than movement.
    track.contentHint = 'detail';
    return { track };
  } catch (error) {
    return nameOf(error) === 'NotAllowedError' ? undefined : { problem: 'media.shareFailed' };
  }
}

type Attempt = { ok: true; stream: MediaStream } | { ok: false; denied: boolean; words: PlainKey };

async function attempt(ask: () => Promise<MediaStream>): Promise<Attempt> {
  try {
    return { ok: true, stream: await ask() };
  } catch (error) {
    const words = wordsForMediaError(error);
    return { ok: false, denied: words === 'media.denied', words };
  }
}

/** Words for why camera and microphone could not be had, by the error's name (Media Capture and Streams, 10.6). */
export function wordsForMediaError(error: unknown): PlainKey {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'media.denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'media.notFound';
    case 'NotReadableError':
    case 'AbortError':
      return 'media.inUse';
    default:
      return 'media.failed';
  }
}

function tracksOf(stream: MediaStream) {
  return { camera: stream.getVideoTracks()[0], microphone: stream.getAudioTracks()[0] };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
