import { decodeStatement } from '@sallyport/protocol';
import type { Approval, Manifest, Roster, StatementRefusal } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { ManifestInForce } from '../ports.ts';
import { differenceOf } from './difference.ts';
import { followDocuments, type DirectoryPart, type Leaver } from './directory.ts';
import type { ProposalDeps } from './proposal-deps.ts';
import { deleteProposal, readRosterProposals, type StoredProposal } from './proposal-store.ts';
import { rosterRowBelow, verifyRosterRow } from './stored-documents.ts';
import { newestRoster, verifyProposedRoster, type Followed, type GoodApproval } from './verifying.ts';

/** A document whose every approval the verifier has found good. */
interface Publication {
  proposal: StoredProposal<Manifest | Roster>;
  approvals: Approval[];
  /** The manifest in force until now. */
  inForce: ManifestInForce;
  /** Of a roster: the one until now. */
  followed: Followed | undefined;
  /** Whose approval was the last. */
  last: GoodApproval;
  /** Who sent it. */
  through: Caller;
}

/** What a publication brought about, for the record. */
interface Consequences {
  leavers: Leaver[];
  /** Sites whose roster the new manifest no longer bears out. */
  voided: { id: string; name: string; reason: StatementRefusal }[];
  /** Proposed rosters that can come to nothing any more. */
  dropped: StoredProposal[];
}

/** Puts an approved document in force, under the lock on trust: the document, all that follows from it, and the record. */
export async function publish(deps: ProposalDeps, trx: Transaction<Database>, publication: Publication): Promise<void> {
  const { statement, id } = publication.proposal;
  await insertDocument(deps, trx, publication);
  await deleteProposal(trx, id);
  const consequences =
    statement.type === 'manifest'
      ? await followManifest(deps, trx, statement)
      : await followRoster(deps, trx, statement, publication);
  await deps.news.tell(
    trx,
    statement.type === 'manifest' ? { kind: 'manifest' } : { kind: 'roster', site: statement.site },
  );
  await record(deps, trx, publication, consequences);
}

async function insertDocument(
  { clock }: ProposalDeps,
  trx: Transaction<Database>,
  { proposal: { statement, bytes }, approvals }: Publication,
): Promise<void> {
  const { type, version } = statement;
  const row = { id: randomUUID(), kind: type, site: type === 'roster' ? statement.site : null, version };
  await trx
    .insertInto('trust_documents')
    .values({
      ...row,
      statement: Buffer.from(bytes),
      approvals: JSON.stringify(approvals),
      created_at: new Date(clock.now()),
    })
    .execute();
}

async function followRoster(
  { clock }: ProposalDeps,
  trx: Transaction<Database>,
  roster: Roster,
  { inForce }: Publication,
): Promise<Consequences> {
  const scope = { manifest: inForce.manifest, site: roster.site, at: new Date(clock.now()) };
  const leavers = await followDocuments(trx, [{ document: roster, inForce: true }], scope);
  return { leavers, voided: [], dropped: [] };
}

async function followManifest(
  deps: ProposalDeps,
  trx: Transaction<Database>,
  manifest: Manifest,
): Promise<Consequences> {
  const at = new Date(deps.clock.now());
  await followSites(trx, manifest, at);
  const { rpId, approverOrigin } = manifest.policy;
  await trx.updateTable('fleet').set({ rp_id: rpId, approver_origin: approverOrigin }).execute();
  const { parts, voided } = await rostersUnder(trx, manifest, deps.clock.now());
  const leavers = await followDocuments(trx, [{ document: manifest, inForce: true }, ...parts], {
    ...{ manifest, site: undefined, at },
  });
  const dropped = await dropHopeless(trx, manifest, deps.clock.now());
  return { leavers, voided, dropped };
}

