import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { sendRefusal } from './faults.ts';

/** What operators and their probes read. */
export interface OperationsOptions {
  /** Named checks of what control cannot work without; each answers whether it is well. */
  readiness: Readonly<Record<string, () => Promise<boolean>>>;
  metrics: Registry;
  /** Bearer token of /metrics from elsewhere than this machine. */
  metricsToken: string | undefined;
}

const checkDeadlineMs = 2_000;

/** Adds /healthz (the process answers), /readyz (it can work) and /metrics (Prometheus). */
export function registerOperations(app: FastifyInstance, options: OperationsOptions): void {
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const checks = await runChecks(options.readiness);
    const ready = Object.values(checks).every(Boolean);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', checks });
  });
  app.get('/metrics', async (request, reply) => {
    if (!mayReadMetrics(request, options.metricsToken)) return sendRefusal(reply, { reason: 'not-allowed' });
    return reply.type(options.metrics.contentType).send(await options.metrics.metrics());
  });
  measureRequests(app, options.metrics);
}

async function runChecks(checks: OperationsOptions['readiness']): Promise<Record<string, boolean>> {
  const entries = Object.entries(checks).map(async ([name, check]) => [name, await isWell(check)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function isWell(check: () => Promise<boolean>): Promise<boolean> {
  const late = new AbortController();
  const deadline = delay(checkDeadlineMs, false, { signal: late.signal }).catch(() => false);
  try {
    return await Promise.race([check(), deadline]);
  } catch {
    return false;
  } finally {
    late.abort();
  }
}

/** SECURITY: figures tell when and how much a prison consults; for this machine or the token's holder only (S24). */
function mayReadMetrics(request: FastifyRequest, token: string | undefined): boolean {
  const address = request.socket.remoteAddress ?? '';
  if (token === undefined) return /^(127\.|::1$|::ffff:127\.)/.test(address);
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function measureRequests(app: FastifyInstance, metrics: Registry): void {
  const duration = new Histogram({
    name: 'sallyport_http_request_seconds',
    help: 'Time to answer console requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [metrics],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, not the path: no identifier becomes a label.
    const route = request.routeOptions.url ?? 'none';
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}
