import rateLimit from '@fastify/rate-limit';
import { consoleApi, type ConsoleRoute } from '@sallyport/protocol';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { registerChanges, type ChangeFeed } from './changes.ts';
import { registerConsolePages } from './console-pages.ts';
import { handleFaults } from './faults.ts';
import type { Handlers } from './handlers.ts';
import { registerOperations, type OperationsOptions } from './operations.ts';
import type { RefusalRecord } from './refusal-record.ts';
import { sourceOf } from './request-source.ts';
import { maxBodyBytes, otherRequestsPerMinute } from './route-limits.ts';
import { registerRoute, type RouteOptions } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { createGuestCookie, createSessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import { Upgrades } from './upgrades.ts';

/** Nobody needs to be told how much may still be tried; `retry-after` alone goes out. */
const quiet = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false } as const;

/** What the HTTP layer is built from. */
export interface HttpOptions {
  handlers: Handlers;
  sessions: Sessions;
  /** Whether a set-up token is the fleet's present one. */
  isSetupToken(token: string): Promise<boolean>;
  changes: ChangeFeed;
  /** Where tries to be somebody are put on the record; closed by whoever made it. */
  refusals: Pick<RefusalRecord, 'note'>;
  operations: OperationsOptions;
  /** The consoles' public origin. */
  origin: string;
  /** PEM files; without them plain http. */
  tls: { certificate: string; key: string } | undefined;
  /** Folder of the built consoles. */
  webRoot: string;
  logger: Logger;
}

/** The built server: `app.listen()` serves it, `app.inject()` tests it, `upgrades` adds sockets. */
export interface Http {
  app: FastifyInstance;
  upgrades: Upgrades;
}

/**
 * Builds the console server from the contract's `consoleApi`: every route with its schemas, access rule, limits and
 * headers. Nothing listens yet.
 */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const app = createApp(options);
  const secure = options.origin.startsWith('https:');
  const [cookie, guestCookie] = [createSessionCookie(secure), createGuestCookie(secure)];
  app.addHook('onSend', (request, reply, payload, done) => {
    void reply.headers(securityHeaders(pathOf(request.url), options.origin));
    done(null, payload);
  });
  handleFaults(app, options.logger);
  await app.register(rateLimit, {
    global: true,
    max: otherRequestsPerMinute,
    timeWindow: 60_000,
    addHeaders: quiet,
    addHeadersOnExceeding: quiet,
    keyGenerator: sourceOf,
  });
  const shared: RouteOptions = { ...options, cookie, guestCookie };
  for (const name of Object.keys(consoleApi) as ConsoleRoute[]) {
    registerRoute(app, name, options.handlers[name], shared);
  }
  registerChanges(app, { ...shared, feed: options.changes });
  registerOperations(app, options.operations);
  await registerConsolePages(app, options.webRoot);
  const upgrades = new Upgrades({ ...options, cookie, guestCookie, server: app.server });
  app.addHook('onClose', () => upgrades.close());
  return { app, upgrades };
}

/** The path of a request's URL without its query. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

function createApp({ tls, logger, origin }: HttpOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger.child({ part: 'http' });
  const common = {
    loggerInstance,
    // Request lines would name appointments and devices; metrics count requests instead.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    trustProxy: false,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64, ignoreTrailingSlash: false },
    // SECURITY: an address that does not decode gets no hooks, and still the headers of every answer (S22).
    frameworkErrors: (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(400).headers(securityHeaders('/api/', origin)).send({ reason: 'malformed' });
    },
  } as const;
  if (tls === undefined) return fastify(common);
  const https = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key), minVersion: 'TLSv1.2' } as const;
  return fastify({ ...common, https });
}
