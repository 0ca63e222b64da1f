import * as z from 'zod';
import { base64url } from './primitives.ts';
import { maxStatementBytes } from './statements.ts';

/**
 * A person's approval of exact statement bytes: a WebAuthn assertion (W3C WebAuthn Level 3, section 7.2) whose
 * challenge is the SHA-256 of those bytes. Every member is base64url.
 */
export const approval = z.strictObject({
  credential: base64url(1023),
  clientDataJSON: base64url(4096),
  authenticatorData: base64url(2048),
  signature: base64url(1024),
});
export type Approval = z.infer<typeof approval>;

/** Statement bytes (base64url) with the approvals given to them. */
export const approvedStatement = z.strictObject({
  statement: base64url(maxStatementBytes),
  approvals: z.array(approval).max(20),
});
export type ApprovedStatement = z.infer<typeof approvedStatement>;

/**
 * What a console asks the approver for, by postMessage, and what comes back.
 * The approver answers only to the console origin it was configured with.
 */
export const approverRequest = z.strictObject({
  type: z.literal('approve'),
  statement: base64url(maxStatementBytes),
  /** Credential ids that could approve it; the browser offers only these. */
  credentials: z.array(base64url(1023)).min(1).max(200),
  /** The statement that a manifest or roster follows, for its difference to be shown; the approver compares its digest. */
  previous: base64url(maxStatementBytes).optional(),
  language: z.enum(['en', 'cy']),
});
export type ApproverRequest = z.infer<typeof approverRequest>;

export const approverReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('approved'), approval }),
  z.strictObject({ type: z.literal('declined') }),
]);
export type ApproverReply = z.infer<typeof approverReply>;

/** Where the approver finds what it was configured with, beside its page. */
export const approverConfiguration = z.strictObject({
  rpId: z.string().min(1).max(253),
  consoleOrigin: z.string().min(1).max(300),
});
