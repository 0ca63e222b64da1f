import type { ConsoleAppointment } from '@sallyport/protocol';
import type { Api, Result } from '../ui/api.ts';

const day = 24 * 3_600_000;
/** Control answers for at most 31 days at a time. */
const span = 28 * day;
/** Appointments are made for a year ahead at most. */
const spansAhead = 14;

/**
 * Finds an appointment that may have been moved to another day.
 * @param around where it was last, milliseconds since the epoch
 * @returns undefined when it is nowhere within a month before and a year after
 */
export async function findAppointment(
  api: Api,
  id: string,
  around: number,
): Promise<Result<ConsoleAppointment | undefined>> {
  const first = around - span / 2;
  const starts = [first, first - span, ...Array.from({ length: spansAhead }, (_, index) => first + (index + 1) * span)];
  for (const from of starts) {
    const answer = await api.call('appointments', { query: { from, to: from + span - 1 } });
    if (!answer.ok) return answer;
    const found = answer.value.appointments.find((appointment) => appointment.id === id);
    if (found !== undefined) return { ok: true, value: found };
  }
  return { ok: true, value: undefined };
}
