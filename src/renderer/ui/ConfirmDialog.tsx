import { useEffect, useId, useRef } from 'react';
import type { JSX } from 'react';
import { Button } from './Button.tsx';

interface ConfirmDialogProps {
  title: string;
  body: string;
  confirm: string;
  cancel: string;
  confirmTestId?: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something is done. The harmless answer has the focus, and is what Escape means. */
export function ConfirmDialog({
  title,
  body,
  confirm,
  cancel,
  confirmTestId = 'confirm-yes',
  onConfirm,
  onCancel,
}: ConfirmDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const harmless = useRef<HTMLButtonElement>(null);
  const titleId = useId();
  const bodyId = useId();
  useEffect(() => {
    dialog.current?.showModal();
    harmless.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      aria-describedby={bodyId}
      onClose={onCancel}
      data-testid="confirm"
    >
      <h2 id={titleId}>{title}</h2>
      <p id={bodyId}>{body}</p>
      <div className="dialog-actions">
        <Button testId="confirm-no" onPress={onCancel} ref={harmless}>
          {cancel}
        </Button>
        <Button testId={confirmTestId} look="danger" onPress={onConfirm}>
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
