import type { SignedInPerson } from '@sallyport/protocol';
import { Refused, type Handlers } from '../http/handlers.ts';
import { shortPasskey } from '../http/refusal-record.ts';
import type { Audit } from '../ports.ts';
import type { AssertionDeps } from './passkey-assertion.ts';
import type { SessionStore } from './sessions.ts';
import { signInOptions, verifySignIn } from './sign-in.ts';
import { refusalOfStepUp, stepUpOptions } from './step-up.ts';

/** What the routes of signing in need. */
export interface PeopleRoutesDeps extends AssertionDeps {
  audit: Audit;
  sessions: SessionStore;
  approverOrigin: string;
}

type PeopleRoute = 'session' | 'signInOptions' | 'signIn' | 'signOut' | 'stepUpOptions' | 'stepUp';

/** The routes of signing in and out, and of showing oneself again. */
export function peopleRoutes(deps: PeopleRoutesDeps): Pick<Handlers, PeopleRoute> {
  const { clock, sessions } = deps;
  return {
    session: (_input, { current }) =>
      Promise.resolve({
        person: current?.caller.person ?? null,
        csrfToken: current?.csrfToken ?? null,
        approver: deps.approverOrigin,
        now: clock.now(),
      }),
    signInOptions: async () => ({ ...(await signInOptions(deps)) }),
    signIn: async ({ body }, browser) => {
      const shown = await verifySignIn(deps, body.assertion);
      // SECURITY: why not is for the record; only who has proved who they are learns that their list is over (S28).
      if (typeof shown === 'string') return shown === 'outdated' ? new Refused(shown) : notSignedIn(shown);
      // SECURITY: a new token at every sign-in, and the old session is over: nobody's earlier token lives on (S15).
      if (browser.current !== undefined) await sessions.end(browser.current.caller.session);
      const { token, csrfToken } = await sessions.begin(shown);
      const detail = { source: browser.source, passkey: shortPasskey(shown.credential) };
      await record(deps, shown.standing.person, 'person.signed-in', detail);
      browser.begin(token);
      return { person: shown.standing.person, csrfToken };
    },
    signOut: async (_input, caller, browser) => {
      await sessions.end(caller.session);
      await record(deps, caller.person, 'person.signed-out');
      browser.end();
      return {};
    },
    stepUpOptions: async (_input, caller) => {
      const options = await stepUpOptions(deps, caller);
      return options === undefined ? new Refused('not-signed-in') : { ...options };
    },
    stepUp: async ({ body }, caller, browser) => {
      const refusal = await refusalOfStepUp(deps, caller, body.assertion);
      if (refusal !== undefined) return new Refused(refusal);
      const token = await sessions.renew(caller.session);
      if (token === undefined) return new Refused('not-signed-in');
      await record(deps, caller.person, 'person.stepped-up', { source: browser.source });
      browser.begin(token);
      return {};
    },
  };
}

function notSignedIn(why: string): Refused {
  return Refused.withheld('not-signed-in', why);
}

async function record(
  { db, audit }: PeopleRoutesDeps,
  person: SignedInPerson,
  action: string,
  detail: Record<string, string> = {},
): Promise<void> {
  const actor = { kind: 'person', id: person.id, name: person.name } as const;
  await db.transaction().execute((trx) => audit.append(trx, { actor, action, subject: person.id, detail }));
}
