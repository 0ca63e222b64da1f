import * as z from 'zod';

/** Why a statement is not obeyed. Closed: every reason has words in each message catalogue. */
export const statementRefusal = z.enum([
  'malformed',
  'wrong-type',
  'wrong-fleet',
  'wrong-device',
  'wrong-site',
  'unknown-manifest',
  'outdated',
  'not-yet-valid',
  'expired',
  'replayed',
  'unknown-credential',
  'wrong-challenge',
  'wrong-origin',
  'wrong-relying-party',
  'not-verified',
  'bad-signature',
  'too-few-people',
]);
export type StatementRefusal = z.infer<typeof statementRefusal>;

/** Why a request over the link, a room socket, the page's bridge or the console API was refused. */
export const requestRefusal = z.enum([
  ...statementRefusal.options,
  /** The request is not allowed in the present state of the laptop, room or order. */
  'wrong-state',
  'not-found',
  'not-allowed',
  'not-signed-in',
  'too-many',
  'too-large',
  'unknown-method',
  /** The pairing code is not the one on the laptop's screen. */
  'wrong-code',
  'locked-out',
  /** The laptop is not connected, or control is not. */
  'not-connected',
  'timed-out',
  /** Before the appointment's room opens, or after it closes. */
  'too-early',
  'too-late',
  /** The laptop already has a seat. */
  'seat-taken',
  /** Laptop or consultant already has an appointment then. */
  'clash',
  'digest-not-released',
  'failed',
]);
export type RequestRefusal = z.infer<typeof requestRefusal>;

/** A refusal as it travels: a closed reason, and when asking again can help. */
export const refusal = z.strictObject({
  reason: requestRefusal,
  /** Seconds after which the same request may succeed. */
  retryAfter: z.int().min(0).max(86_400).optional(),
});
export type Refusal = z.infer<typeof refusal>;
