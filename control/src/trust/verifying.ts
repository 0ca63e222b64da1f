import { toBase64url } from '@sallyport/protocol';
import type { Approval, Manifest, Roster, StatementRefusal } from '@sallyport/protocol';
import { checkAssertion } from '@sallyport/protocol/assertion';
import { digestOf, verifyStatement, type Approver } from '@sallyport/protocol/verify';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { ManifestInForce } from '../ports.ts';
import { memberWith, quorumsOf } from './quorums.ts';
import { rosterRowBelow } from './stored-documents.ts';

/** The document that a proposal must follow. */
export interface Followed {
  version: number;
  /** SHA-256 of its exact bytes, base64url. */
  digest: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The newest roster of a site as it is kept, whatever the manifest in force says of it. */
export async function newestRoster(db: Kysely<Database>, site: string): Promise<Followed | undefined> {
  const row = await rosterRowBelow(db, site);
  if (row === undefined) return undefined;
  const bytes = Uint8Array.from(row.statement);
  return { version: row.version, digest: await digestOf(bytes), bytes };
}

/** The statement that a document follows, base64url. */
export function previousOf(
  { type }: { type: 'manifest' | 'roster' },
  inForce: ManifestInForce,
  followed: Followed | undefined,
): string | undefined {
  return type === 'manifest' ? inForce.approved.statement : followed && toBase64url(followed.bytes);
}

/** A manifest or roster with its exact bytes. */
export interface ProposedDocument {
  statement: Manifest | Roster;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Asks the one verifier about a proposed document, as every laptop will.
 * @param followed of a roster: the one it must follow
 * @returns who approved it; or the first reason against, which is `too-few-people` when only approvals are missing
 */
export async function verifyProposed(
  { statement, bytes }: ProposedDocument,
  approvals: readonly Approval[],
  { manifest, digest }: ManifestInForce,
  followed: Followed | undefined,
  now: number,
): Promise<Approver[] | StatementRefusal> {
  if (statement.type === 'roster') return verifyProposedRoster(bytes, approvals, manifest, followed, now);
  const policy = { type: 'manifest', now, anchored: false, previous: digest } as const;
  const result = await verifyStatement(bytes, approvals, manifest, policy);
  if (!result.accepted) return result.reason;
  // The verifier leaves a manifest's own time to whoever uses it; one that is over is of no use to anybody.
  return statement.notAfter <= now ? 'expired' : result.approvers;
}

/** The same about a roster, under a manifest that need not be in force yet. */
export async function verifyProposedRoster(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: readonly Approval[],
  manifest: Manifest,
  followed: Followed | undefined,
  now: number,
): Promise<Approver[] | StatementRefusal> {
  const policy = { type: 'roster', now, afterVersion: followed?.version ?? 0, current: followed } as const;
  const result = await verifyStatement(bytes, approvals, manifest, policy);
  return result.accepted ? result.approvers : result.reason;
}

/** Somebody whose approval is good by itself. */
export interface GoodApproval {
  person: { id: string; name: string };
  credential: string;
  counter: number;
}

/** SECURITY: each approval is good by itself, of one of those who must approve, or it is not kept at all (S26). */
export async function checkOneApproval(
  { statement, bytes }: ProposedDocument,
  approval: Approval,
  inForce: Manifest,
): Promise<GoodApproval | StatementRefusal> {
  for (const quorum of quorumsOf(statement, inForce)) {
    const person = memberWith(approval.credential, quorum);
    const passkey = person?.credentials.find(({ id }) => id === approval.credential);
    if (person === undefined || passkey === undefined) continue;
    const checked = await checkAssertion(approval, passkey, await digestOf(bytes), inForce.policy);
    if (typeof checked === 'string') return checked;
    return {
      person: { id: person.id, name: person.name },
      credential: approval.credential,
      counter: checked.counter,
    };
  }
  return 'unknown-credential';
}
