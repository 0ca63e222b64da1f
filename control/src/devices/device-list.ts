import type { Kysely } from 'kysely';
import type { ConsoleDevice } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';

/**
 * A connected laptop renews its lease, and so is seen, every minute; one not seen for longer is not connected, whatever
 * a node that died without a word left behind in the table. Milliseconds.
 */
const contactAge = 150_000;

/**
 * Lists laptops as the consoles show them, by name.
 * @param site only this site's laptops; undefined for the whole fleet
 * @param limit how many at the most
 */
export async function listDevices(
  deps: { db: Kysely<Database>; clock: Clock },
  site: string | undefined,
  limit: number,
): Promise<ConsoleDevice[]> {
  let query = deps.db
    .selectFrom('devices')
    .innerJoin('sites', 'sites.id', 'devices.site')
    .select([
      'devices.id',
      'devices.name',
      'devices.site',
      'sites.name as siteName',
      'state',
      'room',
      'connection',
      'last_seen_at',
      'share_destroyed_at',
    ])
    .orderBy('devices.name')
    .orderBy('devices.enrolled_at', 'desc')
    .limit(limit);
  if (site !== undefined) query = query.where('devices.site', '=', site);
  const oldest = deps.clock.now() - contactAge;
  return (await query.execute()).map((row) => ({
    id: row.id,
    name: row.name,
    site: { id: row.site, name: row.siteName },
    connected: row.connection !== null && (row.last_seen_at?.getTime() ?? 0) > oldest,
    state: row.state,
    lastSeenAt: row.last_seen_at?.getTime() ?? null,
    room: row.room,
    shareDestroyedAt: row.share_destroyed_at?.getTime() ?? null,
  }));
}
