import { latestClose, type Join, type Roster } from '@sallyport/protocol';
import type { KnownRoom } from '@sallyport/protocol/participants';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock, TrustDocuments } from '../ports.ts';

/** An appointment as its room's joins are judged by: its laptop, its consultant, and the trust in force. */
export interface BookedRoom extends KnownRoom {
  /** The laptop and its prison, under the names people know. */
  laptop: Join['device'];
  /** Milliseconds since the epoch. */
  opensAt: number;
  closesAt: number;
  /** The latest that the room may close if the consultant lets it: until then people may approve a join. */
  approvedUntil: number;
  cancelled: boolean;
}

interface Deps {
  db: Kysely<Database>;
  trust: TrustDocuments;
  clock: Clock;
}

/**
 * Reads an appointment with the trust its joins are judged by.
 * @returns undefined when there is none, or the manifest in force no longer has its prison or its consultant's hospital
 * @throws when the fleet is not founded yet
 */
export async function findBookedRoom({ db, trust, clock }: Deps, id: string): Promise<BookedRoom | undefined> {
  const row = await findRow(db, id);
  if (row === undefined || row.hospital === null) return undefined;
  const { manifest } = await trust.manifest();
  const prison = manifest.sites.find((site) => site.id === row.prison);
  const hospital = manifest.sites.find((site) => site.id === row.hospital);
  if (prison === undefined || hospital === undefined) return undefined;
  const rosters = await rostersOf(trust, [prison.id, hospital.id]);
  return {
    appointment: id,
    device: { id: row.device, prison: prison.id },
    laptop: { id: row.device, name: row.device_name, prison: { id: prison.id, name: prison.name } },
    consultant: {
      id: row.consultant,
      name: row.consultant_name,
      hospital: { id: hospital.id, name: hospital.name },
    },
    manifest,
    roster: (site) => rosters.get(site),
    now: clock.now(),
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    approvedUntil: latestClose(row.ends_at.getTime()),
    cancelled: row.cancelled_at !== null,
  };
}

function findRow(db: Kysely<Database>, id: string) {
  return db
    .selectFrom('appointments')
    .innerJoin('devices', 'devices.id', 'appointments.device')
    .innerJoin('people', 'people.id', 'appointments.consultant')
    .select(['appointments.prison', 'appointments.device', 'appointments.consultant', 'opens_at', 'ends_at'])
    .select([
      'closes_at',
      'cancelled_at',
      'devices.name as device_name',
      'people.name as consultant_name',
      'people.site as hospital',
    ])
    .where('appointments.id', '=', id)
    .executeTakeFirst();
}

async function rostersOf(trust: TrustDocuments, sites: readonly string[]): Promise<Map<string, Roster>> {
  const rosters = new Map<string, Roster>();
  for (const site of sites) {
    const found = await trust.roster(site);
    if (found !== undefined) rosters.set(site, found.roster);
  }
  return rosters;
}
