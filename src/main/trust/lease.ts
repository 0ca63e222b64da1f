import type { FleetPolicy } from '@sallyport/protocol';
import * as z from 'zod';
import type { Kept } from '../ports.ts';

const hour = 3_600_000;
/** The high-water mark is written again once it is this much behind, ms. */
const markEvery = 15 * 60_000;

/** What a device keeps of its lease, ms since 1970. */
export const keptLease = z.strictObject({
  lastContact: z.int(),
  /** The latest time the device has ever seen: a clock set back gains nothing. */
  highWater: z.int(),
});
export type KeptLease = z.infer<typeof keptLease>;

/** Whether a device out of contact may go on: `held`, `suspend`, or `erase`. */
export type LeaseStanding = 'held' | 'suspend' | 'erase';

type Hours = Pick<FleetPolicy, 'suspendAfterHours' | 'eraseAfterHours'>;

/**
 * Says how a lease stands.
 * @param now wall clock, ms since 1970; a clock behind the high-water mark counts as standing at the mark
 */
export function leaseStanding({ lastContact, highWater }: KeptLease, hours: Hours, now: number): LeaseStanding {
  // SECURITY: setting the clock back wins back no time that was counted (S21).
  const silent = Math.max(now, highWater) - lastContact;
  if (silent >= hours.eraseAfterHours * hour) return 'erase';
  return silent >= hours.suspendAfterHours * hour ? 'suspend' : 'held';
}

/** How long until a lease stands differently, ms; at least a second. */
export function leaseCheckDelay({ lastContact, highWater }: KeptLease, hours: Hours, now: number): number {
  const silent = Math.max(now, highWater) - lastContact;
  const deadlines = [hours.suspendAfterHours * hour, hours.eraseAfterHours * hour].filter((at) => at > silent);
  return Math.max(1000, Math.min(...deadlines.map((at) => at - silent), markEvery));
}

/**
 * Notes that control was heard from: renews the lease.
 * @throws the record's fault when it could not be made durable
 */
export function renewLease(kept: Kept<KeptLease>, now: number): void {
  const at = Math.trunc(now);
  // Contact comes over an authenticated link, so the device's own clock of that moment is a fresh start for both marks.
  kept.update(() => ({ lastContact: at, highWater: at }));
}

/**
 * Notes the time, when it has moved on enough to be worth a write.
 * @throws the record's fault when it could not be made durable
 */
export function noteTime(kept: Kept<KeptLease>, now: number): void {
  if (now >= kept.value.highWater + markEvery) {
    kept.update((lease) => ({ ...lease, highWater: Math.trunc(now) }));
  }
}
