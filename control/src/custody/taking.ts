import type { AuditEntry, ConsoleParsed, Refusal, SignedInPerson } from '@sallyport/protocol';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { CustodyTable } from '../db/consultation-tables.ts';
import type { Database } from '../db/schema.ts';
import { Refused } from '../http/handlers.ts';
import type { Audit, Changes, Clock } from '../ports.ts';
import { dueRefusal, isOverdue } from './custody-rules.ts';

export interface CustodyDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
}

type Trx = Transaction<Database>;
type Taken = ConsoleParsed<'takeDevice'>['body'];
/** What came of an act: refused; nothing to do; or what happened, for the record. */
type Act = { refused: Refusal['reason'] } | 'again' | { action: string; detail: AuditEntry['detail'] };

/**
 * Writes down who takes a laptop of the caller's prison, where to, and when it is due back. One that is out already has
 * changed hands. The same sent again changes nothing.
 * @returns done; or `not-found` (no laptop of the caller's prison), `too-late` (due in the past), `too-early` (due in more
 *   than a week)
 */
export async function takeDevice(
  deps: CustodyDeps,
  device: string,
  taken: Taken,
  person: SignedInPerson,
): Promise<Refused | Record<string, never>> {
  const now = deps.clock.now();
  return perform(deps, device, person, async (trx, before) => {
    if (before !== undefined && isSame(before, taken, person)) return 'again';
    const refused = dueRefusal(taken.dueAt, now);
    if (refused !== undefined) return { refused };
    await put(trx, device, { taken, person, now });
    return { action: 'custody.taken', detail: { holder: taken.holder, place: taken.place, dueAt: taken.dueAt } };
  });
}

/**
 * Writes down that a laptop of the caller's prison is back.
 * @returns done; or `not-found` (no laptop of the caller's prison), `wrong-state` (it is not out)
 */
export async function returnDevice(
  deps: CustodyDeps,
  device: string,
  person: SignedInPerson,
): Promise<Refused | Record<string, never>> {
  const now = deps.clock.now();
  return perform(deps, device, person, async (trx, before) => {
    if (before === undefined) return { refused: 'wrong-state' };
    await trx.deleteFrom('custody').where('device', '=', device).execute();
    const overdue = isOverdue(before.due_at.getTime(), now);
    return { action: 'custody.returned', detail: { holder: before.holder, overdue } };
  });
}

type Custody = Selectable<CustodyTable>;

/** Runs an act on a laptop under its lock, with its audit row in the same transaction. */
async function perform(
  { db, audit, changes }: CustodyDeps,
  device: string,
  person: SignedInPerson,
  act: (trx: Trx, before: Custody | undefined) => Promise<Act>,
): Promise<Refused | Record<string, never>> {
  const actor = { kind: 'person', id: person.id, name: person.name } as const;
  const done = await db.transaction().execute(async (trx): Promise<Act> => {
    // SECURITY: another site's laptop does not exist for this caller (S15).
    if (person.site === null || !(await lockDevice(trx, device, person.site.id))) return { refused: 'not-found' };
    const before = await trx.selectFrom('custody').selectAll().where('device', '=', device).executeTakeFirst();
    const came = await act(trx, before);
    // SECURITY: where a laptop goes and that it is back stand on the record with the act itself (S44).
    if (came !== 'again' && 'action' in came) await audit.append(trx, { actor, ...came, subject: device });
    return came;
  });
  if (done === 'again') return {};
  if ('refused' in done) return new Refused(done.refused);
  await changes.publish('devices');
  return {};
}

async function lockDevice(trx: Trx, device: string, site: string): Promise<boolean> {
  const row = trx.selectFrom('devices').select('id').where('id', '=', device).where('site', '=', site);
  return (await row.forNoKeyUpdate().executeTakeFirst()) !== undefined;
}

function isSame(before: Custody, { holder, place, dueAt }: Taken, person: SignedInPerson): boolean {
  const said = before.holder === holder && before.place === place && before.due_at.getTime() === dueAt;
  return said && before.taken_by === person.id;
}

async function put(
  trx: Trx,
  device: string,
  { taken, person, now }: { taken: Taken; person: SignedInPerson; now: number },
): Promise<void> {
  const row = {
    ...{ holder: taken.holder, place: taken.place, taken_at: new Date(now), due_at: new Date(taken.dueAt) },
    ...{ taken_by: person.id, overdue_noted_at: null },
  };
  await trx
    .insertInto('custody')
    .values({ device, ...row })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}
