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
  /** The authenticator's signature counter went back: a copied passkey (WebAuthn Level 3, 6.1.1). */
  'counter-went-back',
  /** Its time is longer than a statement of its kind may have. */
  'lives-too-long',
  /** It would use up sequence numbers far beyond the next, so that none is left (TUF's fast-forward attack). */
  'too-far-ahead',
  /** It does not follow from the version it claims to follow. */
  'wrong-previous',
  /** The laptop's store is damaged: it obeys nothing any more but its suspension and its erasure. */
  'store-damaged',
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
  /** The act needs a fresh passkey gesture of the person who is signed in. */
  'step-up-needed',
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
  /** Somebody else changed it since it was read. */
  'changed-meanwhile',
  /** A guest's link was used, replaced or never given; or its code is wrong too often. */
  'link-void',
  'digest-not-released',
  /** The laptop shows an older state than one control has seen: it was put back to a copy. */
  'rolled-back',
  /** A participant's join does not verify. */
  'unverified',
  /** The passkey's model is not one that the fleet's policy allows. */
  'authenticator-not-allowed',
  'failed',
]);
export type RequestRefusal = z.infer<typeof requestRefusal>;

/** A refusal as it travels: a closed reason, and when asking again can help. */
export const refusal = z.strictObject({
  reason: requestRefusal,
  /** Seconds after which the same request may succeed. */
  retryAfter: z.int().min(0).max(86_400).optional(),
  /** How often a code may still be tried. */
  triesLeft: z.int().min(0).max(10).optional(),
});
export type Refusal = z.infer<typeof refusal>;
