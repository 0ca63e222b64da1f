import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock, Custodies } from '../ports.ts';
import { isOverdue } from './custody-rules.ts';

/** @returns who has which laptop, for the lists of laptops */
export function createCustodies({ db, clock }: { db: Kysely<Database>; clock: Clock }): Custodies {
  return {
    shown: async () => {
      const now = clock.now();
      const rows = await db
        .selectFrom('custody')
        .innerJoin('people', 'people.id', 'custody.taken_by')
        .select(['device', 'holder', 'place', 'taken_at', 'due_at', 'people.name as by'])
        .execute();
      return new Map(
        rows.map(({ device, holder, place, by, taken_at: taken, due_at: due }) => {
          const [takenAt, dueAt] = [taken.getTime(), due.getTime()];
          return [device, { holder, place, by, takenAt, dueAt, overdue: isOverdue(dueAt, now) }];
        }),
      );
    },
  };
}
