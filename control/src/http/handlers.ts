import type {
  ConsoleAnswer,
  ConsoleParsed,
  ConsoleRoute,
  consoleApi,
  Refusal,
  SignedInPerson,
} from '@sallyport/protocol';

/** The signed-in person behind a request, as the session and the people table say. */
export interface Caller {
  person: SignedInPerson;
  /** Identifies the session in logs: a digest prefix, not the token. */
  session: string;
}

/** A refusal as a handler returns it; the HTTP layer turns the reason into a status. */
export class Refused {
  readonly refusal: Refusal;
  constructor(reason: Refusal['reason'], retryAfter?: number) {
    this.refusal = retryAfter === undefined ? { reason } : { reason, retryAfter };
  }
}

/** The session cookie of the browser that asks, for the routes that begin, show or end a session. */
export interface BrowserSession {
  readonly current: { caller: Caller; csrfToken: string; token: string } | undefined;
  /** Gives the browser a new session's token. */
  begin(token: string): void;
  /** Takes the cookie away. */
  end(): void;
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

/** The one handler of a signed-in person's route that changes the browser's session: it ends it. */
type SignOutHandler = (
  input: Readonly<Record<string, never>>,
  caller: Caller,
  browser: BrowserSession,
) => Promise<ConsoleAnswer<'signOut'> | Refused>;

/** One handler a route whose access is `anyone` or `setup` (whose token the HTTP layer has checked). */
export type OpenHandler<N extends OpenRoute> = (
  input: ConsoleParsed<N>,
  browser: BrowserSession,
) => Promise<ConsoleAnswer<N> | Refused>;

export type Handlers = {
  [N in ConsoleRoute]: N extends OpenRoute ? OpenHandler<N> : N extends 'signOut' ? SignOutHandler : Handler<N>;
};
