import type { BookedDetails, ConsoleAppointment } from '@sallyport/protocol';
import type { Api, Result, Trouble } from '../ui/api.ts';
import type { Say } from '../ui/wrong-line.ts';
import { wordsForTrouble } from '../ui/trouble.ts';
import type { BookingField, DraftProblem } from './booking.ts';
import { findAppointment } from './find-appointment.ts';

/** What came of sending a form. */
export type Sent =
  | { result: 'saved'; appointment: ConsoleAppointment }
  /** It stands otherwise than this form believed. */
  | { result: 'otherwise'; appointment: ConsoleAppointment }
  /** The session ended: the form waits behind the sign-in. */
  | { result: 'ended' }
  | { result: 'problem'; problem: DraftProblem }
  | { result: 'trouble'; say: Say };

/**
 * Books what a form says. Sent again it books nothing twice: control knows the appointment by the form's own id.
 * @param id the form's
 */
export async function sendBooking(api: Api, id: string, details: BookedDetails): Promise<Sent> {
  const answer = await api.call('book', { body: { id, ...details } });
  if (answer.ok) return { result: 'saved', appointment: answer.value };
  // Sent before with other words in it, and the answer was lost: it stands as it was sent then.
  if (answer.trouble.reason === 'changed-meanwhile') return lookAgain(api, id, details.startsAt);
  return whatCameOf(answer.trouble);
}

/** Changes an appointment, if it still is the revision that the form was filled from. */
export async function sendChange(
  api: Api,
  { id, revision, around }: { id: string; revision: number; around: number },
  details: BookedDetails,
): Promise<Sent> {
  // SECURITY: control refuses a change made from anything but the newest revision (S37).
  const answer = await api.call('changeAppointment', { params: { id }, body: { revision, ...details } });
  if (answer.ok) return { result: 'saved', appointment: answer.value };
  if (answer.trouble.reason === 'changed-meanwhile') return lookAgain(api, id, around);
  if (answer.trouble.reason === 'wrong-state') return { result: 'trouble', say: (t) => t('change.tooLate') };
  return whatCameOf(answer.trouble);
}

/** Cancels an appointment, if it still is as the person saw it who was asked. */
export function sendCancellation(
  api: Api,
  { id, revision }: Pick<ConsoleAppointment, 'id' | 'revision'>,
): Promise<Result<ConsoleAppointment>> {
  // SECURITY: what is cancelled is what the person was asked about, not what somebody else has made of it (S37).
  return api.call('cancelAppointment', { params: { id }, body: { revision } });
}

async function lookAgain(api: Api, id: string, around: number): Promise<Sent> {
  const found = await findAppointment(api, id, around);
  if (!found.ok) return whatCameOf(found.trouble);
  if (found.value === undefined) return { result: 'trouble', say: (t) => t('change.gone') };
  return { result: 'otherwise', appointment: found.value };
}

/** Refusals that one field of the form is to blame for. */
const blamed: Partial<Record<Trouble['reason'], { field: BookingField; say: Say }>> = {
  clash: { field: 'time', say: (t) => t('refusal.clash') },
  'too-late': { field: 'time', say: (t) => t('book.past') },
  'too-early': { field: 'day', say: (t) => t('book.tooFar') },
};

function whatCameOf(trouble: Trouble): Sent {
  if (trouble.reason === 'not-signed-in') return { result: 'ended' };
  const problem = blamed[trouble.reason];
  if (problem !== undefined) return { result: 'problem', problem };
  return {
    result: 'trouble',
    say: (t) => wordsForTrouble(trouble, t, { unreachable: 'book.noAnswer', unreadable: 'book.noAnswer' }),
  };
}
