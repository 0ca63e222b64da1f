import type { Refusal } from '@sallyport/protocol';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { statusOf } from './refusal-status.ts';

/** Answers with a refusal and its status. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal.retryAfter !== undefined) void reply.header('retry-after', String(refusal.retryAfter));
  return reply.code(statusOf(refusal.reason)).send(refusal);
}

/**
 * Turns whatever goes wrong into a refusal: the framework's own 4xx by their meaning, everything else into 500
 * `failed`, logged here and told to nobody.
 */
export function handleFaults(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, { reason: 'not-found' }));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOfFault(error, reply);
    // SECURITY: stack and message stay here; the caller learns one word (S23).
    if (refusal.reason === 'failed') {
      logger.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    }
    return sendRefusal(reply, refusal);
  });
}

function refusalOfFault(error: FastifyError, reply: FastifyReply): Refusal {
  const status = error.statusCode ?? 500;
  if (status === 429) return { reason: 'too-many', retryAfter: retryAfterOf(reply) };
  if (status === 413) return { reason: 'too-large' };
  if (status === 404) return { reason: 'not-found' };
  return status >= 400 && status < 500 ? { reason: 'malformed' } : { reason: 'failed' };
}

function retryAfterOf(reply: FastifyReply): number {
  const seconds = Number(reply.getHeader('retry-after'));
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400 ? seconds : 60;
}
