import { sql } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createNotifications, type Notifications } from './notifications.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('messages between nodes', () => {
  let database: TestDatabase;
  let here: Notifications;
  let there: Notifications;
  const lost: unknown[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
    const open = (): Promise<Notifications> =>
      createNotifications(database.url, database.db, (error) => void lost.push(error));
    [here, there] = await Promise.all([open(), open()]);
  });
  afterEach(async () => {
    await here.close();
    await there.close();
    await database.close();
  });

  test('reach those who listen to the channel, and nobody else', async () => {
    const orders: string[] = [];
    const others: string[] = [];
    await there.listen('orders', (payload) => void orders.push(payload));
    await there.listen('others', (payload) => void others.push(payload));
    await here.notify('orders', 'laptop-1');
    await vi.waitFor(() => expect(orders).toEqual(['laptop-1']));
    expect(others).toEqual([]);
  });

  test('sent in a transaction arrive when it commits, and never when it does not', async () => {
    const heard: string[] = [];
    await there.listen('orders', (payload) => void heard.push(payload));
    const failing = database.db.transaction().execute(async (trx) => {
      await here.notify('orders', 'never', trx);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await database.db.transaction().execute(async (trx) => {
      await here.notify('orders', 'committed', trx);
      await delay(100);
      expect(heard).toEqual([]);
    });
    await vi.waitFor(() => expect(heard).toEqual(['committed']));
  });

  test('are heard again after the connection was lost, and the gap is told', async () => {
    const heard: string[] = [];
    const gap = vi.fn<() => void>();
    await there.listen('orders', (payload) => void heard.push(payload), gap);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where query like 'listen%' and datname = current_database()`.execute(database.db);
    await vi.waitFor(() => expect(gap).toHaveBeenCalled(), { timeout: 5_000 });
    expect(lost.length).toBeGreaterThan(0);
    await here.notify('orders', 'after');
    await vi.waitFor(() => expect(heard).toEqual(['after']));
  });

  test('stop when nobody listens any more', async () => {
    const heard: string[] = [];
    const stop = await there.listen('orders', (payload) => void heard.push(payload));
    stop();
    await here.notify('orders', 'late');
    await delay(100);
    expect(heard).toEqual([]);
  });
});
