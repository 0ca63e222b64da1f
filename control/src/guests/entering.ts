import { timingSafeEqual } from 'node:crypto';
import { fromBase64url, type GuestView, type Refusal } from '@sallyport/protocol';
import { isMediaKey } from '@sallyport/protocol/participants';
import type { Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Answer } from '../ports.ts';
import { refused, type GuestDeps } from './guest-deps.ts';
import { countWrongCode, lockByLink, useLink, viewOf, type GuestRow } from './guest-repository.ts';
import { codeDigest, randomToken, tokenDigest } from './guest-secrets.ts';

/** So many wrong codes void a link. */
const codeTries = 5;
/** The longest wait that a refusal names, seconds. */
const longestWait = 86_400;

/** What a page that was opened by a link brings. */
interface Entry {
  /** From the link. */
  token: string;
  /** As the person typed it, normalised. */
  code: string;
  /** The P-256 key that the page has made: uncompressed point, base64url. */
  mediaKey: string;
}

/** The guest's view, and the token of the cookie that makes this browser the guest's. */
interface Entered {
  view: GuestView;
  browser: string;
}

/**
 * Uses a guest's link up, with its code: the browser is the guest's from then on, and no other one can be.
 * @returns or `malformed` (no point of P-256), `link-void` (used, replaced or never given, or the last try was wrong),
 *   `not-found` (cancelled), `too-early` with the seconds to wait, `too-late`, `wrong-code` with the tries left
 */
export async function enterAsGuest(deps: GuestDeps, entry: Entry): Promise<Answer<Entered>> {
  const point = fromBase64url(entry.mediaKey);
  if (point === undefined || !(await isMediaKey(point))) return refused('malformed');
  const { answer, changed } = await deps.db.transaction().execute((trx) => enter(deps, trx, entry));
  if (changed) await deps.changes.publish('appointments');
  return answer;
}

/** `changed`: the guest stands otherwise than before, whatever was answered. */
interface Outcome {
  answer: Answer<Entered>;
  changed: boolean;
}

async function enter(deps: GuestDeps, trx: Transaction<Database>, entry: Entry): Promise<Outcome> {
  const row = await lockByLink(trx, tokenDigest(entry.token));
  const given = codeDigest(entry);
  if (row === undefined) return unchanged(refused('link-void'));
  // SECURITY: out of its time a link is not used up, and nobody finds out whether a code is right (S38).
  const untimely = refusalOfTime(row, deps.clock.now());
  if (untimely !== undefined) return unchanged({ ok: false, refusal: untimely });
  // SECURITY: the link alone lets nobody in: the code travels another way (S38).
  const isRight = row.code !== null && timingSafeEqual(row.code, given);
  return isRight ? takeIn(deps, trx, row, entry.mediaKey) : countWrong(deps, trx, row);
}

async function takeIn(
  { audit, clock }: GuestDeps,
  trx: Transaction<Database>,
  row: GuestRow,
  mediaKey: string,
): Promise<Outcome> {
  const now = clock.now();
  const browser = randomToken();
  await useLink(trx, row.id, { browser: tokenDigest(browser), mediaKey, at: now });
  const actor = { kind: 'person', id: row.id, name: row.name } as const;
  await audit.append(trx, { actor, action: 'guest.entered', subject: row.appointment, detail: detailOf(row) });
  const view = viewOf({ ...row, browser: tokenDigest(browser) }, now);
  return { answer: { ok: true, result: { view, browser } }, changed: true };
}

/** SECURITY: 30 bits cannot be guessed in five tries; then the link is void, wherever the tries came from (S38). */
async function countWrong({ audit }: GuestDeps, trx: Transaction<Database>, row: GuestRow): Promise<Outcome> {
  const triesLeft = codeTries - row.wrong_codes - 1;
  await countWrongCode(trx, row, triesLeft <= 0);
  if (triesLeft > 0) return unchanged({ ok: false, refusal: { reason: 'wrong-code', triesLeft } });
  const actor = { kind: 'control', id: null, name: 'control' } as const;
  await audit.append(trx, { actor, action: 'guest.link-void', subject: row.appointment, detail: detailOf(row) });
  return { answer: refused('link-void'), changed: true };
}

function detailOf({ id, kind, name }: GuestRow): { guest: string; kind: string; name: string } {
  return { guest: id, kind, name };
}

function unchanged(answer: Answer<Entered>): Outcome {
  return { answer, changed: false };
}

function refusalOfTime({ cancelled_at, opens_at, closes_at, phase }: GuestRow, now: number): Refusal | undefined {
  if (cancelled_at !== null) return { reason: 'not-found' };
  const wait = Math.ceil((opens_at.getTime() - now) / 1000);
  if (wait > 0) return { reason: 'too-early', retryAfter: Math.min(longestWait, wait) };
  return phase === 'ended' || now >= closes_at.getTime() ? { reason: 'too-late' } : undefined;
}
