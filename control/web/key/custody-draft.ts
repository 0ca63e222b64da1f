import { custody } from '@sallyport/protocol';
import { addDays, formatTime, londonDay, londonInstants } from '../ui/london-time.ts';
import { wrongLine } from '../ui/wrong-line.ts';
import type { Say } from '../ui/wrong-line.ts';

/** The form by which somebody takes a laptop away, as it is filled in. */
export interface CustodyDraft {
  holder: string;
  place: string;
  /** `YYYY-MM-DDTHH:MM` on London's clock, as the browser's field for it writes. */
  due: string;
}

export type CustodyField = keyof CustodyDraft;
export interface CustodyProblem {
  field: CustodyField;
  say: Say;
}

const hour = 3_600_000;
/** A consultation on the wing, with the ways there and back. */
const usualAbsence = 2 * hour;
/** Longest time a laptop may be away, ms; control's own rule. */
const longestAbsence = 7 * 24 * hour;
const quarter = hour / 4;
const most = custody.shape.holder.maxLength ?? 0;

/**
 * A new form.
 * @param name of whoever is signed in: most take it themselves
 * @param now milliseconds since the epoch
 */
export function newCustody(name: string, now: number): CustodyDraft {
  const due = Math.ceil((now + usualAbsence) / quarter) * quarter;
  return { holder: name, place: '', due: `${londonDay(due)}T${formatTime(due)}` };
}

/**
 * Checks a form before it is sent; control checks it again.
 * @param now milliseconds since the epoch
 */
export function checkCustody(
  draft: CustodyDraft,
  now: number,
):
  | { ok: true; value: { holder: string; place: string; dueAt: number } }
  | { ok: false; problems: readonly CustodyProblem[] } {
  const holder = draft.holder.trim();
  const place = draft.place.trim();
  const instants = dueInstants(draft.due);
  const wrong: Record<CustodyField, Say | undefined> = {
    holder: holder === '' ? (t) => t('custody.needHolder') : wrongLine(holder, 'custody.holder', most),
    place: place === '' ? (t) => t('custody.needPlace') : wrongLine(place, 'custody.place', most),
    due: wrongDue(draft.due, instants, now),
  };
  const problems = (['holder', 'place', 'due'] as const).flatMap((field) => {
    const say = wrong[field];
    return say === undefined ? [] : [{ field, say }];
  });
  const [dueAt] = instants;
  if (problems.length > 0 || dueAt === undefined) return { ok: false, problems };
  return { ok: true, value: { holder, place, dueAt } };
}

/** The days between which a laptop can be due, `YYYY-MM-DDTHH:MM`, for the browser's field. */
export function dueBounds(now: number): { min: string; max: string } {
  const today = londonDay(now);
  return { min: `${today}T${formatTime(now)}`, max: `${addDays(today, 7)}T${formatTime(now)}` };
}

function dueInstants(due: string): readonly number[] {
  const [day = '', time = ''] = due.split('T');
  return londonInstants(day, time.slice(0, 5));
}

function wrongDue(due: string, instants: readonly number[], now: number): Say | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(due)) return (t) => t('custody.needDue');
  if (instants.length > 1) return (t) => t('time.twice');
  const [dueAt] = instants;
  if (dueAt === undefined) return (t) => t('time.never');
  if (dueAt <= now) return (t) => t('custody.duePast');
  return dueAt > now + longestAbsence ? (t) => t('custody.dueTooFar') : undefined;
}
