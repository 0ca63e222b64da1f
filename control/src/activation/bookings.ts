import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { DeviceAppointment, Grant, Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';

/** A laptop can be opened for an appointment from this long before its room opens, ms. */
export const earlyOpening = 10 * 60_000;

/** An appointment with the laptop and the people it is for, as far as opening the laptop needs them. */
export interface Booking {
  appointment: DeviceAppointment;
  prison: string;
  cancelled: boolean;
  device: Grant['device'];
  deviceState: string | null;
  hasShare: boolean;
  /** Whether the laptop was put back to a copy of itself. */
  isRolledBack: boolean;
  /** Whether what it keeps was damaged. */
  isDamaged: boolean;
}

/** Finds an appointment; whose it is and whether its time is now is decided by `refusalOfBooking`. */
export async function findBooking(db: Kysely<Database>, id: string): Promise<Booking | undefined> {
  const row = await db
    .selectFrom('appointments')
    .innerJoin('devices', 'devices.id', 'appointments.device')
    .innerJoin('people', 'people.id', 'appointments.consultant')
    .innerJoin('sites', 'sites.id', 'people.site')
    .selectAll('appointments')
    .select(['devices.name as deviceName', 'devices.site as deviceSite', 'devices.state as deviceState'])
    .select(['devices.share_destroyed_at', 'devices.rolled_back_at', 'devices.damaged_at', 'devices.public_key'])
    .select(['people.name as consultantName', 'sites.id as hospitalId', 'sites.name as hospital'])
    .where('appointments.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    appointment: {
      id: row.id,
      patientReference: row.patient_reference,
      consultant: {
        id: row.consultant,
        name: row.consultantName,
        hospital: { id: row.hospitalId, name: row.hospital },
      },
      startsAt: row.starts_at.getTime(),
      endsAt: row.ends_at.getTime(),
      opensAt: row.opens_at.getTime(),
      closesAt: row.closes_at.getTime(),
    },
    prison: row.prison,
    cancelled: row.cancelled_at !== null,
    device: { id: row.device, name: row.deviceName, site: row.deviceSite, key: digestOfKey(row.public_key) },
    deviceState: row.deviceState,
    hasShare: row.share_destroyed_at === null,
    isRolledBack: row.rolled_back_at !== null,
    isDamaged: row.damaged_at !== null,
  };
}

/** What a grant names a laptop's key by: SHA-256 of its SubjectPublicKeyInfo (DER), base64url. */
function digestOfKey(publicKey: Buffer): string {
  return createHash('sha256').update(publicKey).digest('base64url');
}

/**
 * Why a laptop may not be opened for a booking by staff of a site, now.
 * @param now milliseconds since the Unix epoch
 */
export function refusalOfBooking(booking: Booking, site: string, now: number): Refusal['reason'] | undefined {
  // SECURITY: another site's appointment does not exist for this caller (S15).
  if (booking.prison !== site || booking.device.site !== site || booking.cancelled) return 'not-found';
  if (!booking.hasShare) return 'wrong-state';
  // SECURITY: what it has already obeyed it would obey again: until it is enrolled anew it opens for nobody (S30).
  if (booking.isRolledBack) return 'rolled-back';
  // SECURITY: what was damaged may have been damaged by hand: it opens for nobody (S31).
  if (booking.isDamaged) return 'store-damaged';
  if (now < booking.appointment.opensAt - earlyOpening) return 'too-early';
  return now >= booking.appointment.closesAt ? 'too-late' : undefined;
}
