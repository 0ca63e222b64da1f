import { toBase64url } from '@sallyport/protocol';
import type { AuditEntry } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, Audit } from '../ports.ts';
import { refused } from './answers.ts';
import { entryOf } from './entries.ts';
import { awaitsStaff, lockRoom } from './stored-stage.ts';

interface DebriefCodeDeps {
  db: Kysely<Database>;
  audit: Audit;
}

/**
 * Shows staff the nonce of the code that their laptop asks for in a debrief, and says on the record to whom.
 * @returns the nonce, 16 bytes base64url; `not-found` for another prison's appointment, `wrong-state` while the laptop asks
 *   for none
 */
export async function showDebriefCode(
  { db, audit }: DebriefCodeDeps,
  appointment: string,
  { person }: Caller,
): Promise<Answer<{ nonce: string }>> {
  const actor: AuditEntry['actor'] = { kind: 'person', id: person.id, name: person.name };
  return db.transaction().execute(async (trx) => {
    const booked = await trx
      .selectFrom('appointments')
      .select('prison')
      .where('id', '=', appointment)
      .executeTakeFirst();
    // SECURITY: the code is for healthcare staff of the laptop's own prison; another's appointment does not exist (S15, S39).
    if (booked === undefined || person.role !== 'healthcare' || booked.prison !== person.site?.id) {
      const detail = { request: 'debriefCode', reason: 'not-found' };
      await audit.append(trx, entryOf(actor, 'room.refused', appointment, detail));
      return refused('not-found');
    }
    const room = await lockRoom(trx, appointment);
    const nonce = room?.row.staff_nonce;
    // SECURITY: shown only while the laptop in the debrief asks for it, each time on the record (S39).
    if (room === undefined || !nonce || !awaitsStaff(room.stage)) return refused('wrong-state');
    await audit.append(trx, entryOf(actor, 'debrief.code-shown', appointment, {}));
    return { ok: true, result: { nonce: toBase64url(new Uint8Array(nonce)) } };
  });
}
