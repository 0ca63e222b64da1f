import * as z from 'zod';
import { lifecycleName } from './frames.ts';
import { credential, role, siteKind } from './people.ts';
import { consoleCheck, custody } from './consultation-values.ts';
import { base64url, digest, identifier, instant, line } from './primitives.ts';
import { erasureStage, erasureStep } from './erasure.ts';
import { receipt, signedReceipt } from './receipts.ts';
import { maxStatementBytes, manifestStatement, namedSite, orderKind } from './statements.ts';

export const nothing = z.strictObject({});
const statementBytes = base64url(maxStatementBytes);

/** A WebAuthn JSON object (Level 3, 5.1.8 to 5.1.10) whose members the WebAuthn library checks itself. */
export const webauthnJson = z.record(z.string().max(64), z.unknown());

/** A statement to approve, and the passkeys that may. */
export const approvalTask = z.strictObject({
  /** Identifies the task until it is approved or forgotten. */
  id: identifier,
  statement: statementBytes,
  credentials: z.array(base64url(1023)).min(1).max(200),
  /** Of a manifest or roster: the exact bytes of the version it follows. */
  previous: statementBytes.optional(),
});
export type ApprovalTask = z.infer<typeof approvalTask>;

export const signedInPerson = z.strictObject({
  id: identifier,
  name: line(80),
  role,
  site: z.strictObject({ id: identifier, name: line(80), kind: siteKind }).nullable(),
});
export type SignedInPerson = z.infer<typeof signedInPerson>;

/** An erasure as far as control has verified it. */
export const consoleErasure = z.strictObject({
  cause: z.enum(['order', 'lease']),
  stage: erasureStage,
  steps: z.array(erasureStep),
  /** Digest of the software that carried it out, as the laptop measured it. */
  software: digest.nullable(),
  reportedAt: instant,
});
export type ConsoleErasure = z.infer<typeof consoleErasure>;

export const consoleDevice = z.strictObject({
  id: identifier,
  name: line(40),
  site: z.strictObject({ id: identifier, name: line(80) }),
  connected: z.boolean(),
  /** The state the laptop last reported; null before its first contact. */
  state: lifecycleName.nullable(),
  lastSeenAt: instant.nullable(),
  /** The appointment of the room the laptop is in. */
  room: identifier.nullable(),
  shareDestroyedAt: instant.nullable(),
  /** How its lease stands by control's clock; null before its first contact. */
  lease: z
    .strictObject({
      standing: z.enum(['held', 'warning', 'suspend', 'erase']),
      suspendsAt: instant,
      erasesAt: instant,
    })
    .nullable(),
  /** Since when control knows that it was put back to a copy: it is refused grants. */
  rolledBackAt: instant.nullable(),
  /** Since when its store is known to be damaged: it is refused grants, and can only be erased and enrolled anew. */
  damagedAt: instant.nullable(),
  /** Its erasure, by an order or by itself; null when control has heard of none. */
  erasure: consoleErasure.nullable(),
  /** Who has it away from the healthcare room; null when it is there. */
  custody: custody.extend({ overdue: z.boolean() }).nullable(),
  /** Its last check, whichever appointment it was for. */
  check: consoleCheck.nullable(),
});
export type ConsoleDevice = z.infer<typeof consoleDevice>;

/** Why somebody must look after an order; see {@link consoleOrder}. */
export const orderAlarm = z.enum(['refused', 'silent', 'unfinished', 'returned']);
export type OrderAlarm = z.infer<typeof orderAlarm>;

export const consoleOrder = z.strictObject({
  id: identifier,
  device: z.strictObject({ id: identifier, name: line(40) }),
  order: orderKind,
  reason: line(200),
  approvedBy: z.array(line(80)).max(20),
  /** queued: durable; delivered: the device's link acknowledged it; executed or refused: by the signed receipt only. */
  state: z.enum(['queued', 'delivered', 'executed', 'refused']),
  queuedAt: instant,
  deliveredAt: instant.nullable(),
  receivedAt: instant.nullable(),
  receipt: z.strictObject({ contents: receipt, signed: signedReceipt }).nullable(),
  /** Of a brick: how far the laptop has proved its erasure; null before its notice. */
  erasure: consoleErasure.nullable(),
  /**
   * What somebody must look after. `refused`: the laptop refused the order; `silent`: it should have answered by now;
   * `unfinished`: it accepted a brick and should have proved its end by now; `returned`: it accepted a brick, and was seen
   * at work again since.
   */
  alarm: orderAlarm.nullable(),
});
export type ConsoleOrder = z.infer<typeof consoleOrder>;

export const auditEntry = z.strictObject({
  number: z.int().min(1),
  at: instant,
  actor: z.strictObject({ kind: z.enum(['person', 'device', 'control']), id: identifier.nullable(), name: line(80) }),
  action: line(64),
  subject: identifier.nullable(),
  detail: z.record(z.string().max(40), z.union([z.string().max(400), z.number(), z.boolean(), z.null()])),
  previous: digest,
  hash: digest,
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** What a trustee may change in the next manifest; control writes version, fleet, times and the link to the one before. */
export const manifestContents = manifestStatement.pick({
  trustees: true,
  fleetOfficers: true,
  sites: true,
  policy: true,
  notAfter: true,
});
export type ManifestContents = z.infer<typeof manifestContents>;

/** A manifest, roster or order that waits for people's approvals. */
export const proposal = z.strictObject({
  id: identifier,
  kind: z.enum(['manifest', 'roster', 'order']),
  /** Whose roster it is. */
  site: namedSite.nullable(),
  /** What to approve, with the passkeys of those whose approval is still missing. */
  task: approvalTask,
  /** Whether the approval of the caller is among those missing. */
  awaitsCaller: z.boolean(),
  proposedBy: line(80),
  proposedAt: instant,
  expiresAt: instant,
  /** Who must approve, and who has: a manifest needs the trustees of the version before and its own. */
  quorums: z
    .array(z.strictObject({ role, needed: z.int().min(1).max(10), approvedBy: z.array(line(80)).max(50) }))
    .min(1)
    .max(2),
});
export type Proposal = z.infer<typeof proposal>;

/** Somebody asked to make a passkey, so that a manifest or roster can name it. */
export const invitation = z.strictObject({
  id: identifier,
  /** The person as a manifest or roster would name them: a new one, or one that is named already and needs a new passkey. */
  person: z.strictObject({ id: identifier, name: line(80) }),
  role,
  site: namedSite.nullable(),
  invitedBy: line(80),
  expiresAt: instant,
  /** The passkey made by the invited person; null until then. Its code is read aloud and compared. */
  passkey: credential.nullable(),
});
export type Invitation = z.infer<typeof invitation>;

export const invitationToken = base64url(32);
export const everybody = ['trustee', 'fleetOfficer', 'manager', 'healthcare', 'consultant'] as const;

export const byId = z.strictObject({ id: identifier });
export const setupToken = base64url(32);

/** A document that founds the fleet, and who has approved it so far. */
const foundingDocument = z.strictObject({
  id: identifier,
  title: line(120),
  task: approvalTask,
  needed: z.int().min(1).max(10),
  approvedBy: z.array(line(80)).max(20),
});

export const setupView = z.strictObject({
  people: z
    .array(
      z.strictObject({
        id: identifier,
        name: line(80),
        role,
        site: line(80).nullable(),
        registered: z.boolean(),
      }),
    )
    .max(200),
  /** Present once every person has a passkey: the manifest, then the rosters. */
  documents: z.array(foundingDocument).max(200),
  finished: z.boolean(),
  approver: z.string().max(300),
});
export type SetupView = z.infer<typeof setupView>;
