import { toBase64url } from '@sallyport/protocol';
import type { Manifest, NamedSite, Person, Proposal } from '@sallyport/protocol';
import type { StoredProposal } from './proposal-store.ts';
import { approversIn, missingIn, quorumOfOrder, quorumsOf, type Quorum } from './quorums.ts';

/** The contract's limit of passkeys a task offers. */
const mostCredentials = 200;

/** What a proposal is seen against. */
export interface Viewpoint {
  inForce: Manifest;
  /** The statement it follows, base64url. */
  previous: string | undefined;
  /** Who looks. */
  person: string;
}

/** A proposal as the consoles show it; undefined when nobody is left who could approve it. */
export function viewOf(proposal: StoredProposal, { inForce, previous, person }: Viewpoint): Proposal | undefined {
  const { id, bytes, statement, approvals } = proposal;
  const quorums =
    statement.type === 'order' ? [quorumOfOrder(statement, approvals, inForce)] : quorumsOf(statement, inForce);
  const missing = quorums.map((quorum) => missingIn(quorum, approvals));
  const credentials = credentialsOf(missing.flat(), person, quorums);
  if (credentials.length === 0) return undefined;
  return {
    id,
    kind: statement.type,
    site: statement.type === 'roster' ? siteOf(statement.site, inForce) : null,
    task: { id, statement: toBase64url(bytes), credentials, ...(previous === undefined ? {} : { previous }) },
    awaitsCaller: missing.flat().some((member) => member.id === person),
    proposedBy: proposal.proposedBy.name,
    proposedAt: proposal.proposedAt,
    expiresAt: proposal.expiresAt,
    quorums: quorums.map((quorum) => ({
      role: quorum.role,
      needed: quorum.threshold,
      approvedBy: approversIn(quorum, approvals).map(({ name }) => name),
    })),
  };
}

/** The passkeys of those whose approval is missing, the caller's first; of everybody when none is, so that one can be asked. */
function credentialsOf(missing: Person[], person: string, quorums: Quorum[]): string[] {
  const asked = missing.length > 0 ? missing : quorums.flatMap(({ people }) => people);
  const own = asked.filter(({ id }) => id === person);
  const keys = [...own, ...asked].flatMap(({ credentials }) => credentials.map(({ id }) => id));
  return [...new Set(keys)].slice(0, mostCredentials);
}

function siteOf(id: string, manifest: Manifest): NamedSite | null {
  const site = manifest.sites.find((candidate) => candidate.id === id);
  return site === undefined ? null : { id, name: site.name };
}
