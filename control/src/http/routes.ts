import { timingSafeEqual } from 'node:crypto';
import {
  consoleApi,
  type ConsoleAnswer,
  type ConsoleParsed,
  type ConsoleRoute,
  type Refusal,
  type Role,
} from '@sallyport/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type * as z from 'zod';
import { sendRefusal } from './faults.ts';
import { Refused, type BrowserSession, type Caller, type Handlers } from './handlers.ts';
import { isFromOwnPage, isOwnRead } from './request-origin.ts';
import { requestsPerMinute } from './route-limits.ts';
import { tokenOf, type SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

/** What every route of the contract needs. */
export interface RouteOptions {
  sessions: Sessions;
  cookie: SessionCookie;
  isSetupToken(token: string): Promise<boolean>;
  origin: string;
  logger: Logger;
}

/** An answer that does not match the contract: our own fault, never sent. */
export class AnswerMismatchError extends Error {
  override readonly name = 'AnswerMismatchError';
}

interface RouteShape {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  access: 'anyone' | 'setup' | readonly Role[];
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  response: z.ZodType;
}

/** Adds one route of the contract to the app. */
export function registerRoute<N extends ConsoleRoute>(
  app: FastifyInstance,
  name: N,
  handler: Handlers[N],
  options: RouteOptions,
): void {
  const route: RouteShape = consoleApi[name];
  app.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: false,
    config: { rateLimit: { max: requestsPerMinute(name), timeWindow: 60_000, groupId: name } },
    handler: async (request, reply) => {
      const outcome = await answer(name, route, handler, options, request, reply);
      if (outcome instanceof Refused) return sendRefusal(reply, outcome.refusal);
      return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(outcome));
    },
  });
}

// The order matters: where it comes from, who asks, then what is asked, then the work.
// eslint-disable-next-line max-params
async function answer<N extends ConsoleRoute>(
  name: N,
  route: RouteShape,
  handler: Handlers[N],
  options: RouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const changing = route.method !== 'GET';
  const ours = changing ? isFromOwnPage(request.headers, options.origin) : isOwnRead(request.headers, options.origin);
  if (!ours) return new Refused('not-allowed');
  const browser = await browserSession(options, request, reply);
  const refused = await refusalOfAccess(route, browser, options, request);
  if (refused !== undefined) return new Refused(refused);
  const input = parseInput(route, request);
  if (input === undefined) return new Refused('malformed');
  const result = await call(name, route, handler, input, browser);
  return result instanceof Refused ? result : checkedAnswer(name, route, result);
}

async function browserSession(
  { sessions, cookie }: RouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<BrowserSession> {
  const token = tokenOf(request, cookie);
  const session = token === undefined ? undefined : await sessions.find(token, 'touch');
  return {
    current: token === undefined || session === undefined ? undefined : { ...session, token },
    begin: (fresh) => cookie.set(reply, fresh),
    end: () => cookie.clear(reply),
  };
}

/** SECURITY: deny by default: a route is served only where its access rule says so, in so many words (S15). */
async function refusalOfAccess(
  route: RouteShape,
  browser: BrowserSession,
  options: RouteOptions,
  request: FastifyRequest,
): Promise<Refusal['reason'] | undefined> {
  if (route.access === 'anyone') return undefined;
  if (route.access === 'setup') {
    const token = setupTokenOf(request.body);
    return token !== undefined && (await options.isSetupToken(token)) ? undefined : 'not-allowed';
  }
  if (browser.current === undefined) return 'not-signed-in';
  if (!route.access.includes(browser.current.caller.person.role)) return 'not-allowed';
  if (route.method === 'GET') return undefined;
  return isSameText(request.headers['x-csrf-token'], browser.current.csrfToken) ? undefined : 'not-allowed';
}

function setupTokenOf(body: unknown): string | undefined {
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
  return typeof token === 'string' && token.length <= 100 ? token : undefined;
}

function isSameText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function parseInput(route: RouteShape, request: FastifyRequest): Record<string, unknown> | undefined {
  const given = { params: request.params, query: request.query, body: request.body ?? {} };
  const input: Record<string, unknown> = {};
  for (const part of ['params', 'query', 'body'] as const) {
    const parsed = route[part]?.safeParse(given[part]);
    if (parsed?.success === false) return undefined;
    if (parsed !== undefined) input[part] = parsed.data;
  }
  return input;
}

type AnyHandler<N extends ConsoleRoute> = (
  input: ConsoleParsed<N>,
  ...rest: [Caller, BrowserSession] | [BrowserSession]
) => Promise<ConsoleAnswer<N> | Refused>;

async function call<N extends ConsoleRoute>(
  name: N,
  route: RouteShape,
  handler: Handlers[N],
  input: Record<string, unknown>,
  browser: BrowserSession,
): Promise<unknown> {
  // The schemas of this very route have made `input`, and its access rule decides which arguments follow.
  const typed = handler as unknown as AnyHandler<N>;
  const parsed = input as ConsoleParsed<N>;
  if (typeof route.access === 'string') return typed(parsed, browser);
  if (browser.current === undefined) throw new Error(`route ${name} was reached without a session`);
  return typed(parsed, browser.current.caller, browser);
}

function checkedAnswer(name: ConsoleRoute, route: RouteShape, result: unknown): unknown {
  const parsed = route.response.safeParse(result);
  if (parsed.success) return parsed.data;
  // SECURITY: only where it does not match, never what is in it (S19).
  const places = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join(', ');
  throw new AnswerMismatchError(`the answer of ${name} does not match the contract at ${places}`);
}
