import type { SignedInPerson } from '@sallyport/protocol';
import { createApi } from './api.ts';
import type { Api, ApiOptions, Trouble } from './api.ts';

/**
 * What is known of who is signed in.
 *
 *     loading ──▶ signedOut ⇄ signedIn ⇄ ended
 *        └──▶ failed (control cannot be asked)
 */
export type SessionState =
  | { state: 'loading' }
  | { state: 'failed'; trouble: Trouble }
  | { state: 'signedOut' }
  | { state: 'signedIn'; person: SignedInPerson }
  /** Control no longer knows the session of the person who was signed in: they sign in again and go on. */
  | { state: 'ended'; person: SignedInPerson };

/** What a page knows of its session. */
export interface SessionSnapshot {
  session: SessionState;
  /** The approver's origin. */
  approver: string;
  /** Control's clock minus this computer's, milliseconds. */
  clockOffset: number;
}

/** The session of a page: who is signed in, and the API as that person. */
export interface SessionStore {
  readonly api: Api;
  snapshot: () => SessionSnapshot;
  subscribe: (listener: () => void) => () => void;
  /** Asks control who is signed in. */
  load: () => Promise<void>;
  signedIn: (person: SignedInPerson, csrfToken: string) => void;
  signOut: () => Promise<void>;
}

/**
 * Makes the session of a page; nobody is known before `load`.
 * @param fetchNow the browser's fetch
 * @param now this computer's clock, milliseconds since the epoch
 * @param askForPasskey asks the browser for the person's passkey
 */
export function createSessionStore(
  fetchNow: typeof fetch,
  now: () => number,
  askForPasskey: ApiOptions['askForPasskey'],
): SessionStore {
  const listeners = new Set<() => void>();
  let snapshot: SessionSnapshot = { session: { state: 'loading' }, approver: '', clockOffset: 0 };
  // SECURITY: the token lives in memory only; nothing that reads storage can act as the person (S15).
  let token: string | null = null;

  const setState = (session: SessionState, facts: Partial<SessionSnapshot> = {}) => {
    snapshot = { ...snapshot, ...facts, session };
    for (const listener of listeners) listener();
  };
  const api = createApi({
    fetch: fetchNow,
    csrfToken: () => token,
    askForPasskey,
    onSignedOut() {
      token = null;
      setState(endOf(snapshot.session));
    },
  });
  const load = async () => {
    const answer = await api.call('session', {});
    if (!answer.ok) {
      setState({ state: 'failed', trouble: answer.trouble });
      return;
    }
    const { person, csrfToken, approver } = answer.value;
    token = csrfToken;
    const session: SessionState = person === null ? { state: 'signedOut' } : { state: 'signedIn', person };
    setState(session, { approver, clockOffset: answer.value.now - now() });
  };
  return {
    api,
    load,
    snapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    signedIn(person, csrfToken) {
      token = csrfToken;
      setState({ state: 'signedIn', person });
    },
    async signOut() {
      await api.call('signOut', {});
      // Whatever control answered: this page asks afresh who is signed in.
      await load();
    },
  };
}

/** A session that control no longer knows: whose it was is remembered, so that they can go on. */
function endOf(before: SessionState): SessionState {
  const person = before.state === 'signedIn' || before.state === 'ended' ? before.person : undefined;
  return person === undefined ? { state: 'signedOut' } : { state: 'ended', person };
}
