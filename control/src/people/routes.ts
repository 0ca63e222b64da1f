import type { SignedInPerson } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { Refused, type Handlers } from '../http/handlers.ts';
import type { Audit, Clock } from '../ports.ts';
import { foundingState } from './founding.ts';
import type { SessionStore } from './sessions.ts';
import { signInOptions, verifySignIn } from './sign-in.ts';

/** What the routes of signing in need. */
export interface PeopleRoutesDeps {
  db: Kysely<Database>;
  clock: Clock;
  audit: Audit;
  sessions: SessionStore;
  rpId: string;
  /** The consoles' origin. */
  origin: string;
  approverOrigin: string;
}

type PeopleRoute = 'session' | 'signInOptions' | 'signIn' | 'signOut';

/** The routes of signing in and out. */
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
      const person = (await isFounded(deps.db)) ? await verifySignIn(deps, body.assertion) : undefined;
      if (person === undefined) return new Refused('not-signed-in');
      // SECURITY: a new token at every sign-in, and the old session is over: nobody's earlier token lives on (S15).
      if (browser.current !== undefined) await sessions.end(browser.current.token);
      const { token, csrfToken } = await sessions.begin(person.id);
      await record(deps, person, 'person.signed-in');
      browser.begin(token);
      return { person, csrfToken };
    },
    signOut: async (_input, caller, browser) => {
      if (browser.current !== undefined) await sessions.end(browser.current.token);
      await record(deps, caller.person, 'person.signed-out');
      browser.end();
      return {};
    },
  };
}

/** SECURITY: nobody is anybody before the fleet's people were approved (S15). */
async function isFounded(db: Kysely<Database>): Promise<boolean> {
  return (await foundingState(db)) === 'founded';
}

async function record({ db, audit }: PeopleRoutesDeps, person: SignedInPerson, action: string): Promise<void> {
  const actor = { kind: 'person', id: person.id, name: person.name } as const;
  await db.transaction().execute((trx) => audit.append(trx, { actor, action, subject: person.id, detail: {} }));
}
