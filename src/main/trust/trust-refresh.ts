import type {
  DeviceRequestMethod,
  DeviceRequestParams,
  DeviceRequestResult,
  StatementRefusal,
} from '@sallyport/protocol';
import type { Answer } from '../ports.ts';
import { serially } from '../platform/serially.ts';
import type { Trust } from './trust.ts';

/** What {@link TrustRefresh} needs. */
export interface TrustRefreshOptions {
  readonly trust: Trust;
  /** Asks control. */
  readonly request: <M extends Extract<DeviceRequestMethod, `trust.${string}`>>(
    method: M,
    params: DeviceRequestParams<M>,
  ) => Promise<Answer<DeviceRequestResult<M>>>;
  /** Called with what control offered and people did not approve. */
  readonly onRefused: (reason: StatementRefusal) => void;
}

type Listed = DeviceRequestResult<'trust.fetch'>['rosters'];

/** Fetches newer trust from control, one thing at a time: control may withhold it, and every step is verified. */
export class TrustRefresh {
  readonly #options: TrustRefreshOptions;
  readonly #inTurn = serially();
  /** Asked for and not begun. */
  #waiting: Promise<void> | undefined;

  constructor(options: TrustRefreshOptions) {
    this.#options = options;
  }

  /**
   * Walks the chain of manifests to its end, then takes the rosters that are newer. One that is under way may have seen too
   * little for whoever asks now: another follows it, one for all who wait.
   * @throws the record's fault when what was verified could not be made durable
   */
  refresh(): Promise<void> {
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = undefined;
      return this.#refresh();
    });
    return this.#waiting;
  }

  /**
   * Takes a site's roster when there is none: how the hospital's comes of the first appointment with it.
   * @throws the record's fault when it could not be made durable
   */
  obtainRoster(site: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#options.trust.rosterOf(site) === undefined) await this.#takeRoster(site, new Set([site]));
    });
  }

  async #refresh(): Promise<void> {
    const listed = await this.#walk();
    if (listed === undefined) return;
    const wanted = new Set(listed.map(({ site }) => site));
    for (const { site, version } of listed) {
      if (this.#options.trust.isNewer(site, version)) await this.#takeRoster(site, wanted);
    }
  }

  /** @returns the rosters that control lists; undefined when it does not answer */
  async #walk(): Promise<Listed | undefined> {
    const { trust, request } = this.#options;
    for (;;) {
      const answer = await request('trust.fetch', { afterManifest: trust.manifest.version });
      if (!answer.ok) return undefined;
      const { manifests, more, rosters } = answer.value;
      const refused = await this.#takeManifests(manifests);
      // Every answer but the last brings versions further: a control that only says "more" is not asked for ever.
      if (refused || !more || manifests.length === 0) return rosters;
    }
  }

  /** @returns whether one was refused; rosters are verified on their own */
  async #takeManifests(manifests: DeviceRequestResult<'trust.fetch'>['manifests']): Promise<boolean> {
    for (const approved of manifests) {
      const reason = await this.#options.trust.takeManifest(approved);
      // SECURITY: after a gap, a step back or a forgery no further manifest is looked at (S6).
      if (reason !== undefined) {
        this.#options.onRefused(reason);
        return true;
      }
    }
    return false;
  }

  async #takeRoster(site: string, wanted: ReadonlySet<string>): Promise<void> {
    const { trust, request, onRefused } = this.#options;
    const answer = await request('trust.roster', { site });
    if (!answer.ok) return;
    const refused = await trust.takeRoster(site, answer.value.roster, wanted);
    if (refused !== undefined) onRefused(refused);
  }
}
