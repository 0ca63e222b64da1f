import { roomRequests } from '@sallyport/protocol';
import type { CheckReport, DeviceRequestResult, RoomRequestMethod, RoomRequestParams } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Answer } from '../ports.ts';
import type { Relay, RoomRequestMethodOfDevice } from './room.ts';

/** How long a check may last, ms. */
export const longestCheck = 30_000;

/** What a check that its page never ended has come to. */
export const unfinishedCheck: CheckReport = {
  camera: 'failed',
  microphone: 'failed',
  speaker: 'unsure',
  network: null,
};

/** What {@link Check} needs. */
export interface CheckOptions {
  /** Begins a check at control. */
  readonly begin: () => Promise<Answer<DeviceRequestResult<'check.begin'>>>;
  /** Ends it there, with what it came to. */
  readonly end: (report: CheckReport | null) => void;
  readonly relay: Relay;
  /** Whether the state allows a room request. */
  readonly isAllowed: (method: RoomRequestMethod) => boolean;
  /** Control has begun a check: {@link Check.start} follows at once where the state takes it. */
  readonly onStarted: () => void;
  /** It lasted too long. */
  readonly onOver: () => void;
  readonly clock: Clock;
}

const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/** The check of an open laptop: its own media to the media server and back, for half a minute at most. */
export class Check {
  readonly #options: CheckOptions;
  #isBeginning = false;
  #timer: Timer | undefined;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Whether a check is under way. */
  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins a check. @returns what the media server can do, or why there is no check */
  async begin(): Promise<Answer<DeviceRequestResult<'check.begin'>>> {
    if (this.#isBeginning || this.isUnderWay) return wrongState;
    this.#isBeginning = true;
    try {
      const begun = await this.#options.begin();
      if (!begun.ok) return begun;
      this.#options.onStarted();
      if (this.#isStarted()) return begun;
      // Locked meanwhile: nobody wants it any more.
      this.#options.end(null);
      return wrongState;
    } finally {
      this.#isBeginning = false;
    }
  }

  /** It is under way from now on. */
  start(): void {
    this.stop();
    // SECURITY: a page that does not end its check has camera and microphone for half a minute, not for good (S40).
    this.#timer = this.#options.clock.setTimer(longestCheck, () => this.#options.onOver());
  }

  /** It is over. Idempotent. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Lets control know that it is over, and what it came to. */
  tell(report: CheckReport | null): void {
    this.#options.end(report);
  }

  /** Relays one request of the page about its media, checked against the contract both ways. */
  async request(method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    if (!this.isUnderWay) return wrongState;
    // SECURITY: what serves the check and nothing else: no seat is taken by it (S12, S40).
    if (!this.#options.isAllowed(method)) return { ok: false, refusal: { reason: 'not-allowed' } };
    const parsed = roomRequests[method].params.safeParse(params);
    if (!parsed.success) return { ok: false, refusal: { reason: 'malformed' } };
    // What the state allows is the laptop's to ask; the compiler does not see that the params are this method's.
    const asked = method as RoomRequestMethodOfDevice;
    return this.#options.relay(asked, parsed.data as RoomRequestParams<typeof asked>);
  }

  /** Asked after a wait. */
  #isStarted(): boolean {
    return this.isUnderWay;
  }
}
