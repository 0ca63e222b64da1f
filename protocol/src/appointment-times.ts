const minute = 60_000;

/** How long before its appointment's start a room opens, ms. */
export const opensBefore = 10 * minute;
/** How long after its appointment's end a room stays open, ms. */
export const closingGrace = 5 * minute;
/** By how much the consultant can let a room close later, once, ms. */
export const closingExtension = 15 * minute;

/** When an appointment is, and when its room is open. Milliseconds since the epoch. */
export interface AppointmentTimes {
  startsAt: number;
  endsAt: number;
  opensAt: number;
  closesAt: number;
}

/** The times of an appointment of so many minutes, before anybody has let its room close later. */
export function timesOf(startsAt: number, minutes: number): AppointmentTimes {
  const endsAt = startsAt + minutes * minute;
  return { startsAt, endsAt, opensAt: startsAt - opensBefore, closesAt: endsAt + closingGrace };
}

/** The latest moment at which an appointment's room can still be open, ms since the epoch: what people approve. */
export function latestClose(endsAt: number): number {
  return endsAt + closingGrace + closingExtension;
}
