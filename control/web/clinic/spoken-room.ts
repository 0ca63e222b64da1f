import { isNameChecked } from '@sallyport/protocol';
import type { Progress } from '@sallyport/protocol';
import type { Translate } from '../ui/messages/catalogue.ts';
import { formatTime } from '../ui/london-time.ts';
import type { Closing } from './closing.ts';
import { guestsOf, laptopOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';

/**
 * What somebody who does not see the room is told of it, sentence by sentence; whatever is new among them is said.
 * @param closing how its end stands
 */
export function spokenRoom(room: InRoom, closing: Closing, t: Translate): readonly string[] {
  const { phase, progress } = room;
  const said = [
    `${t(`room.phase.${phase}`)}.`,
    laptopOf(room) === undefined ? t('room.laptopAway') : t('room.laptopHere'),
  ];
  if (phase === 'waiting' && progress.present !== null) said.push(t('waiting.consentRecorded'));
  if (phase === 'consult') said.push(...nameWords(progress, t));
  if (phase === 'debrief') said.push(`${progress.staffConfirmed ? t('debrief.confirmed') : t('debrief.dark')}.`);
  for (const guest of guestsOf(room)) said.push(t('room.guestHere', { name: guest.name }));
  if (closing.soon) said.push(t('closing.soon', { time: formatTime(closing.closesAt) }));
  return said;
}

/** The sentences that were not said before. */
export function newlySaid(before: readonly string[], now: readonly string[]): string {
  return now.filter((sentence) => !before.includes(sentence)).join(' ');
}

function nameWords(progress: Progress, t: Translate): string[] {
  if (isNameChecked(progress)) return [t('name.both')];
  const { consultant, laptop } = progress.nameChecked;
  const own = consultant ? t('name.youConfirmed') : t('name.youNotYet');
  return [`${t('name.ask')}.`, own, laptop ? t('name.staffConfirmed') : t('name.staffNotYet')];
}
