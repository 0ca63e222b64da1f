import type { Kysely } from 'kysely';
import type { ActivationEnd } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, Audit, Clock } from '../ports.ts';
import { actorOf, refuseAct } from './activation-deps.ts';
import type { ActivationDeps } from './activation-deps.ts';

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

export interface ActivationRecordDeps {
  db: Kysely<Database>;
  audit: Audit;
  clock: Clock;
}

/** What laptops report about their activations. */
export interface ActivationRecord {
  /**
   * A laptop became inert again. Idempotent.
   * @param grant the sequence of the grant it was opened with
   */
  ended(device: { id: string; name: string }, grant: number, reason: ActivationEnd): Promise<void>;
}

/** @returns the record of activations, for the device link */
export function createActivationRecord(deps: ActivationRecordDeps): ActivationRecord {
  return {
    ended: async (device, grant, reason) =>
      deps.db.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('grants')
          .set({ ended_at: new Date(deps.clock.now()), end_reason: reason })
          .where('device', '=', device.id)
          .where('sequence', '=', grant)
          .where('ended_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        await deps.audit.append(trx, {
          actor: { kind: 'device', id: device.id, name: device.name },
          action: 'activation.ended',
          subject: device.id,
          detail: { sequence: grant, reason },
        });
      }),
  };
}
