import type { ConsoleAnswer, ConsoleParsed, ConsoleRoute, Refusal, SignedInPerson } from '@sallyport/protocol';

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

/**
 * One handler a route whose access is a list of roles.
 * Handlers never see a request that the contract's schemas or access rule refused.
 */
export type Handler<N extends ConsoleRoute> = (
  input: ConsoleParsed<N>,
  caller: Caller,
) => Promise<ConsoleAnswer<N> | Refused>;

export type Handlers = { [N in ConsoleRoute]: Handler<N> };
