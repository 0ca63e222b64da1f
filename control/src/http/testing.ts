// The console server with handlers, sessions and a change feed in the test's hands.
import { consoleApi, type Change, type ConsoleRoute, type SignedInPerson } from '@sallyport/protocol';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttp, type Http } from './create-http.ts';
import { Refused, type Handlers } from './handlers.ts';
import type { NotedRefusal } from './refusal-record.ts';
import type { Session } from './sessions.ts';

export const origin = 'http://localhost:8443';
export const setupToken = Buffer.alloc(32, 7).toString('base64url');
export const ids = {
  nurse: '11111111-1111-4111-8111-111111111111',
  officer: '22222222-2222-4222-8222-222222222222',
  site: '33333333-3333-4333-8333-333333333333',
};
const site = { id: ids.site, name: 'HMP Example', kind: 'prison' } as const;
export const nurse: SignedInPerson = { id: ids.nurse, name: 'Nina Nurse', role: 'healthcare', site };
export const officer: SignedInPerson = { id: ids.officer, name: 'Olive Officer', role: 'fleetOfficer', site: null };
/** The token of a test session by its letter. */
export const token = (letter: string): string => letter.repeat(43);

/** What a test asks; `as` names the session by its letter. */
export interface Call {
  method?: 'GET' | 'POST' | 'DELETE';
  url: string;
  as?: 'n' | 'o' | 'x';
  csrf?: string;
  body?: object | string;
  headers?: Record<string, string>;
}

export interface TestServer {
  http: Http;
  /** Every route refuses `not-found` unless a test puts its own handler here. */
  handlers: Partial<Handlers>;
  /** `n` is the nurse, who has just shown herself; `o` the officer, who has not. */
  sessions: Map<string, Session>;
  uses: string[];
  noted: NotedRefusal[];
  logged: string[];
  tell(topic: Change['topic']): void;
  call(asked: Call): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** @param webRoot folder of built pages, if the test has any */
export async function createTestServer(webRoot = '/nowhere'): Promise<TestServer> {
  const handlers: Partial<Handlers> = {};
  const sessions = new Map<string, Session>([
    [token('n'), { caller: { person: nurse, session: 'n' }, csrfToken: 'csrf-n', recentGesture: true }],
    [token('o'), { caller: { person: officer, session: 'o' }, csrfToken: 'csrf-o', recentGesture: false }],
  ]);
  const uses: string[] = [];
  const logged: string[] = [];
  const noted: NotedRefusal[] = [];
  const subscribers = new Set<(topic: Change['topic']) => void>();
  const http = await createHttp({
    handlers: delegatingHandlers(handlers),
    sessions: {
      find: (cookie, use) => {
        uses.push(use);
        return Promise.resolve(sessions.get(cookie));
      },
      follow: (id) => Promise.resolve([...sessions.values()].find(({ caller }) => caller.session === id)),
    },
    refusals: {
      note: (refusal) => {
        noted.push(refusal);
        return Promise.resolve();
      },
    },
    isSetupToken: (given) => Promise.resolve(given === setupToken),
    changes: {
      publish: () => Promise.resolve(),
      subscribe: (heard) => {
        subscribers.add(heard);
        return () => subscribers.delete(heard);
      },
    },
    operations: {
      readiness: { database: () => Promise.resolve(true) },
      metrics: new Registry(),
      metricsToken: undefined,
    },
    origin,
    tls: undefined,
    webRoot,
    logger: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  });
  return {
    ...{ http, handlers, sessions, uses, noted, logged },
    tell: (topic) => {
      for (const subscriber of subscribers) subscriber(topic);
    },
    call: (asked) => callOn(http, asked),
    close: () => http.app.close(),
  };
}

type AnyHandler = (...input: unknown[]) => Promise<unknown>;

function delegatingHandlers(own: Partial<Handlers>): Handlers {
  const names = Object.keys(consoleApi) as ConsoleRoute[];
  const refusing: AnyHandler = () => Promise.resolve(new Refused('not-found'));
  const entries = names.map((name) => {
    const delegating: AnyHandler = (...input) => ((own[name] as AnyHandler | undefined) ?? refusing)(...input);
    return [name, delegating];
  });
  return Object.fromEntries(entries) as Handlers;
}

function callOn(
  { app }: Http,
  { method = 'GET', url, as, csrf, body, headers = {} }: Call,
): Promise<LightMyRequestResponse> {
  return app.inject({
    method,
    url,
    ...(body === undefined ? {} : { payload: body }),
    headers: {
      ...(method === 'GET' ? {} : { origin }),
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...(as === undefined ? {} : { cookie: `sallyport-local=${token(as)}` }),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      ...headers,
    },
  });
}
