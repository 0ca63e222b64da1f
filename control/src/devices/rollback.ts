import type { Kysely, Transaction } from 'kysely';
import type { Hello, LifecycleName } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Changes, NamedDevice } from '../ports.ts';
import { markRolledBack } from './device-marks.ts';
import type { MarkDeps } from './device-marks.ts';
import { noteReturn } from './returned.ts';

/** Above this no sequence number is left to give. */
const lastSequence = 2 ** 31 - 2;

/** A laptop that erases itself, or has: it knows its sequences no longer. */
const erasing: readonly LifecycleName[] = ['wiping', 'dead'];

export interface RollbackDeps extends MarkDeps {
  db: Kysely<Database>;
  changes: Changes;
}

interface Known {
  highest_grant: number;
  highest_order: number;
  record_generation: number;
  next_grant_sequence: number;
  next_order_sequence: number;
  rolled_back_at: Date | null;
  share_destroyed_at: Date | null;
}

/**
 * Compares what a laptop says first with how far control knows it to have come. One that has obeyed less than it had, or
 * whose record is older than it was, was put back to a copy of itself: it is marked, and opened by nobody until it is
 * enrolled anew. So is one that is at work again after it accepted to erase itself. One that has obeyed more than control
 * ever sent shows that control's database was put back: its numbers go on above the laptop's.
 * SECURITY: a copy of the whole disk cannot be told by the laptop itself; what it says tells control (S30).
 * @returns whether it is marked now
 */
export async function compareHello(deps: RollbackDeps, device: NamedDevice, hello: Hello): Promise<boolean> {
  if (erasing.includes(hello.state)) return false;
  const marked = await deps.db.transaction().execute(async (trx) => {
    const known = await lock(trx, device.id);
    if (known === undefined) return false;
    if (known.share_destroyed_at !== null) {
      return noteReturn(deps, trx, device, { hello, rolledBackAt: known.rolled_back_at });
    }
    if (hello.state === 'blank') return false;
    if (isBehind(hello, known)) return markRolledBack(deps, trx, device, detailOf(hello, known));
    await keepUp(deps, trx, device, { hello, known });
    return false;
  });
  // An alarm over its brick may have begun.
  if (marked) await Promise.all([deps.changes.publish('devices'), deps.changes.publish('orders')]);
  return marked;
}

function lock(trx: Transaction<Database>, device: string): Promise<Known | undefined> {
  return trx
    .selectFrom('devices')
    .select(['highest_grant', 'highest_order', 'record_generation', 'next_grant_sequence', 'next_order_sequence'])
    .select(['rolled_back_at', 'share_destroyed_at'])
    .where('id', '=', device)
    .forUpdate()
    .executeTakeFirst();
}

interface Compared {
  hello: Hello;
  known: Known;
}

function isBehind({ grantSequence, orderSequence, recordGeneration }: Hello, known: Known): boolean {
  const isLower = grantSequence < known.highest_grant || orderSequence < known.highest_order;
  return isLower || recordGeneration < known.record_generation;
}

function detailOf(hello: Hello, known: Known): Record<string, number> {
  return {
    ...{ saidGrant: hello.grantSequence, knownGrant: known.highest_grant },
    ...{ saidOrder: hello.orderSequence, knownOrder: known.highest_order },
    ...{ saidGeneration: hello.recordGeneration, knownGeneration: known.record_generation },
  };
}

async function keepUp(
  { audit }: RollbackDeps,
  trx: Transaction<Database>,
  { id, name }: NamedDevice,
  { hello, known }: Compared,
): Promise<void> {
  const [grant, order] = [hello.grantSequence, hello.orderSequence].map((said) => Math.min(said, lastSequence));
  if (grant === undefined || order === undefined) return;
  const { recordGeneration: generation } = hello;
  if (grant === known.highest_grant && order === known.highest_order && generation === known.record_generation) return;
  const isAhead = grant >= known.next_grant_sequence || order >= known.next_order_sequence;
  await trx
    .updateTable('devices')
    .set({
      ...{ highest_grant: grant, highest_order: order, record_generation: generation },
      next_grant_sequence: Math.max(known.next_grant_sequence, grant + 1),
      next_order_sequence: Math.max(known.next_order_sequence, order + 1),
    })
    .where('id', '=', id)
    .execute();
  if (!isAhead) return;
  const detail = { grant, order };
  await audit.append(trx, {
    ...{ actor: { kind: 'device', id, name }, action: 'device.ahead-of-control', subject: id, detail },
  });
}
