import type { Kysely, Transaction } from 'kysely';
import type { Hello, LifecycleName } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit, Changes, Clock } from '../ports.ts';

/** Above this no sequence number is left to give. */
const lastSequence = 2 ** 31 - 2;

/** A laptop that wipes, or has, knows its sequences no longer. */
const forgetful: readonly LifecycleName[] = ['blank', 'wiping', 'dead'];

export interface RollbackDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
}

interface Known {
  highest_grant: number;
  highest_order: number;
  next_grant_sequence: number;
  next_order_sequence: number;
  rolled_back_at: Date | null;
}

/**
 * Compares what a laptop says first with what control knows it has obeyed. One that has obeyed less than it had was put
 * back to a copy of itself: it is marked, and opened by nobody until it is enrolled anew. One that has obeyed more than
 * control ever sent shows that control's database was put back: its numbers go on above the laptop's.
 * SECURITY: a copy of the whole disk cannot be told by the laptop itself; its sequences tell control (S30).
 * @returns whether it is marked now
 */
export async function compareSequences(
  deps: RollbackDeps,
  device: { id: string; name: string },
  hello: Hello,
): Promise<boolean> {
  if (forgetful.includes(hello.state)) return false;
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const known = await lock(trx, device.id);
    if (known === undefined) return undefined;
    if (hello.grantSequence < known.highest_grant || hello.orderSequence < known.highest_order) {
      return mark(deps, trx, device, { hello, known });
    }
    return keepUp(deps, trx, device, { hello, known });
  });
  if (outcome === 'marked') await deps.changes.publish('devices');
  return outcome === 'marked';
}

function lock(trx: Transaction<Database>, device: string): Promise<Known | undefined> {
  return trx
    .selectFrom('devices')
    .select(['highest_grant', 'highest_order', 'next_grant_sequence', 'next_order_sequence', 'rolled_back_at'])
    .where('id', '=', device)
    .where('share_destroyed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

interface Compared {
  hello: Hello;
  known: Known;
}

async function mark(
  { audit, clock }: RollbackDeps,
  trx: Transaction<Database>,
  { id, name }: { id: string; name: string },
  { hello, known }: Compared,
): Promise<'marked' | undefined> {
  if (known.rolled_back_at !== null) return undefined;
  await trx
    .updateTable('devices')
    .set({ rolled_back_at: new Date(clock.now()) })
    .where('id', '=', id)
    .execute();
  await audit.append(trx, {
    actor: { kind: 'device', id, name },
    action: 'device.rolled-back',
    subject: id,
    detail: {
      ...{ saidGrant: hello.grantSequence, knownGrant: known.highest_grant },
      ...{ saidOrder: hello.orderSequence, knownOrder: known.highest_order },
    },
  });
  return 'marked';
}

async function keepUp(
  { audit }: RollbackDeps,
  trx: Transaction<Database>,
  { id, name }: { id: string; name: string },
  { hello, known }: Compared,
): Promise<undefined> {
  const [grant, order] = [hello.grantSequence, hello.orderSequence].map((said) => Math.min(said, lastSequence));
  if (grant === undefined || order === undefined) return;
  if (grant === known.highest_grant && order === known.highest_order) return;
  const isBehind = grant >= known.next_grant_sequence || order >= known.next_order_sequence;
  await trx
    .updateTable('devices')
    .set({
      ...{ highest_grant: grant, highest_order: order },
      next_grant_sequence: Math.max(known.next_grant_sequence, grant + 1),
      next_order_sequence: Math.max(known.next_order_sequence, order + 1),
    })
    .where('id', '=', id)
    .execute();
  if (!isBehind) return;
  const detail = { grant, order };
  await audit.append(trx, {
    ...{ actor: { kind: 'device', id, name }, action: 'device.ahead-of-control', subject: id, detail },
  });
}
