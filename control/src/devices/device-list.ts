import type { Kysely } from 'kysely';
import { verdictOf, type CheckReport, type ConsoleDevice } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Clock, Custodies, Erasures, TrustDocuments } from '../ports.ts';
import { leaseOf } from './lease.ts';

/**
 * A connected laptop renews its lease, and so is seen, every minute; one not seen for longer is not connected, whatever
 * a node that died without a word left behind in the table. Milliseconds.
 */
const contactAge = 150_000;

export interface DeviceListDeps {
  db: Kysely<Database>;
  clock: Clock;
  trust: TrustDocuments;
  erasures: Pick<Erasures, 'shown'>;
  custodies: Custodies;
}

/**
 * Lists laptops as the consoles show them, by name.
 * @param site only this site's laptops; undefined for the whole fleet
 * @param limit how many at the most
 */
export async function listDevices(
  deps: DeviceListDeps,
  site: string | undefined,
  limit: number,
): Promise<ConsoleDevice[]> {
  let query = deps.db
    .selectFrom('devices')
    .innerJoin('sites', 'sites.id', 'devices.site')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('device_checks')
          .select(['report', 'at as checked_at'])
          .whereRef('device_checks.device', '=', 'devices.id')
          .orderBy('at', 'desc')
          .limit(1)
          .as('last_check'),
      (join) => join.onTrue(),
    )
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
      'rolled_back_at',
      'damaged_at',
      'report',
      'checked_at',
    ])
    .orderBy('devices.name')
    .orderBy('devices.enrolled_at', 'desc')
    .limit(limit);
  if (site !== undefined) query = query.where('devices.site', '=', site);
  const now = deps.clock.now();
  const oldest = now - contactAge;
  const { policy } = (await deps.trust.manifest()).manifest;
  const erasures = await deps.erasures.shown();
  const custodies = await deps.custodies.shown();
  return (await query.execute()).map(({ id, name, site, siteName, state, room, ...row }) => {
    const lastSeenAt = momentOf(row.last_seen_at);
    return {
      ...{ id, name, site: { id: site, name: siteName }, state, room, lastSeenAt },
      connected: row.connection !== null && lastSeenAt !== null && lastSeenAt > oldest,
      shareDestroyedAt: momentOf(row.share_destroyed_at),
      lease: lastSeenAt === null ? null : leaseOf(lastSeenAt, policy, now),
      rolledBackAt: momentOf(row.rolled_back_at),
      damagedAt: momentOf(row.damaged_at),
      erasure: erasures.get(id) ?? null,
      custody: custodies.get(id) ?? null,
      check: checkOf(row.report, row.checked_at),
    };
  });
}

function checkOf(report: CheckReport | null, at: Date | null): ConsoleDevice['check'] {
  return report === null || at === null ? null : { verdict: verdictOf(report), report, at: at.getTime() };
}

function momentOf(date: Date | null): number | null {
  return date?.getTime() ?? null;
}
