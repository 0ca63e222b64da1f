import { mediaProblemOf } from './media-problem.ts';
import type { MediaProblem } from './media-problem.ts';

export type CaptureSource = 'camera' | 'microphone';

/** One capture device: off → checking → working or failed. Only a working one holds a track. */
export type DeviceState =
  | { state: 'off' }
  | { state: 'checking' }
  | { state: 'working'; track: MediaStreamTrack }
  | { state: 'failed'; problem: MediaProblem };

export type CaptureState = Readonly<Record<CaptureSource, DeviceState>>;

/** What of `navigator.mediaDevices` is needed. */
export type CaptureDevices = Pick<MediaDevices, 'getUserMedia' | 'addEventListener' | 'removeEventListener'>;

/** What camera and microphone are wanted for. */
export type CaptureUse = 'nothing' | 'call' | 'check';

/** Runs an action every so many milliseconds until the returned function is called. */
export type Repeat = (action: () => void, milliseconds: number) => () => void;

interface Run {
  use: Exclude<CaptureUse, 'nothing'>;
  end: AbortController;
}

/** Neither runs. */
export const captureOff: CaptureState = { camera: { state: 'off' }, microphone: { state: 'off' } };
const sources = ['camera', 'microphone'] as const;

/** A device that failed is tried again this often, milliseconds, and whenever one is plugged in. */
const retryInterval = 5000;

const camera: MediaStreamConstraints = {
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, facingMode: 'user' },
};
const microphone = (processed: boolean): MediaStreamConstraints => {
  return { audio: { echoCancellation: processed, noiseSuppression: processed, autoGainControl: processed } };
};

/** A check hears the laptop's own speaker, which a call takes out of what it sends. */
const constraints: Readonly<Record<Exclude<CaptureUse, 'nothing'>, Record<CaptureSource, MediaStreamConstraints>>> = {
  call: { camera, microphone: microphone(true) },
  check: { camera, microphone: microphone(false) },
};

/** Camera and microphone of the laptop: on while wanted, off at once when not. For `useSyncExternalStore`. */
export class Capture {
  readonly #devices: CaptureDevices;
  readonly #repeat: Repeat;
  readonly #listeners = new Set<() => void>();
  #state = captureOff;
  /** What both run for, and what ends that; undefined while nothing is wanted. */
  #run: Run | undefined;

  constructor(devices: CaptureDevices, repeat: Repeat) {
    this.#devices = devices;
    this.#repeat = repeat;
  }

  readonly current = (): CaptureState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Turns both on for something, or off. Wanting what already is changes nothing. */
  want(use: CaptureUse): void {
    if (use === (this.#run?.use ?? 'nothing')) return;
    this.#stop();
    if (use !== 'nothing') this.#start({ use, end: new AbortController() });
  }

  #start(run: Run): void {
    this.#run = run;
    const { signal } = run.end;
    this.#set({ camera: { state: 'checking' }, microphone: { state: 'checking' } });
    const retry = () => {
      for (const source of sources) {
        if (this.#state[source].state === 'failed') void this.#acquire(source, run);
      }
    };
    this.#devices.addEventListener('devicechange', retry);
    const stopRepeating = this.#repeat(retry, retryInterval);
    signal.addEventListener('abort', () => {
      this.#devices.removeEventListener('devicechange', retry);
      stopRepeating();
    });
    for (const source of sources) void this.#acquire(source, run);
  }

  #stop(): void {
    this.#run?.end.abort();
    this.#run = undefined;
    const before = this.#state;
    this.#set(captureOff);
    for (const source of sources) {
      const device = before[source];
      // SECURITY: stopped, not only unused: the camera's light goes out (S40).
      if (device.state === 'working') device.track.stop();
    }
  }

  async #acquire(source: CaptureSource, { use, end }: Run): Promise<void> {
    try {
      const stream = await this.#devices.getUserMedia(constraints[use][source]);
      if (end.signal.aborted) stopTracks(stream);
      else this.#use(source, stream, end.signal);
    } catch (error) {
      const failed: DeviceState = { state: 'failed', problem: mediaProblemOf(error) };
      if (!end.signal.aborted) this.#set({ ...this.#state, [source]: failed });
    }
  }

  #use(source: CaptureSource, stream: MediaStream, end: AbortSignal): void {
    const track = stream.getTracks()[0];
    // Two tries may overlap: the first track stays.
    if (track === undefined || this.#state[source].state === 'working') {
      stopTracks(stream);
      return;
    }
    track.addEventListener('ended', () => this.#lose(source, track), { signal: end });
    this.#set({ ...this.#state, [source]: { state: 'working', track } });
  }

  /** The device was unplugged, switched off or taken away. */
  #lose(source: CaptureSource, track: MediaStreamTrack): void {
    const device = this.#state[source];
    if (device.state !== 'working' || device.track !== track) return;
    this.#set({ ...this.#state, [source]: { state: 'failed', problem: 'in-use' } });
  }

  #set(state: CaptureState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
