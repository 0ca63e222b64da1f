import { request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { consoleApi } from '@sallyport/protocol';
import type { ConsoleAnswer, ConsoleInput, ConsoleRoute, Refusal } from '@sallyport/protocol';
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from './software-authenticator.ts';
import type { Part, World } from './world.ts';

/** What came back of one HTTPS exchange with the consoles' server. */
export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A route's answer, or the refusal and the status it came with. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; status: number; refusal: Refusal };

/** Makes one HTTPS exchange as any program could, without judging the test's own certificate. */
export async function exchange(
  address: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: unknown } = {},
): Promise<HttpAnswer> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  const ofBody =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const headers = { ...ofBody, ...options.headers };
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      address,
      { method: options.method ?? 'GET', headers, rejectUnauthorized: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A person who speaks to control's API by program: a real session, signed in with the person's own passkey. */
export class ConsoleClient {
  readonly origin: string;
  readonly person: { id: string; name: string };
  /** The person's passkey, for approvals. */
  readonly passkey: SoftwareAuthenticator;
  /** The whole `Set-Cookie` of the sign-in. */
  readonly setCookie: string;
  readonly csrfToken: string;

  private constructor(
    origin: string,
    passkey: SoftwareAuthenticator,
    session: { person: { id: string; name: string }; csrfToken: string },
    setCookie: string,
  ) {
    this.origin = origin;
    this.passkey = passkey;
    this.person = session.person;
    this.csrfToken = session.csrfToken;
    this.setCookie = setCookie;
  }

  /** Signs a person in. Their passkey's counter moves on: a browser that still holds it cannot sign in any more. */
  static async signIn(world: World, part: Part): Promise<ConsoleClient> {
    const origin = world.addresses.console;
    const passkey = createSoftwareAuthenticator(world.people[part].exportPasskey());
    const headers = { origin };
    const options = await exchange(`${origin}/api/session/options`, { method: 'POST', headers, body: {} });
    const assertion = passkey.assert(JSON.parse(options.text), origin);
    const answer = await exchange(`${origin}/api/session`, { method: 'POST', headers, body: { assertion } });
    if (answer.status !== 200) throw new Error(`${part} was not signed in: ${answer.status} ${answer.text}`);
    const session = JSON.parse(answer.text) as ConsoleAnswer<'signIn'>;
    return new ConsoleClient(origin, passkey, session, answer.headers['set-cookie']?.[0] ?? '');
  }

  /** `name=value` of the session cookie. */
  get cookie(): string {
    return this.setCookie.split(';')[0] ?? '';
  }

  /** What a browser sends along with a request of our own page. */
  get headers(): OutgoingHttpHeaders {
    return { origin: this.origin, cookie: this.cookie, 'x-csrf-token': this.csrfToken };
  }

  /** Calls a route of the contract. */
  async call<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<Outcome<ConsoleAnswer<N>>> {
    const { method, path } = consoleApi[name];
    const { params = {}, query = {}, body } = input as Record<string, Record<string, string | number> | undefined>;
    const address = new URL(
      path.replaceAll(/:(\w+)/g, (_, key: string) => String(params[key] ?? '')),
      this.origin,
    );
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, String(value));
    const sent = method === 'POST' ? { body: body ?? {} } : {};
    const answer = await exchange(address.toString(), { method, headers: this.headers, ...sent });
    const value: unknown = JSON.parse(answer.text);
    if (answer.status === 200) return { ok: true, value: value as ConsoleAnswer<N> };
    return { ok: false, status: answer.status, refusal: value as Refusal };
  }

  /** Calls a route that must succeed. @throws with the refusal */
  async must<N extends ConsoleRoute>(name: N, input: ConsoleInput<N>): Promise<ConsoleAnswer<N>> {
    const answer = await this.call(name, input);
    if (!answer.ok) throw new Error(`${this.person.name}, ${name}: ${JSON.stringify(answer)}`);
    return answer.value;
  }
}
