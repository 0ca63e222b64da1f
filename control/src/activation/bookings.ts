import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { latestClose } from '@sallyport/protocol';
import type { DeviceAppointment, Grant, Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';

/** A laptop can be opened for an appointment from this long before its room opens, ms. */
export const earlyOpening = 10 * 60_000;

/** An appointment with the laptop and the people it is for, as far as opening the laptop needs them. */
export interface Booking {
  /** As people approve it: its `closesAt` counts that the consultant may let the room close later. */
  appointment: DeviceAppointment;
  /** Goes up with every change of it. */
  revision: number;
  /** When the room closes by itself, as far as is known now; milliseconds since the epoch. */
  roomClosesAt: number;
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
      patientName: row.patient_name,
      consultant: {
        id: row.consultant,
        name: row.consultantName,
        hospital: { id: row.hospitalId, name: row.hospital },
      },
      startsAt: row.starts_at.getTime(),
      endsAt: row.ends_at.getTime(),
      opensAt: row.opens_at.getTime(),
      closesAt: latestClose(row.ends_at.getTime()),
    },
    revision: row.revision,
    roomClosesAt: row.closes_at.getTime(),
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
  return now >= booking.roomClosesAt ? 'too-late' : undefined;
}

/** Whether a grant is for the appointment as it is booked now: laptop, consultant and times. */
export function isGrantOf({ device, appointment }: Grant, booking: Booking): boolean {
  const booked = booking.appointment;
  return (
    device.id === booking.device.id &&
    appointment.consultant.id === booked.consultant.id &&
    appointment.opensAt === booked.opensAt &&
    appointment.closesAt === booked.closesAt
  );
}

/**
 * Locks an appointment against changes until the transaction ends.
 * @returns whether it is still what was read
 */
export async function isUnchanged(
  trx: Transaction<Database>,
  { appointment, revision }: Pick<Booking, 'appointment' | 'revision'>,
): Promise<boolean> {
  const row = trx.selectFrom('appointments').select('revision').where('id', '=', appointment.id).forShare();
  return (await row.executeTakeFirst())?.revision === revision;
}