/** Sites keep their rows: appointments and laptops of the past name them. */
async function followSites(trx: Transaction<Database>, { sites }: Manifest, at: Date): Promise<void> {
  const ids = sites.map(({ id }) => id);
  await trx
    .updateTable('sites')
    .set({ removed_at: at })
    .where('id', 'not in', ids)
    .where('removed_at', 'is', null)
    .execute();
  await trx
    .insertInto('sites')
    .values(sites.map(({ id, kind, name }) => ({ id, kind, name, removed_at: null })))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ name: eb.ref('excluded.name'), removed_at: null })),
    )
    .execute();
}

/** Every site's newest roster, and whether the manifest bears it out. */
async function rostersUnder(
  trx: Transaction<Database>,
  manifest: Manifest,
  now: number,
): Promise<{ parts: DirectoryPart[]; voided: Consequences['voided'] }> {
  const parts: DirectoryPart[] = [];
  const voided: Consequences['voided'] = [];
  for (const { id, name } of manifest.sites) {
    const row = await rosterRowBelow(trx, id);
    if (row === undefined) continue;
    const before = await rosterRowBelow(trx, id, row.version);
    const verified = await verifyRosterRow(row, before, { site: id, manifest, now });
    if (typeof verified === 'string') voided.push({ id, name, reason: verified });
    const document = typeof verified === 'string' ? decodeStatement(Uint8Array.from(row.statement)) : verified.roster;
    if (document?.type === 'roster') parts.push({ document, inForce: typeof verified !== 'string' });
  }
  return { parts, voided };
}

/** Ends proposed rosters that the new manifest has no place for: of a site that is gone or has another name. */
async function dropHopeless(trx: Transaction<Database>, manifest: Manifest, now: number): Promise<StoredProposal[]> {
  const dropped: StoredProposal[] = [];
  for (const proposal of await readRosterProposals(trx, now)) {
    const { statement, bytes } = proposal;
    if (statement.type !== 'roster') continue;
    const followed = await newestRoster(trx, statement.site);
    const verified = await verifyProposedRoster(bytes, [], manifest, followed, now);
    if (verified === 'too-few-people') continue;
    await deleteProposal(trx, proposal.id);
    dropped.push(proposal);
  }
  return dropped;
}

const byControl = { kind: 'control', id: null, name: 'control' } as const;

async function record(
  { audit }: ProposalDeps,
  trx: Transaction<Database>,
  publication: Publication,
  { leavers, voided, dropped }: Consequences,
): Promise<void> {
  const { proposal, last, through } = publication;
  const { id, statement, bytes } = proposal;
  const subject = statement.type === 'manifest' ? statement.fleet : statement.site;
  const approval = { proposal: id, version: statement.version, sentBy: through.person.name };
  const actor = { kind: 'person', ...last.person } as const;
  await audit.append(trx, { actor, action: `${statement.type}.approved`, subject, detail: approval });
  const left = { leavers: leavers.length, names: namesOf(leavers) };
  const detail = { proposal: id, statement: await digestOf(bytes), ...changeOf(publication), ...left };
  await audit.append(trx, { actor: byControl, action: `${statement.type}.in-force`, subject, detail });
  for (const { id: site, name, reason } of voided) {
    const why = { site: name, reason };
    await audit.append(trx, { actor: byControl, action: 'roster.not-borne-out', subject: site, detail: why });
  }
  for (const { id: gone, statement: of } of dropped) {
    const site = of.type === 'roster' ? of.site : null;
    await audit.append(trx, {
      actor: byControl,
      action: 'roster.withdrawn',
      subject: site,
      detail: { proposal: gone },
    });
  }
}

function changeOf({ proposal: { statement }, inForce, followed }: Publication): ReturnType<typeof differenceOf> {
  if (statement.type === 'manifest') return differenceOf(statement, inForce.manifest, statement);
  const before = followed && decodeStatement(followed.bytes);
  return differenceOf(statement, before?.type === 'roster' ? before : undefined, inForce.manifest);
}

/** As many names as an entry holds. */
function namesOf(leavers: readonly Leaver[]): string {
  return leavers
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 400);
}
