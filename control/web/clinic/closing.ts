import { closingGrace, latestClose } from '@sallyport/protocol';
import type { ConsoleAppointment } from '@sallyport/protocol';

/** How long before its end the room's closing is said plainly, milliseconds. */
const warnsBefore = 5 * 60_000;

/** How a room's end stands. Milliseconds since the epoch. */
export interface Closing {
  closesAt: number;
  /** It is near enough to be said plainly. */
  soon: boolean;
  /** Whole minutes that are left, rounded up; never less than one. */
  minutesLeft: number;
  /** When it could close instead; undefined once it was let close later. */
  laterAt: number | undefined;
}

/**
 * How the end of a room stands.
 * @param closesAt when it closes, as the room says; milliseconds since the epoch
 * @param now milliseconds since the epoch
 */
export function closingOf(
  { endsAt, extended }: Pick<ConsoleAppointment, 'endsAt' | 'extended'>,
  closesAt: number,
  now: number,
): Closing {
  const left = closesAt - now;
  const wasExtended = extended || closesAt > endsAt + closingGrace;
  return {
    closesAt,
    soon: left <= warnsBefore,
    minutesLeft: Math.max(1, Math.ceil(left / 60_000)),
    laterAt: wasExtended ? undefined : latestClose(endsAt),
  };
}
