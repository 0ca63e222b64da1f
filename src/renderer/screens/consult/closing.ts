const minute = 60_000;

/** So long before a room closes everybody is told, milliseconds. */
export const toldBefore = 5 * minute;
/** So long it is said that there is more time, milliseconds. */
export const saidFor = minute / 2;

/** What was last known of a room's end. */
export interface KnownClosing {
  closesAt: number;
  /** Until when it is said that there is more time than was thought; 0: there is not. */
  moreUntil: number;
}

/** What is known of a room's end after it has been told again. @param now milliseconds since the Unix epoch */
export function heardClosing(known: KnownClosing, closesAt: number, now: number): KnownClosing {
  return { closesAt, moreUntil: closesAt > known.closesAt ? now + saidFor : 0 };
}

/** What is said of a room's end now: that there is more time, that it is near, or nothing. */
export function closingWords({ closesAt, moreUntil }: KnownClosing, now: number): 'extended' | 'closing' | undefined {
  if (now < moreUntil) return 'extended';
  return closesAt - now <= toldBefore ? 'closing' : undefined;
}
