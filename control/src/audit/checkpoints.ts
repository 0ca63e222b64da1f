import { createPrivateKey, sign } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { encodeCheckpoint } from '@sallyport/protocol';
import type { AuditCheckpointsTable, Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';
import { currentHead } from './tree.ts';

/** However many laptops ask, there is one new checkpoint in this time at the most, ms. */
const freshFor = 3_000;

/** A checkpoint as control keeps it. */
export type KeptCheckpoint = Selectable<AuditCheckpointsTable>;

/** The signed heads of the audit tree. */
export interface Checkpoints {
  /**
   * The newest checkpoint, made when there is none of the last seconds.
   * @param atLeast entries that it should cover when there are as many
   */
  newest(atLeast?: number): Promise<KeptCheckpoint>;
  /** The checkpoint of so many entries, if one was made. */
  find(size: number): Promise<KeptCheckpoint | undefined>;
}

/** Creates the maker of checkpoints, signed with the fleet's audit key. */
export function createCheckpoints(deps: { db: Kysely<Database>; clock: Clock }): Checkpoints {
  const { db, clock } = deps;
  let cached: { checkpoint: KeptCheckpoint; at: number } | undefined;
  let making: Promise<KeptCheckpoint> | undefined;
  const make = async (): Promise<KeptCheckpoint> => {
    const at = clock.now();
    const checkpoint = await makeCheckpoint(db, at);
    cached = { checkpoint, at };
    return checkpoint;
  };
  return {
    newest: (atLeast = 0) => {
      const isFresh = cached !== undefined && Math.abs(clock.now() - cached.at) < freshFor;
      if (isFresh && cached !== undefined && cached.checkpoint.size >= atLeast) {
        return Promise.resolve(cached.checkpoint);
      }
      making ??= make().finally(() => (making = undefined));
      return making;
    },
    find: (size) => db.selectFrom('audit_checkpoints').selectAll().where('size', '=', size).executeTakeFirst(),
  };
}

/** There is one checkpoint of each size: whichever node was first has made it. */
async function makeCheckpoint(db: Kysely<Database>, now: number): Promise<KeptCheckpoint> {
  const head = await currentHead(db);
  const fleet = await db.selectFrom('fleet').select(['id', 'audit_key']).executeTakeFirstOrThrow();
  const checkpoint = Buffer.from(encodeCheckpoint({ fleet: fleet.id, ...head, at: now }));
  const row = { size: head.size, checkpoint, signature: signWith(fleet.audit_key, checkpoint), made_at: new Date(now) };
  await db
    .insertInto('audit_checkpoints')
    .values(row)
    .onConflict((conflict) => conflict.column('size').doNothing())
    .execute();
  return db.selectFrom('audit_checkpoints').selectAll().where('size', '=', head.size).executeTakeFirstOrThrow();
}

/** ECDSA P-256 with SHA-256 (FIPS 186-5), r ‖ s. @param key PKCS #8 PEM */
export function signWith(key: string, bytes: Uint8Array): Buffer {
  return sign('sha256', bytes, { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
}
