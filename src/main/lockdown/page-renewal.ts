import type { WebContents } from 'electron';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../ports.ts';
import type { AllowedDevices } from './permissions.ts';
import { isPageUrl, pageUrl } from './scheme.ts';

/** How long a page may take to make way for the new one before its process is ended, ms. */
const patience = 1000;

/** What {@link PageRenewal} needs. */
export interface PageRenewalOptions {
  readonly contents: Pick<WebContents, 'loadURL' | 'forcefullyCrashRenderer' | 'isDestroyed' | 'on'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A permission decides who may begin to use camera and microphone, and the network policy who may begin a peer connection;
 * Electron takes neither back from a page that has it. So the page itself is replaced whenever the state takes any of them
 * away: with its document end its tracks and its connections, whatever is running in it (docs/decisions/0016).
 */
export class PageRenewal {
  readonly #options: PageRenewalOptions;
  #allowed: AllowedDevices = { camera: false, microphone: false, media: false };
  #timer: Timer | undefined;

  constructor(options: PageRenewalOptions) {
    this.#options = options;
    options.contents.on('did-navigate', (_event, url) => {
      if (isPageUrl(url)) this.#renewed();
    });
  }

  /** Whether the page that is there is about to be replaced; it needs to know of nothing new any more. */
  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  /** Follows the laptop's state. @param allowed what it allows from now on */
  follow(allowed: AllowedDevices): void {
    const before = this.#allowed;
    this.#allowed = allowed;
    const hasLost = (device: keyof AllowedDevices): boolean => before[device] && !allowed[device];
    // SECURITY: what camera, microphone and connections a page still holds ends with the page (S39, S40).
    if (hasLost('camera') || hasLost('microphone') || hasLost('media')) this.#renew();
  }

  #renew(): void {
    const { contents, clock } = this.#options;
    if (contents.isDestroyed()) return;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(patience, () => this.#end());
    // A load that another one overtakes is said to have failed; whichever comes, it is a new page.
    contents.loadURL(pageUrl).catch(() => undefined);
  }

  /** SECURITY: a page that hangs, so as not to go, goes with its process (S40). */
  #end(): void {
    const { contents, log } = this.#options;
    if (contents.isDestroyed()) return;
    log.warn({}, 'page did not make way');
    contents.forcefullyCrashRenderer();
  }

  #renewed(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
