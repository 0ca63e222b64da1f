import { consoleApi, parseJson, refusal } from '@sallyport/protocol';
import type { ConsoleAnswer, ConsoleInput, ConsoleRoute, Refusal } from '@sallyport/protocol';
import type * as z from 'zod';

/** The longest answer there is: 5,000 laptops fit many times over. UTF-16 units. */
const maxAnswerCharacters = 8 * 1024 * 1024;

/** Why a call brought no answer: control's refusal, or no control at all, or an answer that the contract does not know. */
export type Trouble = Refusal | { reason: 'unreachable' | 'unreadable' };

/** An answer, or why there is none. */
export type Result<T> = { ok: true; value: T } | { ok: false; trouble: Trouble };

/** The console API as the consoles call it. */
export interface Api {
  /**
   * Calls one route of `consoleApi`.
   * @param name the route
   * @param input its path params, query and body, as the route declares them
   * @returns the answer, parsed by the route's own schema, or the trouble; never throws
   */
  call<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<Result<ConsoleAnswer<N>>>;
}

export interface ApiOptions {
  fetch: typeof fetch;
  /** The session's token against forged requests; null while nobody is signed in. */
  csrfToken: () => string | null;
  /** Control no longer knows the session. */
  onSignedOut: () => void;
}

/** Derives the client of the console API from the contract. */
export function createApi(options: ApiOptions): Api {
  return {
    async call<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<Result<ConsoleAnswer<N>>> {
      const { address, init } = requestFor(name, input, options.csrfToken());
      const answer = await answerOf(options.fetch, address, init);
      if (answer === undefined) return { ok: false, trouble: { reason: 'unreachable' } };
      const result = readAnswer(answer, consoleApi[name].response);
      if (!result.ok && result.trouble.reason === 'not-signed-in') options.onSignedOut();
      return result as Result<ConsoleAnswer<N>>;
    },
  };
}

/** What can stand in an address. */
type Simple = string | number | boolean;

interface Parts {
  params?: Record<string, Simple>;
  query?: Record<string, Simple | undefined>;
  body?: unknown;
}

/** Builds the HTTP request of a route: what is sent where. */
export function requestFor<N extends ConsoleRoute>(
  name: N,
  input: ConsoleInput<N>,
  csrfToken: string | null,
): { address: string; init: RequestInit } {
  const { method, path } = consoleApi[name];
  const { params = {}, query = {}, body } = input as Parts;
  const filled = path.replaceAll(/:([a-z]+)/gi, (_, part: string) => encodeURIComponent(String(params[part])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const headers = new Headers({ accept: 'application/json' });
  // SECURITY: a page of another origin can neither read this token nor set this header (S15).
  if (method !== 'GET' && csrfToken !== null) headers.set('x-csrf-token', csrfToken);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const address = search.size > 0 ? `${filled}?${search.toString()}` : filled;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' };
  return { address, init: body === undefined ? init : { ...init, body: JSON.stringify(body) } };
}

async function answerOf(fetchNow: typeof fetch, address: string, init: RequestInit) {
  try {
    const response = await fetchNow(address, init);
    return { ok: response.ok, text: await response.text() };
  } catch {
    return undefined;
  }
}

function readAnswer(answer: { ok: boolean; text: string }, schema: z.ZodType): Result<unknown> {
  const parsed = parseJson(answer.text, maxAnswerCharacters);
  if (answer.ok) {
    const value = schema.safeParse(parsed?.value);
    return value.success ? { ok: true, value: value.data } : { ok: false, trouble: { reason: 'unreadable' } };
  }
  const refused = refusal.safeParse(parsed?.value);
  return { ok: false, trouble: refused.success ? refused.data : { reason: 'unreadable' } };
}
