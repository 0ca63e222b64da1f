import { useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Approval, ApprovalTask } from '@sallyport/protocol';
import { useSpeech } from './Language.tsx';
import { useApproval } from './use-approval.ts';

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
  const { t } = useSpeech();
  const button = useRef<HTMLButtonElement>(null);
  const { isWaiting, start } = useApproval({
    ...(props.approver === undefined ? {} : { approver: props.approver }),
    onApproved: (_, approval) => onApproved(approval),
    onProblem,
    onBack: () => button.current?.focus(),
  });
  return (
    <Button
      ref={button}
      type="button"
      warning={props.warning ?? false}
      aria-disabled={isWaiting}
      data-testid={props.testId ?? 'approve'}
      onClick={() => {
        if (!isWaiting) void start(task);
      }}
    >
      {isWaiting ? t('approval.waiting') : props.words}
      {props.hiddenWords === undefined ? null : <span className="nhsuk-u-visually-hidden"> {props.hiddenWords}</span>}
    </Button>
  );
}
