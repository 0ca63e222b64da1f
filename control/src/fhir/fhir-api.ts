import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { sourceOf } from '../http/request-source.ts';
import type { RefusalRecord } from '../http/refusal-record.ts';
import { TokenBucket } from '../ws/token-bucket.ts';
import { clientOf, type ApiClient } from './api-clients.ts';
import { capabilityStatement } from './capability-statement.ts';
import { readOne, search, type ExportDeps, type Found } from './exports.ts';
import { FhirRefusal, invalid } from './outcomes.ts';
import type { BundleResource, ExportedType } from './resources.ts';
import { pageAfter, refuseParameters, type Query } from './search-parameters.ts';

/** Where this API is, below the consoles' origin. */
export const fhirPath = '/fhir/R4';

export interface FhirDeps extends ExportDeps {
  refusals: Pick<RefusalRecord, 'note'>;
  /** The consoles' public origin. */
  origin: string;
  logger: Logger;
}

const exported: readonly ExportedType[] = ['Appointment', 'Encounter', 'Task', 'ServiceRequest'];

/** Requests one source may make in a minute, and one client in the long run. */
const requestsPerMinute = 600;
const clientRate = { burst: 120, perSecond: 2 };

/**
 * Adds the FHIR R4 read API to an app, below the path it is registered at: who reads shows a client's bearer token and sees
 * that client's prison. No cookie counts here, and no other site's page may ask.
 */
export function registerFhir(app: FastifyInstance, deps: FhirDeps): void {
  const buckets = new Map<string, TokenBucket>();
  const base = `${deps.origin}${fhirPath}`;
  const admit = (request: FastifyRequest): Promise<ApiClient> => admitted(deps, buckets, request);
  const config = { rateLimit: { max: requestsPerMinute, timeWindow: 60_000, groupId: 'fhir' } };
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendRefusal(reply, refusalOf(error, request, deps.logger)),
  );
  app.setNotFoundHandler((request, reply) => sendRefusal(reply, nothingHere(request)));
  app.addHook('onRequest', async (request) => refuseOtherFormats(request));
  const get = (url: string, answer: (request: FastifyRequest) => Promise<object>): void => {
    app.route({
      ...{ method: 'GET', url, config, exposeHeadRoute: false },
      handler: async (request, reply) => sendResource(reply, 200, await answer(request)),
    });
  };
  get('/metadata', () => Promise.resolve(capabilityStatement(base)));
  for (const type of exported) {
    get(`/${type}`, async (request) => {
      const client = await admit(request);
      const query = queryOf(request);
      return bundleOf(base, { type, query, now: deps.clock.now() }, await search(deps, client, type, query));
    });
    get(`/${type}/:id`, async (request) => {
      const client = await admit(request);
      refuseParameters(queryOf(request));
      const { id } = request.params as { id: string };
      return readOne(deps, client, { type, id });
    });
  }
  app.route({
    ...{ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], url: '/*', config, exposeHeadRoute: false },
    handler: (request, reply) => sendRefusal(reply, nothingHere(request)),
  });
}

/** @throws FhirRefusal unless the request shows a client's token, and the client asks in measure */
async function admitted(
  { db, refusals }: FhirDeps,
  buckets: Map<string, TokenBucket>,
  request: FastifyRequest,
): Promise<ApiClient> {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw signIn('Show the token of your system: Authorization: Bearer TOKEN.');
  // SECURITY: who reads is known by the token alone: no session, no cookie, no address opens this (S43).
  const client = await clientOf(db, token);
  if (client === undefined) {
    const source = sourceOf(request);
    await refusals.note({
      action: 'fhir.refused',
      source,
      person: undefined,
      reason: 'unknown-token',
      credential: undefined,
    });
    throw signIn('This token is not known, or was taken back.');
  }
  const bucket = buckets.get(client.id) ?? new TokenBucket(clientRate, () => performance.now());
  buckets.set(client.id, bucket);
  // SECURITY: every read is an entry of the record, so a client that reads without end is slowed down (S43).
  if (!bucket.take()) throw tooMany();
  return client;
}

function signIn(words: string): FhirRefusal {
  return new FhirRefusal(401, 'login', words);
}

function tooMany(): FhirRefusal {
  return new FhirRefusal(429, 'throttled', 'Too many requests. Try again in a moment.');
}

function nothingHere({ method }: FastifyRequest): FhirRefusal {
  return method === 'GET'
    ? new FhirRefusal(404, 'not-supported', 'There is nothing at this address. See /metadata for what there is.')
    : new FhirRefusal(405, 'not-supported', 'Nothing can be changed here: this can be read, and no more.');
}

/** The two headers and one parameter with which a client says how it wants the answer; JSON is what there is. */
function refuseOtherFormats(request: FastifyRequest): void {
  const { _format: format } = queryOf(request);
  const isJson =
    format === undefined || (typeof format === 'string' && /^(?:json|application\/(?:fhir[+ ])?json)\b/.test(format));
  const accepted = request.headers.accept ?? '*/*';
  if (isJson && /\*\/\*|application\/\*|application\/(?:fhir\+)?json/i.test(accepted)) return;
  throw new FhirRefusal(406, 'not-supported', 'The answer comes as application/fhir+json, and in no other form.');
}

function queryOf({ query }: FastifyRequest): Query {
  return query as Query;
}

function refusalOf(error: FastifyError, request: FastifyRequest, logger: Logger): FhirRefusal {
  if (error instanceof FhirRefusal) return error;
  const status = error.statusCode ?? 500;
  if (status === 429) return tooMany();
  if (status >= 400 && status < 500) return invalid('The request is not written as it should be.');
  // SECURITY: stack and message stay here; the caller learns that it failed (S23).
  logger.error({ err: error, route: request.routeOptions.url }, 'FHIR request failed');
  return new FhirRefusal(500, 'exception', 'This did not work. Try again later.');
}

function sendRefusal(reply: FastifyReply, { status, outcome }: FhirRefusal): FastifyReply {
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  if (status === 405) void reply.header('allow', 'GET');
  if (status === 429 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '5');
  return sendResource(reply, status, outcome);
}

function sendResource(reply: FastifyReply, status: number, resource: object): FastifyReply {
  return reply.code(status).type('application/fhir+json; charset=utf-8').send(JSON.stringify(resource));
}

function bundleOf(
  base: string,
  { type, query, now }: { type: ExportedType; query: Query; now: number },
  { resources, total, next }: Found,
): BundleResource {
  const link: BundleResource['link'] = [{ relation: 'self', url: addressOf(`${base}/${type}`, query) }];
  if (next !== undefined) {
    link.push({ relation: 'next', url: addressOf(`${base}/${type}`, { ...query, _page: pageAfter(next) }) });
  }
  return {
    ...{ resourceType: 'Bundle', type: 'searchset', timestamp: new Date(now).toISOString(), total, link },
    entry: resources.map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
      search: { mode: 'match' },
    })),
  };
}

/** A search's own address, written from what was understood of it. */
function addressOf(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (typeof one === 'string') parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
