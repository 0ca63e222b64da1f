import type { ConsoleDevice } from '@sallyport/protocol';

/** A laptop that is away from the healthcare room. */
export type Away = NonNullable<ConsoleDevice['custody']>;

/**
 * Whether a laptop should be back by now: as control says, and by the time that has gone by since it said so.
 * @param now control's time, milliseconds since the epoch
 */
export function isOverdue(away: Pick<Away, 'overdue' | 'dueAt'>, now: number): boolean {
  // SECURITY: nobody needs to load the page anew for a laptop that is missing to show (S44).
  return away.overdue || now > away.dueAt;
}

/** Of some laptops those that should be back by now, the longest overdue first. */
export function overdueOf(
  devices: readonly ConsoleDevice[],
  now: number,
): readonly (ConsoleDevice & { custody: Away })[] {
  return devices
    .flatMap((device) => (device.custody === null ? [] : [{ ...device, custody: device.custody }]))
    .filter(({ custody }) => isOverdue(custody, now))
    .toSorted((one, other) => one.custody.dueAt - other.custody.dueAt);
}
