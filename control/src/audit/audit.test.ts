import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createAudit, type AuditChain } from './audit.ts';
import { genesis, hashOf } from './chain.ts';
import { rewriteHistory } from './testing.ts';

const actor = { kind: 'control', id: null, name: 'control' } as const;
const subject = '6f0a4a3e-3b4c-4d5e-8f6a-7b8c9d0e1f2a';

describe('S10 the audit chain', () => {
  const databases: TestDatabase[] = [];
  let database: TestDatabase;
  let audit: AuditChain;

  const append = (action: string, detail: Record<string, string | number | boolean | null> = {}): Promise<void> =>
    database.db.transaction().execute((trx) => audit.append(trx, { actor, action, subject, detail }));
  /** What somebody with the database's own powers can do. */
  const tamper = async (statement: string): Promise<void> => {
    await sql.raw('alter table audit disable trigger audit_append_only').execute(database.db);
    await sql.raw(statement).execute(database.db);
    await sql.raw('alter table audit enable trigger audit_append_only').execute(database.db);
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    databases.push(database);
    audit = createAudit({ db: database.db, clock: Date, announce: () => Promise.resolve() });
    for (let number = 1; number <= 5; number += 1) await append(`act.${number}`, { z: number, a: 'text', b: null });
  });
  afterAll(() => Promise.all(databases.map((one) => one.close())));

  test('numbers entries from one and links each to the one before', async () => {
    const entries = await audit.entriesBefore(undefined, 10);
    expect(entries.map((entry) => entry.number)).toEqual([5, 4, 3, 2, 1]);
    expect(entries.at(-1)?.previous).toBe(genesis);
    for (const [index, entry] of entries.slice(0, -1).entries()) {
      expect(entry.previous).toBe(entries[index + 1]?.hash);
      expect(hashOf(entry)).toBe(entry.hash);
    }
    expect(await audit.verify()).toEqual({ intact: true, entries: 5, head: entries[0]?.hash });
  });

  test('pages downwards from a number', async () => {
    expect((await audit.entriesBefore(4, 2)).map((entry) => entry.number)).toEqual([3, 2]);
  });

  test('an act that is rolled back leaves no entry and no gap', async () => {
    const failing = database.db.transaction().execute(async (trx) => {
      await audit.append(trx, { actor, action: 'never', subject, detail: {} });
      throw new Error('the act failed');
    });
    await expect(failing).rejects.toThrow('the act failed');
    await append('after');
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 6 });
  });

  test('entries appended at the same moment form one chain', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => append(`parallel.${index}`)));
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 25 });
  });

  test('the database itself refuses changes', async () => {
    const { db } = database;
    await expect(sql`update audit set action = 'x'`.execute(db)).rejects.toThrow('append only');
    await expect(sql`delete from audit`.execute(db)).rejects.toThrow('append only');
    await expect(sql`truncate audit`.execute(db)).rejects.toThrow('append only');
  });

  test.each([
    ['an altered detail', `update audit set detail = '{"a":"other"}' where number = 3`, 3, 'altered'],
    ['an altered time', `update audit set at = at + interval '1 ms' where number = 2`, 2, 'altered'],
    ['a removed entry', 'delete from audit where number = 4', 4, 'removed'],
    ['a removed beginning', 'delete from audit where number = 1', 1, 'removed'],
    [
      'two entries in each other’s place',
      'update audit set number = case number when 2 then -3 else -2 end where number in (2, 3);' +
        'update audit set number = -number where number < 0',
      2,
      'reordered',
    ],
    ['a replaced hash', `update audit set hash = previous where number = 5`, 5, 'altered'],
  ])('verification names %s', async (_what, statement, number, problem) => {
    await tamper(statement);
    expect(await audit.verify()).toEqual({ intact: false, number, problem });
  });

  test('a chain cut short or rewritten from some entry on is revealed by a head kept elsewhere', async () => {
    const [head] = await audit.entriesBefore(undefined, 1);
    const known = { number: 5, hash: head?.hash ?? '' };
    expect(await audit.verify(known)).toMatchObject({ intact: true });
    await rewriteHistory(database.db, (entries) => entries.slice(0, 4));
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 4 });
    expect(await audit.verify(known)).toEqual({ intact: false, number: 5, problem: 'removed' });
    await append('another');
    expect(await audit.verify()).toMatchObject({ intact: true, entries: 5 });
    expect(await audit.verify(known)).toEqual({ intact: false, number: 5, problem: 'altered' });
  });
});
