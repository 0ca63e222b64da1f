import { consoleApi, parseJson, refusal } from '@sallyport/protocol';
import type { ConsoleAnswer, ConsoleInput, ConsoleRoute, Refusal } from '@sallyport/protocol';
import type * as z from 'zod';
import type { PasskeyAnswer } from './passkeys.ts';

/** The longest answer there is: 5,000 laptops fit many times over. UTF-16 units. */
const maxAnswerCharacters = 8 * 1024 * 1024;

/**
 * Why a call brought no answer: control's refusal, no control at all, an answer that the contract does not know, or a
 * person who did not show with their passkey that it is them.
 */
export type Trouble = Refusal | { reason: 'unreachable' | 'unreadable' | 'not-confirmed' };

/** An answer, or why there is none. */
export type Result<T> = { ok: true; value: T } | { ok: false; trouble: Trouble };

/** The console API as the consoles call it. */
export interface Api {
  /**
   * Calls one route of `consoleApi`. Where control wants to see the person again, they are asked for their passkey once.
   * @param name the route
   * @param input its path params, query and body, as the route declares them
   * @returns the answer, parsed by the route's own schema, or the trouble; never throws
   */
  call<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<Result<ConsoleAnswer<N>>>;
  /** Runs an act nobody at the page asked for: what it begins to read does not count as somebody's use of the page. */
  unattended(act: () => void): void;
}

export interface ApiOptions {
  fetch: typeof fetch;
  /** The session's token against forged requests; null while nobody is signed in. */
  csrfToken: () => string | null;
  /** Control no longer knows the session. */
  onSignedOut: () => void;
  /** Asks the person for their passkey, with control's options. */
  askForPasskey: (options: Record<string, unknown>) => Promise<PasskeyAnswer>;
}

/** Derives the client of the console API from the contract. */
export function createApi(options: ApiOptions): Api {
  let unattended = 0;
  let stepUp: Promise<Trouble | undefined> | undefined;
  const client = new Client(options);
  const showThemselves = () => {
    // Calls that need it at the same time share one gesture.
    stepUp ??= showAgain(client, options).finally(() => {
      stepUp = undefined;
    });
    return stepUp;
  };
  return {
    async call<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<Result<ConsoleAnswer<N>>> {
      const answer = await client.ask(name, input, unattended > 0);
      if (answer.ok || answer.trouble.reason !== 'step-up-needed') return answer;
      const trouble = await showThemselves();
      return trouble === undefined ? client.ask(name, input) : { ok: false, trouble };
    },
    unattended(act) {
      unattended += 1;
      try {
        act();
      } finally {
        unattended -= 1;
      }
    },
  };
}

/** One gesture of the person who is signed in. @returns what came between, or undefined */
async function showAgain(client: Client, { askForPasskey }: ApiOptions): Promise<Trouble | undefined> {
  const options = await client.ask('stepUpOptions', { body: {} });
  if (!options.ok) return options.trouble;
  const passkey = await askForPasskey(options.value);
  if (!passkey.ok) return { reason: 'not-confirmed' };
  const answer = await client.ask('stepUp', { body: { assertion: passkey.answer } });
  return answer.ok ? undefined : answer.trouble;
}

class Client {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  async ask<N extends ConsoleRoute>(
    name: N,
    input: ConsoleInput<N>,
    unattended = false,
  ): Promise<Result<ConsoleAnswer<N>>> {
    let result = await this.#once(name, input, unattended);
    // A gesture gives the browser another cookie: a request on its way at that moment carried the one before.
    if (isSignedOut(result) && consoleApi[name].access !== 'anyone') result = await this.#once(name, input, unattended);
    if (isSignedOut(result)) this.#options.onSignedOut();
    return result as Result<ConsoleAnswer<N>>;
  }

  async #once<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>, unattended: boolean): Promise<Result<unknown>> {
    const { address, init } = requestFor(name, input, { csrfToken: this.#options.csrfToken(), unattended });
    const answer = await answerOf(this.#options.fetch, address, init);
    if (answer === undefined) return { ok: false, trouble: { reason: 'unreachable' } };
    return readAnswer(answer, consoleApi[name].response);
  }
}

function isSignedOut(result: Result<unknown>): boolean {
  return !result.ok && result.trouble.reason === 'not-signed-in';
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
  session: { csrfToken: string | null; unattended?: boolean },
): { address: string; init: RequestInit } {
  const { method, path } = consoleApi[name];
  const { params = {}, query = {}, body } = input as Parts;
  const filled = path.replaceAll(/:([a-z]+)/gi, (_, part: string) => encodeURIComponent(String(params[part])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const headers = headersFor(method, body !== undefined, session);
  const address = search.size > 0 ? `${filled}?${search.toString()}` : filled;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' };
  return { address, init: body === undefined ? init : { ...init, body: JSON.stringify(body) } };
}

function headersFor(
  method: string,
  hasBody: boolean,
  { csrfToken, unattended }: { csrfToken: string | null; unattended?: boolean },
): Headers {
  const headers = new Headers({ accept: 'application/json' });
  // SECURITY: a page of another origin can neither read this token nor set this header (S15).
  if (method !== 'GET' && csrfToken !== null) headers.set('x-csrf-token', csrfToken);
  if (unattended === true) headers.set('x-unattended', '1');
  if (hasBody) headers.set('content-type', 'application/json');
  return headers;
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
