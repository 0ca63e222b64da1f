import { useState } from 'react';
import type { Approval, ApprovalTask } from '@sallyport/protocol';
import { approve } from './approve.ts';
import { useAnnounce } from './Announcer.tsx';
import { useSpeech } from './Language.tsx';
import { useSession } from './Session.tsx';
import { wordsForOutcome } from './trouble.ts';

interface ApprovalOptions {
  /** The approver's origin, where the session does not name it (founding). */
  approver?: string;
  /** Receives the approval; resolves to words when control did not accept it. */
  onApproved: (task: ApprovalTask, approval: Approval) => Promise<string | undefined>;
  onProblem: (words: string | undefined) => void;
  /** The approver is gone again, whatever came of it. */
  onBack?: () => void;
}

/** One approval at a time. */
export interface Approving {
  isWaiting: boolean;
  /**
   * Opens the approver with a task. Call it while the browser still counts a press as the person's act, or it blocks the window.
   * @param unasked the page does it by itself: a blocked window is no problem then, because the button is still there
   */
  start: (task: ApprovalTask, unasked?: boolean) => Promise<void>;
}

/** Asks for a person's approval in the approver's window. */
export function useApproval({ approver, onApproved, onProblem, onBack }: ApprovalOptions): Approving {
  const { t, language } = useSpeech();
  const session = useSession();
  const announce = useAnnounce();
  const [isWaiting, setWaiting] = useState(false);

  const start = async (task: ApprovalTask, unasked = false) => {
    onProblem(undefined);
    setWaiting(true);
    announce(t('approval.waiting'));
    // Opens the window before anything is waited for.
    const outcome = await approve(approver ?? session.approver, task, language);
    if (outcome.result !== 'blocked') window.focus();
    onBack?.();
    if (outcome.result === 'approved') onProblem(await onApproved(task, outcome.approval));
    else if (outcome.result === 'blocked' && unasked) announce(t('approval.pressButton'));
    else onProblem(t(wordsForOutcome(outcome.result)));
    setWaiting(false);
  };
  return { isWaiting, start };
}
