import { captureOwn } from '../clinic/own-media.ts';
import type { MediaSource, OwnMedia } from '../clinic/own-media.ts';

/** Camera and microphone of somebody who waits, for as long as they try them. */
export class DeviceTrial {
  readonly #devices: MediaSource | undefined;
  #own: OwnMedia | undefined;
  /** Goes up whenever a trial begins or ends, so that what was still being taken for an earlier one is let go. */
  #turn = 0;

  constructor(devices: MediaSource | undefined) {
    this.#devices = devices;
  }

  /** Takes camera and microphone, as far as they can be had. @returns undefined when the trial was ended meanwhile */
  async begin(): Promise<OwnMedia | undefined> {
    this.end();
    const turn = this.#turn;
    const own = await captureOwn(this.#devices);
    if (turn !== this.#turn) {
      stop(own);
      return undefined;
    }
    this.#own = own;
    return own;
  }

  /** Idempotent. SECURITY: what was only tried is off before anything else is shown (S40). */
  end(): void {
    this.#turn += 1;
    stop(this.#own);
    this.#own = undefined;
  }
}

function stop(own: OwnMedia | undefined): void {
  for (const track of [own?.camera, own?.microphone]) track?.stop();
}
