import type { ConsoleGuest } from '@sallyport/protocol';
import type { Selectable } from 'kysely';
import type { GuestsTable } from './consultation-tables.ts';

type GuestFacts = Pick<Selectable<GuestsTable>, 'link' | 'link_expires_at' | 'browser' | 'proof' | 'gone_at'>;

/**
 * Where a guest stands, for every console and for the guest's own page. Pure.
 * @param when whether the appointment is over or cancelled; now in milliseconds since the epoch
 */
export function guestStateOf(guest: GuestFacts, when: { over: boolean; now: number }): ConsoleGuest['state'] {
  if (guest.gone_at !== null || when.over) return 'gone';
  if (guest.proof !== null) return 'admitted';
  if (guest.browser !== null) return 'waiting';
  const expiresAt = guest.link_expires_at?.getTime() ?? 0;
  return guest.link !== null && expiresAt > when.now ? 'invited' : 'named';
}
