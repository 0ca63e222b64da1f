import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import type { ApprovalTask, ConsoleAppointment, ConsoleGuest } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import type { Result } from '../ui/api.ts';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { useApproval } from '../ui/use-approval.ts';
import { letsIn } from './guest-approval.ts';

interface LettingIn {
  /** The join to approve is there, so that a press can open the approver at once. */
  isReady: boolean;
  /** The approver is open. */
  isWaiting: boolean;
  /** Why it did not go, in words. */
  problem: string | undefined;
  letIn: () => void;
  /** Gets the focus back when the approver is gone. */
  button: RefObject<HTMLButtonElement | null>;
}

/** Lets one waiting guest in. */
export function useLettingIn(appointment: ConsoleAppointment, guest: ConsoleGuest, onChanged: () => void): LettingIn {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const { api, session } = useSession();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  const draft = useDraft(appointment.id, guest.id, round);
  const button = useRef<HTMLButtonElement>(null);
  const { isWaiting, start } = useApproval({
    onProblem: setProblem,
    onBack: () => button.current?.focus(),
    onApproved: async ({ statement }, approval) => {
      const params = { id: appointment.id, guest: guest.id };
      const answer = await api.call('admitGuest', { params, body: { join: { statement, approvals: [approval] } } });
      onChanged();
      if (answer.ok) {
        announce(t('guests.letInNow', { name: guest.name }));
        return undefined;
      }
      // Whoever came by a newer link has another key: what was approved is not for them.
      setRound((before) => before + 1);
      return wordsForTrouble(answer.trouble, t, { unverified: 'guests.changed', 'wrong-state': 'guests.changed' });
    },
  });
  const letIn = () => {
    if (draft?.ok !== true || isWaiting || session.state !== 'signedIn') return;
    if (letsIn(draft.value, appointment, guest, session.person)) void start(draft.value);
    else setProblem(t('guests.otherStatement'));
  };
  const notDrafted = draft?.ok === false ? wordsForTrouble(draft.trouble, t) : undefined;
  return { isReady: draft?.ok === true, isWaiting, problem: problem ?? notDrafted, letIn, button };
}

/** The join to approve, drafted before anybody presses: a browser opens a window only in the turn of a press. */
function useDraft(appointment: string, guest: string, round: number): Result<ApprovalTask> | undefined {
  const { api } = useSession();
  const [drafted, setDrafted] = useState<Result<ApprovalTask>>();
  useEffect(() => {
    let isCurrent = true;
    void api.call('draftGuestJoin', { params: { id: appointment, guest }, body: {} }).then((answer) => {
      if (isCurrent) setDrafted(answer);
    });
    return () => {
      isCurrent = false;
      setDrafted(undefined);
    };
  }, [api, appointment, guest, round]);
  return drafted;
}
