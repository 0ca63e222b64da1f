import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Approval, ApprovalTask } from '@sallyport/protocol';
import { approve } from './approve.ts';
import { useAnnounce } from './Announcer.tsx';
import { useSpeech } from './Language.tsx';
import { useSession } from './Session.tsx';
import { wordsForOutcome } from './trouble.ts';

interface ApproveButtonProps {
  task: ApprovalTask;
  words: string;
  /** Says which of several tasks, for those who do not see where the button stands. */
  hiddenWords?: string;
  /** The approver's origin, where the session does not name it (founding). */
  approver?: string;
  warning?: boolean;
  testId?: string;
  /** Receives the approval; resolves to words when control did not accept it. */
  onApproved: (approval: Approval) => Promise<string | undefined>;
  onProblem: (words: string | undefined) => void;
}

/** A button that opens the approver with a task, and brings the focus back when the approver is gone. */
export function ApproveButton(props: ApproveButtonProps): ReactNode {
  const { task, onApproved, onProblem } = props;
  const { t, language } = useSpeech();
  const { approver } = useSession();
  const announce = useAnnounce();
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  const start = async () => {
    setBusy(true);
    onProblem(undefined);
    announce(t('approval.waiting'));
    // The click's own turn opens the window: later, the browser would block it.
    const outcome = await approve(props.approver ?? approver, task, language);
    window.focus();
    button.current?.focus();
    onProblem(outcome.result === 'approved' ? await onApproved(outcome.approval) : t(wordsForOutcome(outcome.result)));
    setBusy(false);
  };

  return (
    <Button
      ref={button}
      type="button"
      warning={props.warning ?? false}
      aria-disabled={busy}
      data-testid={props.testId ?? 'approve'}
      onClick={() => {
        if (!busy) void start();
      }}
    >
      {busy ? t('approval.waiting') : props.words}
      {props.hiddenWords === undefined ? null : <span className="nhsuk-u-visually-hidden"> {props.hiddenWords}</span>}
    </Button>
  );
}
