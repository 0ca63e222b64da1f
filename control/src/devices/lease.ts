import type { ConsoleDevice, FleetPolicy } from '@sallyport/protocol';

const hour = 60 * 60_000;

/**
 * How a laptop's lease stands by control's clock: people are warned when more than half of the time until it suspends
 * itself is over.
 * @param lastSeenAt when it was last in contact, ms; the laptop's own count may be a little ahead
 * @param now milliseconds since the Unix epoch
 */
export function leaseOf(
  lastSeenAt: number,
  policy: Pick<FleetPolicy, 'suspendAfterHours' | 'eraseAfterHours'>,
  now: number,
): NonNullable<ConsoleDevice['lease']> {
  const suspendsAt = lastSeenAt + policy.suspendAfterHours * hour;
  const erasesAt = lastSeenAt + policy.eraseAfterHours * hour;
  return { standing: standingOf(lastSeenAt, suspendsAt, erasesAt, now), suspendsAt, erasesAt };
}

function standingOf(
  lastSeenAt: number,
  suspendsAt: number,
  erasesAt: number,
  now: number,
): NonNullable<ConsoleDevice['lease']>['standing'] {
  if (now >= erasesAt) return 'erase';
  if (now >= suspendsAt) return 'suspend';
  return now - lastSeenAt > (suspendsAt - lastSeenAt) / 2 ? 'warning' : 'held';
}
