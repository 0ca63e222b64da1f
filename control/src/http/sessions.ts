import type { Caller } from './handlers.ts';

/** A session that is in force. */
export interface Session {
  caller: Caller;
  csrfToken: string;
}

/** What the HTTP layer asks of whoever keeps the sessions. */
export interface Sessions {
  /**
   * Finds the session of a cookie's token.
   * @param use `touch` begins its idle time anew; `look` does not
   * @returns undefined when there is none, or its time is over
   */
  find(token: string, use: 'touch' | 'look'): Promise<Session | undefined>;
}
