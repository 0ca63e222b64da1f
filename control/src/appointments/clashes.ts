import type { ConsoleAnswer, ConsoleParsed, SignedInPerson } from '@sallyport/protocol';
import { timesOf } from '@sallyport/protocol';
import { Refused } from '../http/handlers.ts';
import type { AppointmentDeps } from './acting.ts';
import type { Db } from './appointment-rows.ts';

/** Most clashes of one kind that are said. */
const mostOfOne = 10;

type Asked = ConsoleParsed<'clashes'>['query'];
type Clash = ConsoleAnswer<'clashes'>['clashes'][number];

/**
 * What an appointment at that time would clash with, before anybody saves it; the constraints decide when somebody does.
 * @returns times and no more; or `not-allowed` (no staff of a prison), `not-found` (another prison's laptop)
 */
export async function clashes(
  { db }: AppointmentDeps,
  asked: Asked,
  person: SignedInPerson,
): Promise<ConsoleAnswer<'clashes'> | Refused> {
  if (person.site?.kind !== 'prison') return new Refused('not-allowed');
  const prison = person.site.id;
  // SECURITY: another site's laptop does not exist for this caller (S15).
  if (asked.device !== undefined && !(await isOfPrison(db, asked.device, prison))) return new Refused('not-found');
  const ofDevice =
    asked.device === undefined ? [] : await busyTimes(db, { of: 'device', id: asked.device }, asked, prison);
  const ofConsultant =
    asked.consultant === undefined
      ? []
      : await busyTimes(db, { of: 'consultant', id: asked.consultant }, asked, prison);
  return { clashes: [...ofDevice, ...ofConsultant] };
}

async function isOfPrison(db: Db, device: string, prison: string): Promise<boolean> {
  const row = db.selectFrom('devices').select('id').where('id', '=', device).where('site', '=', prison);
  return (await row.executeTakeFirst()) !== undefined;
}

/** SECURITY: of a consultant's appointments with other prisons nothing is told but when they are (S15). */
async function busyTimes(
  db: Db,
  { of, id }: { of: Clash['of']; id: string },
  { startsAt, minutes, except }: Asked,
  prison: string,
): Promise<Clash[]> {
  const { endsAt } = timesOf(startsAt, minutes);
  let query = db
    .selectFrom('appointments')
    .select(['starts_at', 'ends_at'])
    .where(of, '=', id)
    .where('cancelled_at', 'is', null)
    .where('starts_at', '<', new Date(endsAt))
    .where('ends_at', '>', new Date(startsAt))
    .orderBy('starts_at')
    .limit(mostOfOne);
  if (except !== undefined) {
    query = query.where((eb) => eb.not(eb.and([eb('id', '=', except), eb('prison', '=', prison)])));
  }
  return (await query.execute()).map((row) => ({
    of,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
  }));
}
