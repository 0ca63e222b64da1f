import {
  timesOf,
  type BookedDetails,
  type ConsoleAppointment,
  type Refusal,
  type SignedInPerson,
} from '@sallyport/protocol';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import { Refused } from '../http/handlers.ts';
import { ownAppointment, perform, type Act, type AppointmentDeps } from './acting.ts';
import { findAppointment, hasRoom } from './appointment-reader.ts';
import { startRefusal } from './appointment-rules.ts';
import {
  cancel,
  hasDevice,
  insertAppointment,
  isConsultant,
  isOccupied,
  isOpenFor,
  lockBooked,
  updateAppointment,
} from './booking-store.ts';
import { putGuests } from './named-guests.ts';

type Trx = Transaction<Database>;

/**
 * Books an appointment under the number that the caller's page made. The same booking sent again is answered with the
 * appointment that is there.
 * @returns it; or `too-late` (a start in the past), `too-early` (too far ahead), `not-found` (no such laptop of the caller's
 *   prison, or no such consultant), `clash`, `changed-meanwhile` (that number is another booking's, or was changed or
 *   cancelled since), `not-allowed` (no staff of a prison)
 */
export async function book(
  deps: AppointmentDeps,
  { id, ...details }: BookedDetails & { id: string },
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  const prison = person.site?.kind === 'prison' ? person.site.id : undefined;
  if (prison === undefined) return new Refused('not-allowed');
  const now = deps.clock.now();
  return perform(deps, id, person, async (trx) => {
    await lockBooked(trx, prison, { devices: [details.device], consultants: [details.consultant] });
    const before = await findAppointment(trx, id, now);
    // SECURITY: a booking is made once, however often it is sent (S37).
    if (before !== undefined) return again(before, details, prison) ?? { refused: 'changed-meanwhile' };
    const refused = startRefusal(details.startsAt, now) ?? (await missing(trx, details, prison));
    if (refused !== undefined) return { refused };
    const times = timesOf(details.startsAt, details.minutes);
    await insertAppointment(trx, { ...details, ...times, id, prison, bookedBy: person.id, bookedAt: now });
    await putGuests(trx, id, details.guests, times.endsAt);
    // The laptop fetches the roster of the hospital it is going to call.
    await deps.news.tell(trx, { kind: 'device', device: details.device });
    return { action: 'appointment.booked', detail: recorded(details) };
  });
}

/**
 * Moves or corrects an appointment that nobody has joined and for which no laptop is open. The same change sent again is
 * answered with what it made.
 * @returns the appointment; or `not-found` (another prison's; no such laptop or consultant), `changed-meanwhile` (it is no
 *   longer the revision named), `wrong-state` (cancelled, over, joined, or its laptop is open), `too-late`, `too-early`, `clash`
 */
export async function changeAppointment(
  deps: AppointmentDeps,
  { id, revision, ...details }: BookedDetails & { id: string; revision: number },
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  const now = deps.clock.now();
  return perform(deps, id, person, async (trx) => {
    const seen = await findAppointment(trx, id, now);
    if (seen === undefined || seen.prison.id !== person.site?.id) return { refused: 'not-found' };
    const devices = [seen.device.id, details.device];
    await lockBooked(trx, seen.prison.id, { devices, consultants: [seen.consultant.id, details.consultant] });
    const before = await ownAppointment(deps, trx, id, person);
    if (before === undefined) return { refused: 'not-found' };
    if (isOneOf(before.revision, revision)) {
      const same = again(before, details, before.prison.id);
      if (same !== undefined) return same;
    }
    const refused = await changeRefusal(trx, { before, details, revision, now });
    return refused === undefined ? apply(deps, trx, before, details) : { refused };
  });
}

/**
 * Cancels an appointment that nobody sits in. Cancelling it again is answered with what it came to.
 * @returns it; or `not-found`, `changed-meanwhile` (it is no longer the revision named), `wrong-state` (it has begun or is over)
 */
export async function cancelAppointment(
  deps: AppointmentDeps,
  { id, revision }: { id: string; revision: number },
  person: SignedInPerson,
): Promise<ConsoleAppointment | Refused> {
  return perform(deps, id, person, async (trx) => {
    const before = await ownAppointment(deps, trx, id, person);
    if (before === undefined) return { refused: 'not-found' };
    if (before.cancelledAt !== null && isOneOf(before.revision, revision)) return { again: true };
    // SECURITY: nobody undoes what they have not seen (S37).
    if (before.revision !== revision) return { refused: 'changed-meanwhile' };
    if (before.phase !== 'waiting' || (await isOccupied(trx, id))) return { refused: 'wrong-state' };
    await cancel(trx, id, deps.clock.now());
    return { action: 'appointment.cancelled', detail: { revision: revision + 1 } };
  });
}

