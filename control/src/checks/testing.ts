// For tests of the link that are about something else.
import type { Checks } from '../ports.ts';

const refused = { ok: false, refusal: { reason: 'not-allowed' } } as const;

/** Checks that no laptop may begin. */
export const noChecks: Checks = {
  begin: () => Promise.resolve(refused),
  handle: () => undefined,
  end: () => Promise.resolve(refused),
  drop: () => undefined,
};
