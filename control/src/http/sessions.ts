import type { Caller } from './handlers.ts';

/** A session that is in force. */
export interface Session {
  caller: Caller;
  csrfToken: string;
  /** Whether the person showed themselves with a passkey just now: at sign-in or since. */
  recentGesture: boolean;
}

/** `touch` begins a session's idle time anew; `look` does not. */
export type SessionUse = 'touch' | 'look';

/** What the HTTP layer asks of whoever keeps the sessions. */
export interface Sessions {
  /**
   * Finds the session of a cookie's token.
   * @returns undefined when there is none, its time is over, or its person is no longer named
   */
  find(token: string, use: SessionUse): Promise<Session | undefined>;
  /**
   * Finds a session again for what stays open and outlives its token.
   * @param id as its callers carry it
   */
  follow(id: string, use: SessionUse): Promise<Session | undefined>;
}
