import { consoleApi, type ConsoleAnswer, type ConsoleParsed, type ConsoleRoute } from '@sallyport/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type * as z from 'zod';
import { sendRefusal } from './faults.ts';
import { Refused, type BrowserSession, type Caller, type Handlers } from './handlers.ts';
import { recordedAs, type NotedRefusal, type RefusalRecord } from './refusal-record.ts';
import { sourceOf } from './request-source.ts';
import { isOurs, refusalOfAccess, type AccessRule } from './route-access.ts';
import { maxBodyBytesOf, requestsPerMinute } from './route-limits.ts';
import { tokenOf, type SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

/** What every route of the contract needs. */
export interface RouteOptions {
  sessions: Sessions;
  cookie: SessionCookie;
  /** The cookie of guests, who have no session. */
  guestCookie: SessionCookie;
  isSetupToken(token: string): Promise<boolean>;
  refusals: Pick<RefusalRecord, 'note'>;
  origin: string;
  logger: Logger;
}

/** An answer that does not match the contract: our own fault, never sent. */
export class AnswerMismatchError extends Error {
  override readonly name = 'AnswerMismatchError';
}

interface RouteShape extends AccessRule {
  path: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  response: z.ZodType;
}

/** A route of the contract with what serves it. */
interface Served<N extends ConsoleRoute> {
  name: N;
  route: RouteShape;
  handler: Handlers[N];
  options: RouteOptions;
}

/** One request to it, and the session of the browser it came from. */
interface Asked {
  request: FastifyRequest;
  browser: BrowserSession;
}

/** Adds one route of the contract to the app. */
export function registerRoute<N extends ConsoleRoute>(
  app: FastifyInstance,
  name: N,
  handler: Handlers[N],
  options: RouteOptions,
): void {
  const served: Served<N> = { name, route: consoleApi[name], handler, options };
  app.route({
    method: served.route.method,
    url: served.route.path,
    exposeHeadRoute: false,
    bodyLimit: maxBodyBytesOf(name),
    config: { rateLimit: { max: requestsPerMinute(name), timeWindow: 60_000, groupId: name } },
    handler: async (request, reply) => {
      const outcome = await answer(served, request, reply);
      if (outcome instanceof Refused) return sendRefusal(reply, outcome.refusal);
      return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(outcome));
    },
  });
}

/** The order matters: where it comes from, who asks, then what is asked, then the work. */
async function answer<N extends ConsoleRoute>(
  served: Served<N>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { route, options } = served;
  if (!isOurs(route, request, options.origin)) return noted(served, request, new Refused('not-allowed'));
  const asked = { request, browser: await browserSession(served, request, reply) };
  const outcome = await answerOurs(served, asked);
  return outcome instanceof Refused ? noted(served, request, outcome, asked.browser.current?.caller) : outcome;
}

async function answerOurs<N extends ConsoleRoute>(served: Served<N>, asked: Asked): Promise<unknown> {
  const { name, route, options } = served;
  const { request, browser } = asked;
  const refused = await refusalOfAccess(route, request, browser.current, (token) => options.isSetupToken(token));
  if (refused !== undefined) return new Refused(refused);
  const input = parseInput(route, request);
  if (input === undefined) return new Refused('malformed');
  const result = await call(served, input, browser);
  return result instanceof Refused ? result : checkedAnswer(name, route, result);
}

async function browserSession<N extends ConsoleRoute>(
  { route, options: { sessions, cookie, guestCookie } }: Served<N>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<BrowserSession> {
  const token = tokenOf(request, cookie);
  const use = route.method === 'GET' && isUnattended(request) ? 'look' : 'touch';
  return {
    source: sourceOf(request),
    current: token === undefined ? undefined : await sessions.find(token, use),
    begin: (fresh) => cookie.set(reply, fresh),
    end: () => cookie.clear(reply),
    guest: {
      token: tokenOf(request, guestCookie),
      begin: (fresh) => guestCookie.set(reply, fresh),
      end: () => guestCookie.clear(reply),
    },
  };
}

/** SECURITY: what a page reads by itself is nobody's use of it: an unattended console still runs out of time (S28). */
function isUnattended({ headers }: FastifyRequest): boolean {
  return headers['x-unattended'] !== undefined;
}

/** Puts a refusal where it belongs: tries to be somebody on the record, tries to do too much in the log. */
async function noted<N extends ConsoleRoute>(
  { name, options: { refusals, logger } }: Served<N>,
  request: FastifyRequest,
  refused: Refused,
  caller?: Caller,
): Promise<Refused> {
  const { refusal, recorded: reason } = refused;
  if (refusal.reason === 'not-allowed') logger.info({ route: name, session: caller?.session, reason }, 'refused');
  const action = recordedAs[name];
  if (action === undefined) return refused;
  const who: Pick<NotedRefusal, 'person' | 'credential'> = {
    person: caller && { id: caller.person.id, name: caller.person.name },
    credential: credentialIn(request.body),
  };
  await refusals.note({ action, source: sourceOf(request), reason, ...who });
  return refused;
}

/** The id of the passkey in an unchecked WebAuthn answer. */
function credentialIn(body: unknown): string | undefined {
  const member = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
  const id = member(member(body, 'assertion') ?? member(body, 'registration'), 'id');
  return typeof id === 'string' ? id : undefined;
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
  { name, route, handler }: Served<N>,
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
