import type { ConsoleAppointment, Presence } from '@sallyport/protocol';
import { formatTime } from '../ui/london-time.ts';
import type { Translate } from '../ui/messages/catalogue.ts';

const minute = 60_000;

/**
 * Since when somebody waits.
 * @param now milliseconds since the epoch
 */
export function wordsForWaiting(
  { waitingSince }: Pick<ConsoleAppointment, 'waitingSince'>,
  now: number,
  t: Translate,
): string {
  if (waitingSince === null) return t('waiting.notHere');
  const minutes = Math.max(0, Math.floor((now - waitingSince) / minute));
  const time = formatTime(waitingSince);
  if (minutes === 0) return t('waiting.sinceNow', { time });
  return minutes === 1 ? t('waiting.sinceOne', { time }) : t('waiting.since', { time, minutes });
}

/** Who is with the patient, as staff recorded it together with the patient's consent. */
export function wordsForPresent(present: readonly Presence[] | null, t: Translate): string {
  if (present === null) return t('waiting.presentMissing');
  if (present.length === 0) return t('presence.none');
  return present.map((who) => t(`presence.${who}`)).join(', ');
}
