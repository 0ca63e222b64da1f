import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isConsistent, isIncluded } from '@sallyport/protocol';
import type { TreeHead } from '@sallyport/protocol';
import { up } from '../db/migrations/0003-audit.ts';
import { effort } from '../../../test/harness/effort.ts';
import { createTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createAudit, type AuditChain } from './audit.ts';
import { AuditTreeError, currentHead, proveConsistency, proveInclusion } from './tree.ts';

const actor = { kind: 'control', id: null, name: 'control' } as const;
const many = effort(13, 41);

let database: TestDatabase;
let audit: AuditChain;
/** The head after each entry, from none on. */
const heads: TreeHead[] = [];

const append = (action: string): Promise<void> =>
  database.db.transaction().execute((trx) => audit.append(trx, { actor, action, subject: null, detail: {} }));

beforeAll(async () => {
  database = await createTestDatabase();
  audit = createAudit({ db: database.db, clock: Date, announce: () => Promise.resolve() });
  heads.push(await currentHead(database.db));
  for (let number = 1; number <= many; number += 1) {
    await append(`act.${number}`);
    heads.push(await currentHead(database.db));
  }
});
afterAll(() => database.close());

describe('S27 the tree over the record', () => {
  test('each size is shown to go on from every smaller one, and from no other record', async () => {
    for (const after of heads) {
      for (const before of heads.slice(0, after.size + 1)) {
        const proof = await proveConsistency(database.db, before.size, after.size);
        expect(await isConsistent(before, after, proof), `${before.size} to ${after.size}`).toBe(true);
        if (before.size === 0) continue;
        const other = { ...before, root: heads[before.size - 1]?.root ?? '' };
        expect(await isConsistent(other, after, proof)).toBe(false);
      }
    }
  });

  test('each entry is shown to be in every tree it is in', async () => {
    const entries = (await audit.entriesBefore(undefined, many)).toReversed();
    for (const tree of heads.slice(1)) {
      for (const entry of entries.slice(0, tree.size)) {
        const proof = await proveInclusion(database.db, entry.number, tree.size);
        expect(await isIncluded({ data: entry.hash, index: entry.number - 1 }, tree, proof)).toBe(true);
      }
    }
  });

  test('entries appended at the same moment are all in it', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => append(`parallel.${index}`)));
    const [before, after] = [heads[many], await currentHead(database.db)];
    expect(after.size).toBe(many + 12);
    const proof = await proveConsistency(database.db, many, after.size);
    expect(await isConsistent(before ?? after, after, proof)).toBe(true);
  });

  test('a record from before the tree gets the same one', async () => {
    const all = database.db.selectFrom('audit_nodes').selectAll().orderBy('level').orderBy('position');
    const grown = await all.execute();
    expect(grown.length).toBeGreaterThan(many);
    await sql`drop table audit_nodes, countersignatures, audit_checkpoints, device_heads, joins`.execute(database.db);
    await up(database.db as unknown as Kysely<unknown>);
    expect(await all.execute()).toEqual(grown);
  });

  test('the database itself refuses changes', async () => {
    for (const statement of ['update audit_nodes set level = 1', 'delete from audit_nodes', 'truncate audit_nodes']) {
      await expect(sql.raw(statement).execute(database.db)).rejects.toThrow('append only');
    }
  });

  test('over a hole in it the record is not continued', async () => {
    await sql`alter table audit_nodes disable trigger audit_nodes_append_only`.execute(database.db);
    const { size } = await currentHead(database.db);
    expect(size % 2).toBe(1);
    await database.db
      .deleteFrom('audit_nodes')
      .where('level', '=', 0)
      .where('position', '=', size - 1)
      .execute();
    await expect(append('next')).rejects.toThrow(AuditTreeError);
  });
});
