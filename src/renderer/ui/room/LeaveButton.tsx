import { useState } from 'react';
import type { JSX } from 'react';
import { useInvocation } from '../../bridge/invocation.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../Button.tsx';
import { ConfirmDialog } from '../ConfirmDialog.tsx';
import { Icon } from '../Icon.tsx';
import { Notice } from '../Notice.tsx';

/** The way out for staff. It asks first, so that a patient's hand does not end the consultation. */
export function LeaveButton(): JSX.Element {
  const messages = useMessages();
  const { room } = messages;
  const [asking, setAsking] = useState(false);
  const { run, busy, refusal } = useInvocation('leave');
  const leave = () => {
    setAsking(false);
    run({});
  };
  return (
    <>
      {refusal !== null && <Notice words={messages.refusals[refusal]} bad />}
      <Button testId="leave" disabled={busy} onPress={() => setAsking(true)}>
        <Icon name="leave" />
        {busy ? room.leaving : room.leave}
      </Button>
      {asking && (
        <ConfirmDialog
          title={room.leaveTitle}
          body={room.leaveBody}
          confirm={room.leaveConfirm}
          cancel={room.stay}
          onConfirm={leave}
          onCancel={() => setAsking(false)}
        />
      )}
    </>
  );
}
