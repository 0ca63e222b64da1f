import { change, changesPath, type Change } from '@sallyport/protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { sendRefusal } from './faults.ts';
import { isOwnRead } from './request-origin.ts';
import type { RouteOptions } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { tokenOf } from './session-cookie.ts';

/** The channel of changes; its payload is a topic. */
export const changesChannel = 'sallyport_changes';
const heartbeatMs = 25_000;
const maxStreamsPerSession = 8;
const allTopics = change.shape.topic.options;

/** Where changes come from and go to, on every node. */
export interface ChangeFeed {
  publish(topic: Change['topic']): Promise<void>;
  /** @returns stops hearing */
  subscribe(heard: (topic: Change['topic']) => void): () => void;
}

/** What carries messages between control's nodes: `db/notifications.ts`. */
export interface NodeMessages {
  listen(channel: string, heard: (payload: string) => void, onGap?: () => void): Promise<() => void>;
  notify(channel: string, payload: string): Promise<void>;
}

/** The feed over PostgreSQL's notifications. After a gap every topic counts as changed. */
export async function createChangeFeed(notifications: NodeMessages): Promise<ChangeFeed> {
  const subscribers = new Set<(topic: Change['topic']) => void>();
  const tell = (topic: Change['topic']): void => {
    for (const subscriber of subscribers) subscriber(topic);
  };
  const heard = (payload: string): void => {
    const parsed = change.shape.topic.safeParse(payload);
    if (parsed.success) tell(parsed.data);
  };
  await notifications.listen(changesChannel, heard, () => allTopics.forEach(tell));
  return {
    publish: (topic) => notifications.notify(changesChannel, topic),
    subscribe: (subscriber) => {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

/** Serves server-sent events (HTML, 9.2) at the contract's path to signed-in people. */
export function registerChanges(app: FastifyInstance, options: RouteOptions & { feed: ChangeFeed }): void {
  const streams = new Map<string, Set<ServerResponse>>();
  app.get(changesPath, { exposeHeadRoute: false }, async (request, reply) => {
    if (!isOwnRead(request.headers, options.origin)) return sendRefusal(reply, { reason: 'not-allowed' });
    const token = tokenOf(request, options.cookie);
    const found = token === undefined ? undefined : await options.sessions.find(token, 'look');
    if (found === undefined) return sendRefusal(reply, { reason: 'not-signed-in' });
    // A browser that went away meanwhile will not close again: its stream would beat for ever.
    if (reply.raw.destroyed) return reply.hijack();
    const { session } = found.caller;
    const open = streams.get(session) ?? new Set();
    if (open.size >= maxStreamsPerSession) return sendRefusal(reply, { reason: 'too-many', retryAfter: 10 });
    streams.set(session, open.add(reply.raw));
    reply.raw.on('close', () => {
      open.delete(reply.raw);
      if (open.size === 0) streams.delete(session);
    });
    stream(reply, options, async () => (await options.sessions.follow(session, 'look')) !== undefined);
    return reply;
  });
  app.addHook('preClose', (done) => {
    for (const open of streams.values()) for (const response of open) response.end();
    done();
  });
}

function stream(
  reply: FastifyReply,
  { feed, origin }: { feed: ChangeFeed; origin: string },
  isStillSignedIn: () => Promise<boolean>,
): void {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...securityHeaders(changesPath, origin),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 2000\n\n');
  // SECURITY: a stream ends with its session; it never keeps one alive (S15).
  const endWithSession = (): void => {
    isStillSignedIn().then(
      (signedIn) => signedIn || response.end(),
      () => response.end(),
    );
  };
  const unsubscribe = feed.subscribe((topic) => {
    // SECURITY: whoever is no longer named hears nothing more from the moment on that the documents say so (S28).
    if (topic === 'trust') endWithSession();
    // A reader that does not read is dropped rather than buffered for; it reads everything again when it is back.
    if (response.writableNeedDrain) response.destroy();
    else response.write(`data: ${JSON.stringify({ topic } satisfies Change)}\n\n`);
  });
  const heartbeat = setInterval(() => {
    response.write(':\n\n');
    endWithSession();
  }, heartbeatMs);
  response.on('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}
