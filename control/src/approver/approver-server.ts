import fastifyStatic from '@fastify/static';
import { approverConfiguration } from '@sallyport/protocol';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';

/** What the approver's server needs: nothing of control, so that it can be hosted apart from it. */
export interface ApproverServerOptions {
  rpId: string;
  /** The only origin whose consoles may ask for approvals. */
  consoleOrigin: string;
  /** The approver's own public origin. */
  origin: string;
  /** PEM files; without them plain http. */
  tls: { certificate: string; key: string } | undefined;
  /** Folder of the built approver. */
  root: string;
  logger: Logger;
}

/**
 * SECURITY: the page where every approval is given runs its own script and nothing else, and talks to nobody but the
 * window that opened it (S20).
 */
export const approverPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Nothing that a statement says can become markup or a script, whatever the page's code does with it.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const permissions = [
  'publickey-credentials-get=(self)',
  ...['camera', 'microphone', 'display-capture', 'geolocation', 'usb', 'serial', 'hid', 'bluetooth', 'payment'].map(
    (feature) => `${feature}=()`,
  ),
].join(', ');

/** Builds the approver's server: static files, `/approver.json`, no state. Nothing listens yet. */
export async function createApproverServer(options: ApproverServerOptions): Promise<FastifyInstance> {
  const app = createApp(options);
  const headers = headersOf(options.origin);
  app.addHook('onSend', (_request, reply, payload, done) => {
    void reply.headers(headers);
    done(null, payload);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('Not found'));
  app.setErrorHandler((error, _request, reply) => {
    options.logger.error({ err: error }, 'approver request failed');
    return reply.code(500).type('text/plain; charset=utf-8').send('Failed');
  });
  const { rpId, consoleOrigin } = options;
  const configuration = approverConfiguration.parse({ rpId, consoleOrigin });
  app.get('/approver.json', (_request, reply) => reply.header('cache-control', 'no-store').send(configuration));
  app.get('/healthz', () => ({ status: 'alive' }));
  if (!existsSync(path.join(options.root, 'index.html'))) {
    options.logger.warn('the approver is not built: its page is missing');
    return app;
  }
  await app.register(fastifyStatic, {
    root: options.root,
    index: ['index.html'],
    dotfiles: 'ignore',
    cacheControl: false,
    // The page decides what people approve: never an old copy of it.
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });
  return app;
}

function createApp({ tls, origin }: ApproverServerOptions): FastifyInstance {
  const common = {
    ...{ logger: false, bodyLimit: 1024, requestTimeout: 30_000, forceCloseConnections: true },
    // An address that is none never reaches a hook.
    frameworkErrors: (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(400).headers(headersOf(origin)).type('text/plain; charset=utf-8').send('Malformed');
    },
  } as const;
  if (tls === undefined) return fastify(common);
  const https = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key), minVersion: 'TLSv1.2' } as const;
  return fastify({ ...common, https });
}

function headersOf(origin: string): Record<string, string> {
  return {
    'content-security-policy': approverPolicy,
    'permissions-policy': permissions,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    // The console that opened this window has to hear its answer.
    'cross-origin-opener-policy': 'unsafe-none',
    ...(origin.startsWith('https:') ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  };
}
