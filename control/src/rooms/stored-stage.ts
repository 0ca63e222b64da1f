import { nextStage, type RoomStage } from '@sallyport/protocol';
import type { Selectable, Transaction } from 'kysely';
import { isDeepStrictEqual } from 'node:util';
import type { RoomsTable } from '../db/consultation-tables.ts';
import type { Database } from '../db/schema.ts';

const columns = [
  'node',
  'phase',
  'present',
  'laptop_checked_name_at',
  'consultant_checked_name_at',
  'staff_nonce',
  'staff_confirmed_at',
  'admitted_at',
] as const satisfies (keyof RoomsTable)[];

type StageRow = Pick<Selectable<RoomsTable>, (typeof columns)[number]>;

/** A room as the database has it. */
export interface StoredRoom {
  readonly stage: RoomStage;
  readonly row: StageRow;
}

/** Where a room stands, as its row says. */
function stageOf(row: Omit<StageRow, 'node' | 'staff_nonce' | 'admitted_at'>): RoomStage {
  return {
    phase: row.phase,
    progress: {
      present: row.present,
      nameChecked: {
        laptop: row.laptop_checked_name_at !== null,
        consultant: row.consultant_checked_name_at !== null,
      },
      staffConfirmed: row.staff_confirmed_at !== null,
    },
  };
}

/** Reads a room and locks it until the transaction ends. @returns undefined when nobody has ever joined it */
export async function lockRoom(trx: Transaction<Database>, room: string): Promise<StoredRoom | undefined> {
  const row = await trx.selectFrom('rooms').select(columns).where('id', '=', room).forUpdate().executeTakeFirst();
  return row && { stage: stageOf(row), row };
}

/** Whether a step would leave everything as it is: it was taken before, and no code is being asked for. */
export function isTaken({ stage, row }: StoredRoom, after: RoomStage): boolean {
  return isDeepStrictEqual(stage, after) && row.staff_nonce === null;
}

/**
 * Keeps a stage that the machine gave. Whatever happened, a code that the laptop asked its staff for is over with it.
 * @param before the room as it was read, locked, in this transaction
 * @param now milliseconds since the epoch
 */
export async function keepStage(
  trx: Transaction<Database>,
  room: string,
  before: StoredRoom,
  after: RoomStage,
  now: number,
): Promise<void> {
  const { present, nameChecked, staffConfirmed } = after.progress;
  const isAdmitted = before.stage.phase === 'waiting' && after.phase === 'consult';
  const since = (moment: Date | null, isSo: boolean): Date | null => (isSo ? (moment ?? new Date(now)) : null);
  await trx
    .updateTable('rooms')
    .set({
      phase: after.phase,
      present: present === null ? null : JSON.stringify(present),
      laptop_checked_name_at: since(before.row.laptop_checked_name_at, nameChecked.laptop),
      consultant_checked_name_at: since(before.row.consultant_checked_name_at, nameChecked.consultant),
      staff_confirmed_at: since(before.row.staff_confirmed_at, staffConfirmed),
      staff_nonce: null,
      admitted_at: isAdmitted ? new Date(now) : before.row.admitted_at,
    })
    .where('id', '=', room)
    .execute();
}

/** Whether a laptop in the room may ask for, or be shown, that staff are at it; it is not shown yet. */
export function awaitsStaff(stage: RoomStage): boolean {
  return !stage.progress.staffConfirmed && nextStage(stage, { type: 'staff-confirmed' }) !== undefined;
}

/**
 * The laptop gave its seat up, lost it, or takes one.
 * SECURITY: in a debrief it has to be shown anew that staff are at it (S39).
 * @returns where the room stands then
 */
export async function forgetStaff(
  trx: Transaction<Database>,
  room: string,
  stored: StoredRoom,
  now: number,
): Promise<RoomStage> {
  const after = nextStage(stored.stage, { type: 'laptop-left' });
  if (after === undefined || isTaken(stored, after)) return stored.stage;
  await keepStage(trx, room, stored, after, now);
  return after;
}
