import type { Session, WebContents } from 'electron';
import type { Log } from '../ports.ts';

/** A proxy where nobody listens: the discard port's neighbour on this machine. */
const nowhere = { mode: 'fixed_servers', proxyRules: 'socks5://127.0.0.1:1', proxyBypassRules: '<-loopback>' } as const;

/** What {@link MediaNetwork} needs. */
export interface MediaNetworkOptions {
  readonly session: Pick<Session, 'setProxy'>;
  readonly contents: Pick<WebContents, 'setWebRTCIPHandlingPolicy' | 'isDestroyed'>;
  readonly log: Log;
}

/** The page's only network of its own is WebRTC's, which no content policy and no request filter covers. */
export class MediaNetwork {
  readonly #options: MediaNetworkOptions;
  #isOpen: boolean | undefined;

  constructor(options: MediaNetworkOptions) {
    this.#options = options;
  }

  /**
   * Follows the laptop's state: peer connections made from now on reach the network, or nobody.
   * @param isOpen whether the state allows media
   */
  follow(isOpen: boolean): void {
    const { session, contents, log } = this.#options;
    if (isOpen === this.#isOpen || contents.isDestroyed()) return;
    this.#isOpen = isOpen;
    // SECURITY: outside a room WebRTC has no UDP, and its TCP ends at a proxy that is not there (S2).
    contents.setWebRTCIPHandlingPolicy(isOpen ? 'default' : 'disable_non_proxied_udp');
    session.setProxy(isOpen ? { mode: 'direct' } : nowhere).catch((error: unknown) => {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'media network not changed');
    });
  }
}
