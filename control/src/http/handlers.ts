import type {
  ConsoleAnswer,
  ConsoleParsed,
  ConsoleRoute,
  consoleApi,
  Refusal,
  SignedInPerson,
} from '@sallyport/protocol';
import type { Session } from './sessions.ts';

/** The signed-in person behind a request, as the trust documents name them. */
export interface Caller {
  person: SignedInPerson;
  /** Identifies the session, in logs too: it gives nobody access. */
  session: string;
}

/** A refusal as a handler returns it; the HTTP layer turns the reason into a status. */
export class Refused {
  readonly refusal: Refusal;
  /** What the record says and the asker is not told. */
  readonly recorded: string;

  constructor(reason: Refusal['reason'], retryAfter?: number, recorded: string = reason, triesLeft?: number) {
    this.refusal = {
      reason,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(triesLeft === undefined ? {} : { triesLeft }),
    };
    this.recorded = recorded;
  }

  /** A refusal whose true reason is for the record alone. */
  static withheld(told: Refusal['reason'], recorded: string): Refused {
    return new Refused(told, undefined, recorded);
  }

  /** A refusal as the concern asked has worded it. */
  static as({ reason, retryAfter, triesLeft }: Refusal): Refused {
    return new Refused(reason, retryAfter, reason, triesLeft);
  }
}

/** The guest cookie of the browser that asks: a guest is nobody whom a session names. */
export interface GuestCookie {
  /** Its token, if the browser brought one. */
  readonly token: string | undefined;
  /** Gives the browser a guest's token, in place of any other. */
  begin(token: string): void;
  /** Takes the cookie away. */
  end(): void;
}

/** The session cookie of the browser that asks, for the routes that begin, show, renew or end a session. */
export interface BrowserSession {
  /** Where it is, as limits and the record count it. */
  readonly source: string;
  readonly current: Session | undefined;
  /** Gives the browser a session's token, in place of any other. */
  begin(token: string): void;
  /** Takes the cookie away. */
  end(): void;
  readonly guest: GuestCookie;
}

/** Routes that nobody needs to be signed in for. */
export type OpenRoute = {
  [N in ConsoleRoute]: (typeof consoleApi)[N]['access'] extends string ? N : never;
}[ConsoleRoute];

/**
 * One handler a route whose access is a list of roles.
 * Handlers never see a request that the contract's schemas or access rule refused.
 */
export type Handler<N extends ConsoleRoute> = (
  input: ConsoleParsed<N>,
  caller: Caller,
) => Promise<ConsoleAnswer<N> | Refused>;

/** The signed-in person's routes that change the browser's session. */
type SessionRoute = 'signOut' | 'stepUp';

type SessionHandler<N extends SessionRoute> = (
  input: ConsoleParsed<N>,
  caller: Caller,
  browser: BrowserSession,
) => Promise<ConsoleAnswer<N> | Refused>;

/** One handler a route whose access is `anyone` or `setup` (whose token the HTTP layer has checked). */
export type OpenHandler<N extends OpenRoute> = (
  input: ConsoleParsed<N>,
  browser: BrowserSession,
) => Promise<ConsoleAnswer<N> | Refused>;

export type Handlers = {
  [N in ConsoleRoute]: N extends OpenRoute ? OpenHandler<N> : N extends SessionRoute ? SessionHandler<N> : Handler<N>;
};
