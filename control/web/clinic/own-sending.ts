import type { MediaAllowance, MediaSource as Source } from '@sallyport/protocol';
import type { RoomClient } from '@sallyport/room-client';
import { captureOwn, captureScreen } from './own-media.ts';
import type { MediaSource, OwnMedia } from './own-media.ts';
import type { OwnState } from './room-state.ts';

/** What sends, of a room's client. */
export type SendingClient = Pick<RoomClient, 'publish' | 'unpublish' | 'setMuted'>;

export interface OwnSendingOptions {
  devices: MediaSource | undefined;
  /** What the room allows now; nothing outside a room. */
  allowance: () => MediaAllowance;
  client: () => SendingClient | undefined;
  /** Another number whenever a stay in a room begins or ends: what was under way for an earlier one comes to nothing. */
  stay: () => number;
  onOwn: (source: Source, own: OwnState) => void;
  onProblem: (problem: OwnMedia['problem']) => void;
}

/** The camera, microphone and screen of whoever is at this page: taken, sent, muted and stopped as the room allows. */
export class OwnSending {
  readonly #options: OwnSendingOptions;
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #muted = new Set<Source>();

  constructor(options: OwnSendingOptions) {
    this.#options = options;
  }

  /** The own track of a source, to show it. */
  track(source: Source): MediaStreamTrack | undefined {
    return this.#tracks.get(source);
  }

  /** Takes camera and microphone, as far as they are not taken yet, and sends them. */
  async start(): Promise<void> {
    if (!this.#options.allowance().sends) return;
    if (!this.#tracks.has('camera') || !this.#tracks.has('microphone')) {
      const stay = this.#options.stay();
      this.#stop(['camera', 'microphone']);
      const own = await captureOwn(this.#options.devices);
      if (stay !== this.#options.stay() || !this.#options.allowance().sends) {
        for (const track of [own.camera, own.microphone]) track?.stop();
        return;
      }
      this.#options.onProblem(own.problem);
      if (own.camera !== undefined) this.#tracks.set('camera', own.camera);
      if (own.microphone !== undefined) this.#tracks.set('microphone', own.microphone);
    }
    await Promise.all([this.#publish('camera'), this.#publish('microphone')]);
  }

  /** Sends what was sent before once more, to a room that was joined afresh. */
  async startAgain(): Promise<void> {
    await this.withhold();
    await Promise.all([this.start(), this.#publish('screen')]);
  }

  /** Mutes or unmutes the microphone, turns the camera off or on: here at once, then for the others. */
  async setPaused(source: 'camera' | 'microphone', paused: boolean): Promise<void> {
    if (paused) this.#muted.add(source);
    else this.#muted.delete(source);
    this.#options.onOwn(source, paused ? 'paused' : 'on');
    await this.#options.client()?.setMuted(source, paused);
  }

  /** Asks which screen or window to show, and shows it. */
  async share(): Promise<void> {
    // SECURITY: nothing is shown before both sides have confirmed the name, and nothing to a laptop that is dark (S42).
    if (!this.#options.allowance().shares) return;
    const stay = this.#options.stay();
    const shared = await captureScreen(this.#options.devices);
    if (shared === undefined) return;
    if ('problem' in shared) {
      this.#options.onProblem(shared.problem);
      return;
    }
    // Choosing takes as long as the person takes.
    if (stay !== this.#options.stay() || !this.#options.allowance().shares) {
      shared.track.stop();
      return;
    }
    this.#tracks.set('screen', shared.track);
    await this.#publish('screen');
  }

  /** Stops sending a source and gives it back. */
  async end(source: Source): Promise<void> {
    this.#stop([source]);
    this.#options.onOwn(source, 'off');
    await this.#options.client()?.unpublish(source);
  }

  /** Ends whatever the room does not allow any more. */
  async withhold(): Promise<void> {
    const { sends, shares } = this.#options.allowance();
    for (const source of [...this.#tracks.keys()]) {
      // SECURITY: what the room allows no more is not taken any more, not only not sent (S16, S42).
      if (!(source === 'screen' ? shares : sends)) await this.end(source);
    }
  }

  /** A track ended by itself: it is none any more. */
  lost(source: Source): void {
    this.#tracks.delete(source);
  }

  /** Stops everything at once and forgets what was muted. */
  stop(): void {
    // SECURITY: no camera, microphone or screen stays captured after a room (S16).
    this.#stop([...this.#tracks.keys()]);
    this.#muted.clear();
  }

  async #publish(source: Source): Promise<void> {
    const track = this.#tracks.get(source);
    const client = this.#options.client();
    if (track === undefined || client === undefined) return;
    const muted = this.#muted.has(source);
    // SECURITY: what was muted stays muted when the room is joined afresh (S16).
    if (muted) await client.setMuted(source, true);
    const published = await client.publish(source, track);
    if (client !== this.#options.client()) return;
    if (published.ok) this.#options.onOwn(source, muted ? 'paused' : 'on');
    else this.#options.onProblem('media.sendFailed');
  }

  #stop(sources: readonly Source[]): void {
    for (const source of sources) {
      this.#tracks.get(source)?.stop();
      this.#tracks.delete(source);
    }
  }
}
