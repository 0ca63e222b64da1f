import type { Participant, RequestRefusal } from '@sallyport/protocol';
import type { AdmissionTrouble } from '../clinic/admission.ts';
import { laptopOf } from '../clinic/room-state.ts';
import type { InRoom } from '../clinic/room-state.ts';
import type { PlainKey, Translate } from '../ui/messages/catalogue.ts';
import { wordsForTrouble } from '../ui/trouble.ts';
import type { AwayReason, CodeProblem, GuestEnd } from './guest-stay.ts';

/** The consultant among the participants. */
export function consultantIn({ participants }: Pick<InRoom, 'participants'>): Participant | undefined {
  return participants.find(({ kind }) => kind === 'consultant');
}

/** Words for what is wrong with a code. */
export function wordsForCode(problem: CodeProblem, t: Translate): string {
  switch (problem.kind) {
    case 'bad':
      return t('guest.code.bad');
    case 'wrong':
      return wordsForTriesLeft(problem.triesLeft, t);
    case 'trouble':
      return wordsForTrouble(problem.trouble, t);
    default:
      return problem satisfies never;
  }
}

function wordsForTriesLeft(left: number | undefined, t: Translate): string {
  if (left === undefined) return t('guest.code.wrongAgain');
  return left === 1 ? t('guest.code.wrongLast') : t('guest.code.wrong', { left });
}

/** How the consultation stands, for somebody who is in it: first of all whether those they speak for are there. */
export function wordsForStanding(room: InRoom, t: Translate): string {
  if (room.phase === 'consult' && consultantIn(room) === undefined) return t('guest.room.consultantAway');
  if (room.phase === 'consult' && laptopOf(room) === undefined) return t('guest.room.patientAway');
  return t(`guest.room.${room.phase}`);
}

/** Words for somebody who is there, by the name and role that people approved. */
export function wordsForPerson(
  { id, kind, name, site }: Participant,
  vouchers: ReadonlyMap<string, string>,
  t: Translate,
): string {
  const person = vouchers.get(id) ?? '';
  switch (kind) {
    case 'consultant':
      return t('guest.room.consultant', { name, hospital: site.name });
    case 'device':
      return t('guest.room.laptop', { laptop: name, prison: site.name, person });
    case 'interpreter':
    case 'clinician':
      return t('guest.room.other', { name, role: t(`guestKind.${kind}`), person });
    default:
      return kind satisfies never;
  }
}

/** Words for why somebody is neither shown nor heard: nobody could say, or somebody is not who they should be. */
export function wordsForDistrustOf(reason: RequestRefusal, t: Translate): string {
  const isStale = reason === 'outdated' || reason === 'unknown-manifest';
  return t(isStale ? 'guest.keptOut.outdated' : 'guest.keptOut.unverified');
}

/** Words for what does not work of the guest's own camera and microphone. */
export function wordsForOwnMedia(problem: PlainKey, t: Translate): string {
  // Leaving, as the consultant is told to do, would be for good.
  return t(problem === 'media.sendFailed' ? 'guest.sendFailed' : problem);
}

/** Words for why a guest is out of the room though it goes on. */
export function wordsForAway(why: AwayReason, t: Translate): string {
  return why.kind === 'left' ? t(`guest.away.${why.reason}`) : wordsForFailed(why.room.trouble, t);
}

function wordsForFailed(trouble: AdmissionTrouble, t: Translate): string {
  switch (trouble.kind) {
    case 'trust':
      return t('guest.distrust');
    case 'statement':
      return t('guest.otherStatement');
    case 'trouble':
      return wordsForTrouble(
        trouble.trouble.reason === 'not-connected' ? { reason: 'unreachable' } : trouble.trouble,
        t,
      );
    case 'approval':
      // A guest approves nothing.
      return t('guest.away.connection-lost');
    default:
      return trouble satisfies never;
  }
}

const headings: Partial<Record<GuestEnd, PlainKey>> = {
  void: 'guest.over.void',
  replaced: 'guest.over.replaced',
  'too-late': 'guest.over.too-late',
  cancelled: 'guest.over.cancelled',
};

/** The heading of an end. */
export function headingOfEnd(reason: GuestEnd): PlainKey {
  return headings[reason] ?? 'guest.over.heading';
}
