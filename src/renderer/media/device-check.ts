import type { CheckReport, InvokeResult, NetworkFigures, RequestRefusal, Screen } from '@sallyport/protocol';
import type { CaptureState, DeviceState } from './capture.ts';
import type { SoundCheck } from './sound-check.ts';

type Begun = InvokeResult<'check'>;
type RtpCapabilities = Extract<Begun, { ok: true }>['value']['rtpCapabilities'];

/** What may be sent in a check: what was found working. */
export interface CheckTracks {
  camera?: MediaStreamTrack;
  microphone?: MediaStreamTrack;
}

/** What a check measures with. */
export interface CheckInstruments {
  /** Asks for a check: camera, microphone and media may be on once it is granted. Never rejects. */
  begin: () => Promise<Begun>;
  /** Ends it with what it came to, or says afterwards what somebody has heard. Never rejects. */
  done: (report: CheckReport) => Promise<unknown>;
  capture: { current: () => CaptureState; subscribe: (listener: () => void) => () => void };
  sound: (microphone: MediaStreamTrack | undefined) => SoundCheck;
  /** Null: nothing came back. Never rejects. */
  network: (
    rtpCapabilities: RtpCapabilities,
    tracks: CheckTracks,
    signal: AbortSignal,
  ) => Promise<NetworkFigures | null>;
  /** Waits, milliseconds. */
  wait: (milliseconds: number) => Promise<void>;
}

/** How a check stands. */
export interface CheckState {
  /** `telling`: what was measured, after which the page is loaded anew; `answering`: what somebody said they heard. */
  stage: 'idle' | 'beginning' | 'measuring' | 'telling' | 'answering';
  /** What the check under way has found so far. */
  found: Partial<CheckReport>;
  /** Why the last one could not begin. */
  refusal: RequestRefusal | null;
}

/** How long camera and microphone may take to start, milliseconds. */
const startingTime = 8000;
/** How often the check that begins by itself is tried, and how much longer it waits each time, milliseconds. */
const ownTries = 4;
const betweenTries = 700;
/** What was not found by the end. */
const nothingFound: CheckReport = { camera: 'failed', microphone: 'failed', speaker: 'unsure', network: null };
const idle: CheckState = { stage: 'idle', found: {}, refusal: null };

/**
 * The check of a laptop: camera, microphone, speaker and network, by itself once after it was opened, and whenever it is
 * asked for. Its result is the main process's to keep: the page is loaded anew when a check ends. For `useSyncExternalStore`.
 *
 *     idle ──start()──▶ beginning ──granted──▶ measuring ──▶ telling ──▶ idle
 *       ▲──────────────────┴── refused           └── the state allows it no more ──▶ idle
 */
export class DeviceCheck {
  readonly #instruments: CheckInstruments;
  readonly #listeners = new Set<() => void>();
  #state = idle;
  #end = new AbortController();
  /** It began by itself in this opening, or was not needed. */
  #hasBegun = false;
  #isGranted = false;

  constructor(instruments: CheckInstruments) {
    this.#instruments = instruments;
  }

