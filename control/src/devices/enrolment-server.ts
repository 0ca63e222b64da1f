import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anchorAnswer, enrolAnswer, enrolRequest, erasureDelivery, parseJson } from '@sallyport/protocol';
import type { Refusal } from '@sallyport/protocol';
import type * as z from 'zod';
import type { Answer, Erasures } from '../ports.ts';
import { TokenBucket } from '../ws/token-bucket.ts';
import type { Rate } from '../ws/token-bucket.ts';
import { enrol } from './enrolment.ts';
import type { EnrolmentDeps } from './enrolment.ts';
import type { ServerIdentity } from './server-identity.ts';

const maxBodyBytes = 16 * 1024;
const maxConnections = 256;
/** A bench where many laptops are enrolled through one address stays below it. */
const defaultRates = { perAddress: { burst: 40, perSecond: 2 }, overall: { burst: 200, perSecond: 20 } };
const maxAddresses = 10_000;

export interface EnrolmentServerDeps extends EnrolmentDeps {
  identity: ServerIdentity;
  erasures: Pick<Erasures, 'accept'>;
  listen: { host: string; port: number };
  rates?: { perAddress: Rate; overall: Rate };
  /** A fault of this side; the peer learns only `failed`. */
  onFault(error: unknown): void;
}

/** One route: what it reads and what it answers, both checked. */
interface Route {
  request?: z.ZodType;
  response?: z.ZodType;
  answer(deps: EnrolmentServerDeps, body: unknown): Promise<Answer<unknown>>;
}

const routes: Readonly<Record<string, Route>> = {
  'GET /anchor': {
    response: anchorAnswer,
    answer: async (deps) => {
      const { approved } = await deps.trust.manifest();
      return { ok: true, result: { caCertificate: deps.ca.certificate, manifest: approved } };
    },
  },
  'POST /enrol': {
    request: enrolRequest,
    response: enrolAnswer,
    answer: (deps, body) => enrol(deps, enrolRequest.parse(body)),
  },
  'POST /erasure': {
    request: erasureDelivery,
    answer: (deps, body) => deps.erasures.accept(erasureDelivery.parse(body)),
  },
};

const statuses: Partial<Record<Refusal['reason'], number>> = {
  malformed: 400,
  'not-found': 404,
  'too-large': 413,
  'too-many': 429,
  failed: 500,
};

/**
 * The enrolment port: TLS 1.3 without client certificates, for laptops that have none yet or none any more. Three
 * routes, small bodies, bounded rates; a refusal is a `refusal` object with a 4xx status.
 */
export class EnrolmentServer {
  readonly #deps: EnrolmentServerDeps;
  readonly #server: Server;
  readonly #addresses = new Map<string, TokenBucket>();
  readonly #overall: TokenBucket;
  readonly #rates: { perAddress: Rate; overall: Rate };

  private constructor(deps: EnrolmentServerDeps) {
    this.#deps = deps;
    this.#rates = deps.rates ?? defaultRates;
    this.#overall = new TokenBucket(this.#rates.overall, () => performance.now());
    this.#server = createServer({ ...deps.identity.options(), headersTimeout: 5000, requestTimeout: 10_000 });
    this.#server.maxConnections = maxConnections;
    this.#server.maxRequestsPerSocket = 20;
    this.#server.on('request', (request, response) => void this.#handle(request, response));
    deps.identity.supply(this.#server);
  }

  /** Listens. @throws when the address is taken */
  static async create(deps: EnrolmentServerDeps): Promise<EnrolmentServer> {
    const created = new EnrolmentServer(deps);
    await new Promise<void>((resolve, reject) => {
      created.#server.once('error', reject);
      created.#server.listen(deps.listen.port, deps.listen.host, () => resolve());
    });
    created.#server.on('error', (error) => deps.onFault(error));
    return created;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and ends every connection. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request);
    if (response.destroyed) return;
    const status = answer.ok ? 200 : (statuses[answer.refusal.reason] ?? 403);
    const body = JSON.stringify(answer.ok ? answer.result : answer.refusal);
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    // A body that was not read to its end cannot be followed by another request.
    response.writeHead(status, answer.ok ? headers : { ...headers, connection: 'close' }).end(body);
  }

  async #answer(request: IncomingMessage): Promise<Answer<unknown>> {
    // SECURITY: rates first, then sizes, then schemas: guessing tickets costs the guesser, not control (S14).
    if (!this.#mayAsk(request.socket.remoteAddress ?? '')) return refused('too-many');
    const name = `${request.method ?? ''} ${request.url ?? ''}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route === undefined) return refused('not-found');
    try {
      return await this.#serve(route, request);
    } catch (error) {
      // A peer that went away in the middle of its body is no fault of this side.
      if (request.errored !== null) return refused('malformed');
      this.#deps.onFault(error);
      return refused('failed');
    }
  }

  async #serve(route: Route, request: IncomingMessage): Promise<Answer<unknown>> {
    const body = await readBody(request);
    if (!body.ok) return body;
    const parsed = route.request?.safeParse(body.result);
    if (parsed?.success === false) return refused('malformed');
    const answer = await route.answer(this.#deps, parsed?.data);
    return answer.ok && route.response ? { ok: true, result: route.response.parse(answer.result) } : answer;
  }

  #mayAsk(address: string): boolean {
    // SECURITY: the list of addresses is bounded; a new address above the bound starts the list anew (S23).
    if (this.#addresses.size >= maxAddresses) this.#addresses.clear();
    const bucket = this.#addresses.get(address) ?? new TokenBucket(this.#rates.perAddress, () => performance.now());
    this.#addresses.set(address, bucket);
    return bucket.take() && this.#overall.take();
  }
}

/** Reads a small JSON body; a GET has none. */
async function readBody(request: IncomingMessage): Promise<Answer<unknown>> {
  if (request.method === 'GET') return { ok: true, result: undefined };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return refused('too-large');
    chunks.push(chunk);
  }
  const parsed = parseJson(Buffer.concat(chunks).toString('utf8'), maxBodyBytes);
  return parsed === undefined ? refused('malformed') : { ok: true, result: parsed.value };
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
