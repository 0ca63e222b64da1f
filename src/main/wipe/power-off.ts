import type { Clock, Timer } from '../platform/clock.ts';
import type { PowerSwitch } from './platform/platform-eraser.ts';

/** How long a dead laptop's screen can be read at each start before the power goes, at the least, ms. */
export const readableTime = 30_000;
/** How long a dead laptop waits, at each start, for control to take its proof before the power goes, ms. */
export const powerPatience = 120_000;
/** How long to wait before a system that refused to power off is asked again, ms. */
const askAgain = 60_000;

/** What {@link PowerOff} needs. */
export interface PowerOffOptions {
  readonly powerSwitch: PowerSwitch;
  readonly clock: Clock;
  readonly onPowerOff: () => void;
  readonly onRefused: (error: unknown) => void;
}

/** Powers a dead laptop off: once its proof is delivered and its screen could be read, or after the patience. */
export class PowerOff {
  readonly #options: PowerOffOptions;
  readonly #start: number;
  #timer: Timer | undefined;

  /** The patience counts from here. */
  constructor(options: PowerOffOptions) {
    this.#options = options;
    this.#start = options.clock.monotonic();
    this.#at(powerPatience);
  }

  /** Nothing is left to be delivered. */
  settled(): void {
    this.#at(readableTime);
  }

  /** @param since ms after the start */
  #at(since: number): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(this.#start + since - clock.monotonic(), () => void this.#powerOff());
  }

  async #powerOff(): Promise<void> {
    const { powerSwitch, clock, onPowerOff, onRefused } = this.#options;
    onPowerOff();
    await powerSwitch.powerOff().catch(onRefused);
    // It is still running: asked again, however it was answered.
    this.#timer = clock.setTimer(askAgain, () => void this.#powerOff());
  }
}
