import { sql, type Kysely } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './schema.ts';

const firstRetryMs = 100;
const lastRetryMs = 5_000;
/** PostgreSQL carries at most 8,000 bytes a notification. */
const maxPayloadBytes = 7_999;

type Heard = (payload: string) => void;

/** Messages between control's nodes by PostgreSQL's LISTEN/NOTIFY. They wake; they are not a queue. */
export interface Notifications {
  /**
   * Hears a channel from now on. Messages sent while this node was not connected are lost: `onGap` is called after
   * every reconnection so that the listener reads the tables again.
   * @param channel a name of lower-case letters and underscores
   * @returns stops hearing
   */
  listen(channel: string, heard: Heard, onGap?: () => void): Promise<() => void>;
  /** Tells every node that hears the channel; inside a transaction (`executor`) only once it commits. */
  notify(channel: string, payload: string, executor?: Kysely<Database>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a node's one listening connection, which reconnects by itself.
 * @param onError told of lost connections
 * @throws when the database cannot be reached at the start
 */
export async function createNotifications(
  url: string,
  db: Kysely<Database>,
  onError: (error: unknown) => void,
): Promise<Notifications> {
  const listener = new Listener(url, onError);
  await listener.connect();
  return {
    listen: (channel, heard, onGap) => listener.add(channel, heard, onGap),
    notify: async (channel, payload, executor = db) => {
      if (Buffer.byteLength(payload) > maxPayloadBytes) throw new RangeError('notification too long');
      await sql`select pg_notify(${channel}, ${payload})`.execute(executor);
    },
    close: () => listener.close(),
  };
}

interface Subscription {
  channel: string;
  heard: Heard;
  onGap: (() => void) | undefined;
}

class Listener {
  readonly #url: string;
  readonly #onError: (error: unknown) => void;
  readonly #subscriptions = new Set<Subscription>();
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  #reconnecting: Promise<void> | undefined;

  constructor(url: string, onError: (error: unknown) => void) {
    this.#url = url;
    this.#onError = onError;
  }

  async connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on('notification', (message) => this.#dispatch(message));
    client.on('error', (error) => this.#onError(error));
    client.on('end', () => this.#lost(client));
    await client.connect();
    for (const channel of new Set([...this.#subscriptions].map((subscription) => subscription.channel))) {
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    }
    this.#client = client;
  }

  async add(channel: string, heard: Heard, onGap: (() => void) | undefined): Promise<() => void> {
    const subscription = { channel, heard, onGap };
    this.#subscriptions.add(subscription);
    const client = this.#client;
    await client?.query(`listen ${client.escapeIdentifier(channel)}`);
    return () => this.#subscriptions.delete(subscription);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#subscriptions.clear();
    await this.#reconnecting;
    await this.#client?.end();
  }

  #dispatch(message: pg.Notification): void {
    for (const { channel, heard } of this.#subscriptions) {
      if (channel === message.channel) heard(message.payload ?? '');
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = undefined;
    this.#reconnecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let pause = firstRetryMs; !this.#closing.signal.aborted; pause = Math.min(pause * 2, lastRetryMs)) {
      try {
        await this.connect();
        for (const { onGap } of this.#subscriptions) onGap?.();
        return;
      } catch (error) {
        this.#onError(error);
        await delay(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }
}
