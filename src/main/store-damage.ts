import * as z from 'zod';

/** How a part of the store was found not to be what was last committed: which part, and how. */
export const storeDamage = z.enum([
  'record-tampered',
  'record-missing',
  'journal-events-wrong-key',
  'journal-events-tampered',
  'journal-events-missing',
  'journal-events-rolled-back',
  'journal-consultations-tampered',
  'journal-consultations-missing',
  'journal-consultations-rolled-back',
]);
export type StoreDamage = z.infer<typeof storeDamage>;
