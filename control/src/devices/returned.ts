import { sql, type Transaction } from 'kysely';
import type { Hello } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { NamedDevice } from '../ports.ts';
import { markReturned } from './device-marks.ts';
import type { MarkDeps } from './device-marks.ts';

/**
 * Notes that a laptop is at work again though it has accepted its own erasure: what connects is a copy, or does not
 * keep to its word. Noted once for each erasure that it has accepted.
 * @param rolledBackAt since when it is marked already
 * @returns whether it is marked only now
 */
export async function noteReturn(
  deps: MarkDeps,
  trx: Transaction<Database>,
  device: NamedDevice,
  { hello, rolledBackAt }: { hello: Hello; rolledBackAt: Date | null },
): Promise<boolean> {
  const accepted = await lastAccepted(trx, device.id);
  if (accepted === null || (rolledBackAt !== null && rolledBackAt > accepted)) return false;
  await markReturned(deps, trx, device, { state: hello.state, acceptedAt: accepted.getTime() });
  return true;
}

/** When the laptop last accepted to erase itself: by a brick's receipt, or by its notice. */
async function lastAccepted(trx: Transaction<Database>, device: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select greatest(
      (select max(received_at) from orders where device = ${device} and kind = 'brick' and state = 'executed'),
      (select noticed_at from erasures where device = ${device})
    ) as at
  `.execute(trx);
  return rows[0]?.at ?? null;
}
