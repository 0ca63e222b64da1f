import type { ConsoleAnswer, JoinProof, Refusal } from '@sallyport/protocol';
import type { Answer } from '../ports.ts';
import { refused, type GuestDeps } from './guest-deps.ts';
import { findByBrowser, putGone, stateOf, viewOf, type GuestRow } from './guest-repository.ts';
import { tokenDigest } from './guest-secrets.ts';

type Place = ConsoleAnswer<'guestView'>;

/**
 * Where the guest of a browser stands.
 * @param cookie the token of its guest cookie
 * @returns the view, and once let in the proof to join with; or `not-signed-in` (nobody's cookie, or a newer link was given
 *   out), `not-found` (cancelled)
 */
export async function viewPlace(deps: GuestDeps, cookie: string | undefined): Promise<Answer<Place>> {
  const row = await guestOf(deps, cookie);
  if (row === undefined) return refused('not-signed-in');
  if (row.cancelled_at !== null) return refused('not-found');
  return { ok: true, result: { view: viewOf(row, deps.clock.now()), proof: proofOf(row, deps.clock.now()) } };
}

/** The guest leaves for good; nothing when nobody is there. */
export async function leavePlace(deps: GuestDeps, cookie: string | undefined): Promise<void> {
  if (cookie === undefined) return;
  const left = await deps.db.transaction().execute(async (trx) => {
    const guest = await putGone(trx, tokenDigest(cookie), deps.clock.now());
    if (guest === undefined) return false;
    const { id, name, kind, appointment } = guest;
    const actor = { kind: 'person', id, name } as const;
    await deps.audit.append(trx, { actor, action: 'guest.left', subject: appointment, detail: { guest: id, kind } });
    return true;
  });
  if (left) await deps.changes.publish('appointments');
}

/** The manifests by which a guest who was let in verifies the others. */
export async function manifestsForGuest(
  deps: GuestDeps,
  cookie: string | undefined,
  after: number,
): Promise<Answer<ConsoleAnswer<'guestTrustChain'>>> {
  const reason = refusalOfReader(deps, await guestOf(deps, cookie));
  return reason === undefined ? { ok: true, result: await deps.trust.manifestsAfter(after) } : refused(reason);
}

/** The roster of the guest's own prison or hospital; another site's is `not-found`. */
export async function rosterForGuest(
  deps: GuestDeps,
  cookie: string | undefined,
  site: string,
): Promise<Answer<ConsoleAnswer<'guestTrustRoster'>>> {
  const row = await guestOf(deps, cookie);
  const reason = refusalOfReader(deps, row);
  if (reason !== undefined) return refused(reason);
  // SECURITY: a guest learns who works at the two sites of their own appointment, and at no other (S38).
  if (site !== row?.prison && site !== row?.hospital) return refused('not-found');
  const inForce = await deps.trust.roster(site);
  return { ok: true, result: { roster: inForce?.approved ?? null } };
}

function guestOf({ db }: GuestDeps, cookie: string | undefined): Promise<GuestRow | undefined> {
  return cookie === undefined ? Promise.resolve(undefined) : findByBrowser(db, tokenDigest(cookie));
}

/** SECURITY: who has not been let in reads nothing of the fleet (S38). */
function refusalOfReader({ clock }: GuestDeps, row: GuestRow | undefined): Refusal['reason'] | undefined {
  if (row === undefined) return 'not-signed-in';
  return stateOf(row, clock.now()) === 'admitted' ? undefined : 'not-allowed';
}

function proofOf(row: GuestRow, now: number): JoinProof | null {
  return stateOf(row, now) === 'admitted' ? row.proof : null;
}
