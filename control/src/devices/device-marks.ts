import type { Transaction } from 'kysely';
import type { AuditEntry } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock, DeviceMarks, NamedDevice } from '../ports.ts';

export interface MarkDeps {
  audit: Audit;
  clock: Clock;
}

/** @returns what the rest of control notes of laptops that are no longer what they were */
export function createDeviceMarks(deps: MarkDeps): DeviceMarks {
  return {
    rolledBack: async (trx, device, detail) => {
      await markRolledBack(deps, trx, device, detail);
    },
    returned: (trx, device, detail) => markReturned(deps, trx, device, detail),
    damaged: (trx, device) => markDamaged(deps, trx, device),
  };
}

/**
 * Marks a laptop as put back to a copy of itself: opened by nobody until it is enrolled anew.
 * @returns whether it is marked only now
 */
export async function markRolledBack(
  { audit, clock }: MarkDeps,
  trx: Transaction<Database>,
  { id, name }: NamedDevice,
  detail: AuditEntry['detail'],
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('devices')
    .set({ rolled_back_at: new Date(clock.now()) })
    .where('id', '=', id)
    .where('rolled_back_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await audit.append(trx, { actor: { kind: 'device', id, name }, action: 'device.rolled-back', subject: id, detail });
  return true;
}

/**
 * Marks a laptop that has accepted to erase itself as living on.
 * SECURITY: an erasure never goes back; whoever comes back from it is not what it says it is (S30, S33).
 */
export async function markReturned(
  { audit, clock }: MarkDeps,
  trx: Transaction<Database>,
  { id, name }: NamedDevice,
  detail: AuditEntry['detail'],
): Promise<void> {
  const now = new Date(clock.now());
  await trx.updateTable('devices').set({ rolled_back_at: now }).where('id', '=', id).execute();
  await audit.append(trx, { actor: { kind: 'device', id, name }, action: 'device.returned', subject: id, detail });
}

/** SECURITY: what a laptop itself says it lost it may have lost by somebody's hand: it opens for nobody any more (S31). */
async function markDamaged({ clock }: MarkDeps, trx: Transaction<Database>, { id }: NamedDevice): Promise<void> {
  await trx
    .updateTable('devices')
    .set({ damaged_at: new Date(clock.now()) })
    .where('id', '=', id)
    .where('damaged_at', 'is', null)
    .execute();
}
