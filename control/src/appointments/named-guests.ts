import { randomUUID } from 'node:crypto';
import { latestClose, type BookedDetails } from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';

type Named = BookedDetails['guests'][number];

/**
 * Makes these the guests of an appointment: whoever is named as before stays as they are, their link too.
 * @param endsAt when the appointment ends, milliseconds since the epoch: no link outlives its room
 */
export async function putGuests(
  trx: Transaction<Database>,
  appointment: string,
  guests: readonly Named[],
  endsAt: number,
): Promise<void> {
  const query = trx.selectFrom('guests').select(['id', 'kind', 'name']).where('appointment', '=', appointment);
  const before = await query.execute();
  // SECURITY: a link given to one person is worth nothing to another who is named in their place (S38).
  const gone = before.filter((guest) => !isNamed(guests, guest)).map(({ id }) => id);
  if (gone.length > 0) await trx.deleteFrom('guests').where('id', 'in', gone).execute();
  const link = trx.updateTable('guests').set({ link_expires_at: new Date(latestClose(endsAt)) });
  await link.where('appointment', '=', appointment).where('link', 'is not', null).execute();
  const added = guests.filter((guest) => !isNamed(before, guest));
  const rows = added.map(({ kind, name }) => ({ id: randomUUID(), appointment, kind, name }));
  if (rows.length > 0) await trx.insertInto('guests').values(rows).execute();
}

function isNamed(guests: readonly Named[], sought: Named): boolean {
  return guests.some(({ kind, name }) => kind === sought.kind && name === sought.name);
}
