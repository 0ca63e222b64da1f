import type { Kysely, Selectable } from 'kysely';
import { decodeErasureNotice, decodeErasureReport, fromBase64url } from '@sallyport/protocol';
import type { ConsoleErasure, ErasureNotice, ErasureReport } from '@sallyport/protocol';
import type { ErasuresTable } from '../db/order-tables.ts';
import type { Database } from '../db/schema.ts';

/** What is kept of a laptop's erasure. */
export type KeptErasure = Selectable<ErasuresTable>;

/** The notice a kept erasure began with. @throws when what was kept cannot be read */
export function noticeOf({ notice }: Pick<KeptErasure, 'notice'>): ErasureNotice {
  const bytes = fromBase64url(notice.notice);
  const contents = bytes && decodeErasureNotice(bytes);
  if (contents === undefined) throw new Error('a kept notice of erasure cannot be read');
  return contents;
}

/** Its newest report, null before the first. @throws when what was kept cannot be read */
function reportOf({ report }: Pick<KeptErasure, 'report'>): ErasureReport | null {
  if (report === null) return null;
  const bytes = fromBase64url(report.report);
  const contents = bytes && decodeErasureReport(bytes);
  if (contents === undefined) throw new Error('a kept report of erasure cannot be read');
  return contents;
}

/** An erasure as consoles show it. */
export function shownErasure(kept: KeptErasure): ConsoleErasure {
  const { cause, software } = noticeOf(kept);
  return {
    cause: cause.kind,
    stage: kept.stage,
    steps: reportOf(kept)?.steps ?? [],
    software,
    reportedAt: kept.reported_at.getTime(),
  };
}

/** Reads the erasures of laptops, of some or of all. */
export async function keptErasures(db: Kysely<Database>, devices?: string[]): Promise<Map<string, KeptErasure>> {
  if (devices?.length === 0) return new Map();
  let query = db.selectFrom('erasures').selectAll();
  if (devices !== undefined) query = query.where('device', 'in', devices);
  return new Map((await query.execute()).map((kept) => [kept.device, kept]));
}
