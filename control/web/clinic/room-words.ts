import type { Refusal, RequestRefusal } from '@sallyport/protocol';
import type { PlainKey, Translate } from '../ui/messages/catalogue.ts';
import { wordsForOutcome, wordsForTrouble } from '../ui/trouble.ts';
import type { TrustProblem } from '../ui/trust.ts';
import type { AdmissionTrouble } from './admission.ts';

/** Words for why the room refused; what is not connected here is this console, not the laptop. */
export function wordsForRoomRefusal(refusal: Refusal, t: Translate): string {
  return wordsForTrouble(refusal.reason === 'not-connected' ? { reason: 'unreachable' } : refusal, t);
}

/** Words for why the consultant did not get into the room. */
export function wordsForAdmission(trouble: AdmissionTrouble, t: Translate): string {
  switch (trouble.kind) {
    case 'trouble':
      return trouble.trouble.reason === 'not-connected'
        ? wordsForTrouble({ reason: 'unreachable' }, t)
        : wordsForTrouble(trouble.trouble, t);
    case 'approval':
      return t(wordsForOutcome(trouble.result));
    case 'trust':
      return wordsForDistrust(trouble.problem, t);
    case 'statement':
      return t('room.otherStatement');
    default:
      return trouble satisfies never;
  }
}

/** Words for why control's word about the fleet's people is not believed. */
export function wordsForDistrust(problem: TrustProblem, t: Translate): string {
  return problem.kind === 'trouble' ? wordsForTrouble(problem.trouble, t) : t(`room.distrust.${problem.kind}`);
}

/** The lists of people are too old to say, rather than somebody being who they are not. */
const stale: readonly RequestRefusal[] = ['outdated', 'unknown-manifest'];

/** Words for why somebody is neither shown nor heard. */
export function wordsForKeptOut(reason: RequestRefusal): PlainKey {
  if (stale.includes(reason)) return 'room.keptOut.outdated';
  return reason === 'expired' ? 'room.keptOut.expired' : 'room.keptOut.unverified';
}
