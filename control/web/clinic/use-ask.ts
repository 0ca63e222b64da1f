import { useCallback } from 'react';
import type { Refusal } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { wordsForRoomRefusal } from './room-words.ts';

/** Does something with the room. @returns whether it was done; if not, the words are shown already */
export type Ask = (asking: Promise<Refusal | undefined>) => Promise<boolean>;

/** Says what the room refuses, in words, and says nothing once something is done. */
export function useAsk(onProblem: (words: string | undefined) => void): Ask {
  const { t } = useSpeech();
  return useCallback(
    async (asking) => {
      const refusal = await asking;
      onProblem(refusal === undefined ? undefined : wordsForRoomRefusal(refusal, t));
      return refusal === undefined;
    },
    [onProblem, t],
  );
}
