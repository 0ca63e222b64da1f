import type { Refusal } from '@sallyport/protocol';
import type { Translate } from '../ui/messages/catalogue.ts';
import { wordsForTrouble } from '../ui/trouble.ts';

/** Words for why the room refused; what is not connected here is this console, not the laptop. */
export function wordsForRoomRefusal(refusal: Refusal, t: Translate): string {
  return wordsForTrouble(refusal.reason === 'not-connected' ? { reason: 'unreachable' } : refusal, t);
}
