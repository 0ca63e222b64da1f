import { expect, test } from 'vitest';
import { isMigrated, migrate } from './migrate.ts';
import { createTestDatabase } from './testing.ts';

test('a migrated database has nothing left to migrate', async () => {
  const database = await createTestDatabase();
  expect(await isMigrated(database.db)).toBe(true);
  expect(await migrate(database.db)).toEqual([]);
  await database.close();
});
