import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConsoleAnswer } from '@sallyport/protocol';
import { useChanges } from '../ui/Changes.tsx';
import { useSession } from '../ui/Session.tsx';
import type { ClashQuestion } from './booking.ts';

export type Clash = ConsoleAnswer<'clashes'>['clashes'][number];

const topics = ['appointments'] as const;
/** Somebody who is still typing is not answered yet. */
const pauseMilliseconds = 400;
const none: readonly Clash[] = [];

/**
 * What an appointment would clash with: asked a moment after the form last changed, and again whenever appointments change.
 * @param question undefined while there is nothing to ask
 * @returns none until control has answered; a question that control could not be asked is no clash: saving refuses it
 */
export function useClashes(question: ClashQuestion | undefined): readonly Clash[] {
  const { api } = useSession();
  const [found, setFound] = useState<{ of: string; clashes: readonly Clash[] }>({ of: '', clashes: none });
  const latest = useRef(0);
  const asked = question === undefined ? '' : JSON.stringify(question);
  const ask = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    if (asked === '') return;
    void api.call('clashes', { query: JSON.parse(asked) as ClashQuestion }).then((answer) => {
      // An answer to an earlier question must not overwrite a later one's.
      if (turn === latest.current && answer.ok) setFound({ of: asked, clashes: answer.value.clashes });
    });
  }, [api, asked]);
  useEffect(() => {
    const timer = window.setTimeout(ask, pauseMilliseconds);
    return () => {
      window.clearTimeout(timer);
    };
  }, [ask]);
  useChanges(topics, ask);
  return found.of === asked ? found.clashes : none;
}