/** Whether an appointment is the revision that the caller saw, or what their own act, sent twice, has made of it. */
function isOneOf(revision: number, seen: number): boolean {
  return revision === seen || revision === seen + 1;
}

/** Nothing to do: the appointment is already as it is asked to be. */
function again(before: ConsoleAppointment, details: BookedDetails, prison: string): Act | undefined {
  // SECURITY: another prison's appointment is told to nobody who has come by its number (S15).
  if (before.prison.id !== prison || before.cancelledAt !== null) return undefined;
  return differences(before, details).length === 0 ? { again: true } : undefined;
}

/** What is different, in words for the record: none of the patient's or a guest's own. */
function differences(before: ConsoleAppointment, details: BookedDetails): string[] {
  const { startsAt, minutes, device, consultant } = details;
  const same = {
    time: before.startsAt === startsAt && before.endsAt === timesOf(startsAt, minutes).endsAt,
    laptop: before.device.id === device,
    consultant: before.consultant.id === consultant,
    patient: isSamePatient(before, details),
    guests: namesOf(before.guests) === namesOf(details.guests),
  };
  return Object.entries(same).flatMap(([what, isSame]) => (isSame ? [] : [what]));
}

function isSamePatient(before: ConsoleAppointment, details: BookedDetails): boolean {
  return (
    before.patientReference === details.patientReference &&
    before.patientName === details.patientName &&
    before.nhsNumber === details.nhsNumber
  );
}

function namesOf(guests: BookedDetails['guests']): string {
  return JSON.stringify(guests.map(({ kind, name }) => [kind, name]).sort());
}

interface Change {
  before: ConsoleAppointment;
  details: BookedDetails;
  revision: number;
  now: number;
}

async function changeRefusal(
  trx: Trx,
  { before, details, revision, now }: Change,
): Promise<Refusal['reason'] | undefined> {
  // SECURITY: nobody overwrites what somebody else has changed since they looked (S37).
  if (before.revision !== revision) return 'changed-meanwhile';
  if (before.cancelledAt !== null || before.phase !== 'waiting') return 'wrong-state';
  // SECURITY: what was recorded in a room, the consent too, is of the patient it was opened for (S42).
  if (await hasRoom(trx, before.id)) return 'wrong-state';
  // SECURITY: a laptop that people have opened for an appointment stays that appointment's (S37).
  if (await isOpenFor(trx, before.id, now)) return 'wrong-state';
  const moved = details.startsAt === before.startsAt ? undefined : startRefusal(details.startsAt, now);
  return moved ?? missing(trx, details, before.prison.id, before);
}

async function apply(
  { news }: AppointmentDeps,
  trx: Trx,
  before: ConsoleAppointment,
  details: BookedDetails,
): Promise<Act> {
  const changed = differences(before, details).join(' ');
  const times = timesOf(details.startsAt, details.minutes);
  await updateAppointment(trx, before.id, { ...details, ...times });
  await putGuests(trx, before.id, details.guests, times.endsAt);
  // The laptop fetches the roster of the hospital it is going to call.
  await news.tell(trx, { kind: 'device', device: details.device });
  return { action: 'appointment.changed', detail: { ...recorded(details), changed, revision: before.revision + 1 } };
}

/** Whether the laptop or the consultant cannot be had. What the appointment has already stays as it is. */
async function missing(
  trx: Trx,
  { device, consultant }: BookedDetails,
  prison: string,
  before?: ConsoleAppointment,
): Promise<'not-found' | undefined> {
  // SECURITY: another site's laptop does not exist for this caller (S15).
  if (device !== before?.device.id && !(await hasDevice(trx, device, prison))) return 'not-found';
  if (consultant !== before?.consultant.id && !(await isConsultant(trx, consultant))) return 'not-found';
  return undefined;
}

/** What of an appointment is on the record: nothing of the patient or the guests. */
function recorded({ device, consultant, startsAt, minutes }: BookedDetails) {
  return { device, consultant, startsAt, minutes };
}
