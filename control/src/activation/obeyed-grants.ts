import { sql, type Kysely, type Transaction } from 'kysely';
import type { Hello, LifecycleName } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock } from '../ports.ts';

/** How a grant ended that reached no laptop. */
const neverOpened = 'never-opened';
/** What is said of a grant that was sent and not answered in time, until the laptop says more. */
export const unanswered = 'unanswered';

const openStates: readonly (LifecycleName | null)[] = ['open', 'inRoom'];

/**
 * Notes that a laptop has obeyed a grant.
 * SECURITY: one that later says less has been put back to a copy of itself (S30).
 */
export async function noteObeyed(trx: Transaction<Database>, device: string, sequence: number): Promise<void> {
  await trx
    .updateTable('devices')
    .set((eb) => ({ highest_grant: eb.fn('greatest', ['highest_grant', eb.val(sequence)]) }))
    .where('id', '=', device)
    .execute();
}

export interface SettlingDeps {
  db: Kysely<Database>;
  audit: Audit;
  clock: Clock;
}

interface Device {
  id: string;
  name: string;
}

/** A grant that was sent and of which nobody knows whether it opened the laptop. */
interface Unsettled {
  id: string;
  sequence: number;
  end_reason: string | null;
}

/** Settles, by what a laptop says first, which of its unanswered grants opened it: those up to its own sequence. */
export async function settleByHello(deps: SettlingDeps, device: Device, hello: Hello): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    for (const grant of await unsettled(trx, device.id)) {
      if (grant.sequence <= hello.grantSequence) await markOpened(deps, trx, device, grant);
      else await markNeverOpened(deps, trx, grant);
    }
  });
}

/** The same by a state it is in: one that is open was opened by the newest, if that was not answered. */
export async function settleByState(deps: SettlingDeps, device: Device, state: LifecycleName | null): Promise<void> {
  if (!openStates.includes(state)) return;
  await deps.db.transaction().execute(async (trx) => {
    const newest = (await unsettled(trx, device.id)).at(-1);
    if (newest?.end_reason === unanswered) await markOpened(deps, trx, device, newest);
  });
}

function unsettled(trx: Transaction<Database>, device: string): Promise<Unsettled[]> {
  return trx
    .selectFrom('grants')
    .select(['id', 'sequence', 'end_reason'])
    .where('device', '=', device)
    .where('opened_at', 'is', null)
    .where('ended_at', 'is', null)
    .orderBy('sequence')
    .forUpdate()
    .execute();
}

async function markOpened(
  { audit, clock }: SettlingDeps,
  trx: Transaction<Database>,
  { id: device, name }: Device,
  { id, sequence }: Unsettled,
): Promise<void> {
  const now = new Date(clock.now());
  await trx.updateTable('grants').set({ opened_at: now, end_reason: null }).where('id', '=', id).execute();
  await audit.append(trx, {
    actor: { kind: 'device', id: device, name },
    action: 'device.opened',
    subject: device,
    detail: { grant: id, sequence, learnedLater: true },
  });
}

async function markNeverOpened({ clock }: SettlingDeps, trx: Transaction<Database>, { id }: Unsettled): Promise<void> {
  await trx
    .updateTable('grants')
    .set({ ended_at: new Date(clock.now()), end_reason: neverOpened })
    .where('id', '=', id)
    .execute();
}

/** Whether a grant may still turn out to have opened its laptop. */
export const mayStillOpen = sql<boolean>`(ended_at is null or end_reason = ${neverOpened})`;