  readonly current = (): CheckState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows what the laptop shows: begins by itself once after it was opened, and gives up when it is no longer open. */
  follow(screen: Screen): void {
    if (screen.screen !== 'open') {
      this.#hasBegun &&= screen.screen === 'inRoom';
      this.#giveUp();
      return;
    }
    const { running, report } = screen.check;
    if (this.#isGranted && !running) this.#giveUp();
    this.#isGranted = running;
    // Whoever has been in the room has no use for a check by itself, and one that was made is kept.
    if (this.#hasBegun || running || screen.link !== 'connected') return;
    this.#hasBegun = true;
    if (report === null && screen.notice === null) void this.#startByItself();
  }

  /** Control may hear a moment later than the page that the laptop is open: what it refuses is tried again. */
  async #startByItself(): Promise<void> {
    for (let tries = 1; tries <= ownTries; tries += 1) {
      await this.start();
      if (this.#state.refusal === null) return;
      const { signal } = this.#end;
      await this.#instruments.wait(tries * betweenTries);
      if (isOver(signal)) return;
    }
  }

  /** Begins a check, unless one is under way. Resolves when it is over. */
  async start(): Promise<void> {
    if (this.#state.stage !== 'idle') return;
    const { signal } = (this.#end = new AbortController());
    this.#set({ ...idle, stage: 'beginning' });
    const begun = await this.#instruments.begin();
    if (isOver(signal)) return;
    if (!begun.ok) {
      this.#set({ ...idle, refusal: begun.refusal.reason });
      return;
    }
    this.#set({ ...idle, stage: 'measuring' });
    const report = await this.#measure(begun.value.rtpCapabilities, signal);
    if (!isOver(signal)) await this.#tell('telling', report);
  }

  /** Somebody has said whether the tone was heard, after a check that could not tell. */
  async answer(report: CheckReport, heard: boolean): Promise<void> {
    if (this.#state.stage === 'idle') {
      await this.#tell('answering', { ...report, speaker: heard ? 'heard' : 'not-heard' });
    }
  }

  async #tell(stage: 'telling' | 'answering', report: CheckReport): Promise<void> {
    // Camera and microphone are off from here on, before anybody answers.
    this.#set({ ...idle, stage, found: report });
    await this.#instruments.done(report);
    this.#isGranted = false;
    this.#set(idle);
  }

  async #measure(rtpCapabilities: RtpCapabilities, signal: AbortSignal): Promise<CheckReport> {
    const tracks = await this.#started(signal);
    const { camera, microphone } = tracks;
    this.#find({ camera: camera === undefined ? 'failed' : 'working' }, signal);
    if (microphone === undefined) this.#find({ microphone: 'failed' }, signal);
    const sound = this.#sound(microphone, signal);
    await Promise.all([this.#hearTone(sound, signal), this.#measureNetwork(rtpCapabilities, tracks, signal)]);
    if (microphone !== undefined) this.#find({ microphone: this.#hears(sound) ? 'heard' : 'silent' }, signal);
    sound?.end();
    return { ...nothingFound, ...this.#state.found };
  }

  async #measureNetwork(rtpCapabilities: RtpCapabilities, tracks: CheckTracks, signal: AbortSignal): Promise<void> {
    this.#find({ network: await this.#instruments.network(rtpCapabilities, tracks, signal) }, signal);
  }

  async #hearTone(sound: SoundCheck | undefined, signal: AbortSignal): Promise<void> {
    const heard = (await sound?.tone) === true;
    // That the laptop has not heard it may be the microphone's fault: then somebody is asked.
    this.#find({ speaker: heard ? 'heard' : 'unsure' }, signal);
  }

  /** A tone that the microphone has heard shows that it hears. */
  #hears(sound: SoundCheck | undefined): boolean {
    return this.#state.found.speaker === 'heard' || sound?.heard() === true;
  }

  /** Waits until both devices work or have failed, and not longer than {@link startingTime}. */
  async #started(signal: AbortSignal): Promise<CheckTracks> {
    const { capture, wait } = this.#instruments;
    let stop: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => {
      const look = (): void => {
        if (Object.values(capture.current()).every(isDecided)) resolve();
      };
      signal.addEventListener('abort', () => resolve());
      stop = capture.subscribe(look);
      look();
    });
    await Promise.race([settled, wait(startingTime)]);
    stop();
    const { camera, microphone } = capture.current();
    return {
      ...(camera.state === 'working' && { camera: camera.track }),
      ...(microphone.state === 'working' && { microphone: microphone.track }),
    };
  }

  /** A laptop that can play nothing at all is asked about like one that was not heard. */
  #sound(microphone: MediaStreamTrack | undefined, signal: AbortSignal): SoundCheck | undefined {
    try {
      const sound = this.#instruments.sound(microphone);
      signal.addEventListener('abort', () => sound.end());
      return sound;
    } catch {
      return undefined;
    }
  }

  #find(found: Partial<CheckReport>, signal: AbortSignal): void {
    if (!signal.aborted) this.#set({ ...this.#state, found: { ...this.#state.found, ...found } });
  }

  #giveUp(): void {
    this.#isGranted = false;
    this.#end.abort();
    if (this.#state.stage !== 'idle') this.#set(idle);
  }

  #set(state: CheckState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Asked after every wait. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function isDecided({ state }: DeviceState): boolean {
  return state === 'working' || state === 'failed';
}
