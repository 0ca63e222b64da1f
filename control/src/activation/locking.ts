import type { Transaction } from 'kysely';
import type { ActivationEnd, Hello, LifecycleName } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { actorOf, refuseAct } from './activation-deps.ts';
import type { ActivationDeps } from './activation-deps.ts';
import { mayStillOpen, noteObeyed, settleByHello, settleByState } from './obeyed-grants.ts';
import type { SettlingDeps } from './obeyed-grants.ts';

/**
 * Makes a laptop of the caller's site inert again. Needs nobody's signature: it can only close.
 * @returns done once the laptop says so; or `not-found`, or what the laptop or the link said
 */
export async function lockDevice(
  deps: ActivationDeps,
  device: string,
  caller: Caller,
): Promise<Answer<Record<string, never>>> {
  const act = { action: 'device.lock-refused', subject: device };
  const row = await deps.db
    .selectFrom('devices')
    .select('id')
    .where('id', '=', device)
    .where('site', '=', caller.person.site?.id ?? null)
    .executeTakeFirst();
  // SECURITY: another site's laptop does not exist for this caller (S15).
  if (row === undefined) return refuseAct(deps, caller, act, { reason: 'not-found' });
  const answer = await deps.link.request(device, 'activation.lock', {});
  if (!answer.ok) return refuseAct(deps, caller, act, answer.refusal);
  await deps.db
    .transaction()
    .execute((trx) =>
      deps.audit.append(trx, { actor: actorOf(caller), action: 'device.locked', subject: device, detail: {} }),
    );
  await deps.changes.publish('devices');
  return { ok: true, result: {} };
}

/** What laptops report about their activations. */
export interface ActivationRecord {
  /** A laptop connected: settles which of the grants it never answered opened it. */
  greeted(device: { id: string; name: string }, hello: Hello): Promise<void>;
  /** A laptop reported its state: the same for the newest. */
  reported(device: { id: string; name: string }, state: LifecycleName): Promise<void>;
  /**
   * A laptop became inert again. Idempotent.
   * @param grant the sequence of the grant it was opened with
   */
  ended(device: { id: string; name: string }, grant: number, reason: ActivationEnd): Promise<void>;
}

/** @returns the record of activations, for the device link */
export function createActivationRecord(deps: SettlingDeps): ActivationRecord {
  return {
    greeted: (device, hello) => settleByHello(deps, device, hello),
    reported: (device, state) => settleByState(deps, device, state),
    ended: (device, grant, reason) => deps.db.transaction().execute((trx) => end(deps, trx, device, { grant, reason })),
  };
}

async function end(
  deps: SettlingDeps,
  trx: Transaction<Database>,
  device: { id: string; name: string },
  { grant, reason }: { grant: number; reason: ActivationEnd },
): Promise<void> {
  const now = new Date(deps.clock.now());
  // The laptop's row first, as everywhere, so that nobody waits for each other.
  await trx.selectFrom('devices').select('id').where('id', '=', device.id).forUpdate().execute();
  const ended = await trx
    .updateTable('grants')
    // What has ended was open, also when the answer to its grant never came.
    .set((eb) => ({ ended_at: now, end_reason: reason, opened_at: eb.fn.coalesce('opened_at', eb.val(now)) }))
    .where('device', '=', device.id)
    .where('sequence', '=', grant)
    .where(mayStillOpen)
    .returning('id')
    .executeTakeFirst();
  if (ended === undefined) return;
  await noteObeyed(trx, device.id, grant);
  await deps.audit.append(trx, {
    actor: { kind: 'device', id: device.id, name: device.name },
    action: 'activation.ended',
    subject: device.id,
    detail: { sequence: grant, reason },
  });
}
