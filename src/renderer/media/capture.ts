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

/** Runs an action every so many milliseconds until the returned function is called. */
export type Repeat = (action: () => void, milliseconds: number) => () => void;

/** Neither runs. */
export const captureOff: CaptureState = { camera: { state: 'off' }, microphone: { state: 'off' } };
const sources = ['camera', 'microphone'] as const;

/** A device that failed is tried again this often, milliseconds, and whenever one is plugged in. */
const retryInterval = 5000;

const constraints: Readonly<Record<CaptureSource, MediaStreamConstraints>> = {
  camera: { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, facingMode: 'user' } },
  microphone: { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
};

/** Camera and microphone of the laptop: on while wanted, off at once when not. For `useSyncExternalStore`. */
export class Capture {
  readonly #devices: CaptureDevices;
  readonly #repeat: Repeat;
  readonly #listeners = new Set<() => void>();
  #state = captureOff;
  /** Ends the present run; undefined while nothing is wanted. */
  #end: AbortController | undefined;

  constructor(devices: CaptureDevices, repeat: Repeat) {
    this.#devices = devices;
    this.#repeat = repeat;
  }

  readonly current = (): CaptureState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Turns both on or off. Wanting what already is changes nothing. */
  want(wanted: boolean): void {
    if (wanted) this.#start();
    else this.#stop();
  }

  #start(): void {
    if (this.#end !== undefined) return;
    const end = new AbortController();
    this.#end = end;
    this.#set({ camera: { state: 'checking' }, microphone: { state: 'checking' } });
    const retry = () => this.#acquireFailed(end.signal);
    this.#devices.addEventListener('devicechange', retry);
    const stopRepeating = this.#repeat(retry, retryInterval);
    end.signal.addEventListener('abort', () => {
      this.#devices.removeEventListener('devicechange', retry);
      stopRepeating();
    });
    for (const source of sources) void this.#acquire(source, end.signal);
  }

  #stop(): void {
    this.#end?.abort();
    this.#end = undefined;
    const before = this.#state;
    this.#set(captureOff);
    for (const source of sources) {
      const device = before[source];
      if (device.state === 'working') device.track.stop();
    }
  }

  async #acquire(source: CaptureSource, end: AbortSignal): Promise<void> {
    try {
      const stream = await this.#devices.getUserMedia(constraints[source]);
      if (end.aborted) stopTracks(stream);
      else this.#use(source, stream, end);
    } catch (error) {
      if (!end.aborted) this.#set({ ...this.#state, [source]: { state: 'failed', problem: mediaProblemOf(error) } });
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

  #acquireFailed(end: AbortSignal): void {
    for (const source of sources) if (this.#state[source].state === 'failed') void this.#acquire(source, end);
  }

  #set(state: CaptureState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
