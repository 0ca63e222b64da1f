import { useRef, useState } from 'react';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import type { Sent } from './send-booking.ts';
import type { DraftProblem } from './booking.ts';

/** What came of a form, besides being saved. */
type Other = Extract<Sent, { result: 'saved' | 'otherwise' }>;

interface Sending {
  /** For the error summary; `about` is another one for each try. */
  summary: { errors: readonly FieldError[]; about: unknown };
  problem: string | undefined;
  isBusy: boolean;
  /** Sends the form, unless it is being sent. */
  send: (act: () => Promise<Sent>, onSent: (sent: Other) => void) => Promise<void>;
  refuse: (problems: readonly DraftProblem[]) => void;
}

/** Sends a form once at a time, and says field by field what came between. */
export function useSending(): Sending {
  const { t } = useSpeech();
  const [problems, setProblems] = useState<readonly DraftProblem[]>([]);
  const [trouble, setTrouble] = useState<Extract<Sent, { result: 'trouble' }>>();
  const [isBusy, setBusy] = useState(false);
  const isSending = useRef(false);

  const send: Sending['send'] = async (act, onSent) => {
    // A double click's second half arrives before the button shows that it is busy.
    if (isSending.current) return;
    isSending.current = true;
    setBusy(true);
    setProblems([]);
    setTrouble(undefined);
    const sent = await act();
    isSending.current = false;
    setBusy(false);
    if (sent.result === 'problem') setProblems([sent.problem]);
    else if (sent.result === 'trouble') setTrouble(sent);
    else if (sent.result !== 'ended') onSent(sent);
  };
  return {
    summary: { errors: problems.map(({ field, say }) => ({ field, words: say(t) })), about: problems },
    problem: trouble?.say(t),
    isBusy,
    send,
    refuse(found) {
      setTrouble(undefined);
      setProblems(found);
    },
  };
}
