import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useAnnounce } from '../ui/Announcer.tsx';

interface GatedButtonProps {
  words: string;
  testId: string;
  /** Why it cannot be pressed now, in words. */
  reason?: string | undefined;
  small?: boolean;
  primary?: boolean;
  onPress: () => Promise<unknown>;
}

/**
 * A button that does one thing at a time. While there is a reason against it, it stays where it is, can be reached, and says
 * the reason.
 */
export function GatedButton({
  words,
  testId,
  reason,
  small = true,
  primary = false,
  onPress,
}: GatedButtonProps): ReactNode {
  const announce = useAnnounce();
  const [busy, setBusy] = useState(false);
  const reasonId = useId();
  const press = async () => {
    setBusy(true);
    await onPress();
    setBusy(false);
  };
  return (
    <div className="app-gated">
      <Button
        type="button"
        small={small}
        secondary={!primary}
        data-testid={testId}
        aria-disabled={busy || reason !== undefined}
        aria-describedby={reason === undefined ? undefined : reasonId}
        onClick={() => {
          if (reason !== undefined) announce(reason);
          else if (!busy) void press();
        }}
      >
        {words}
      </Button>
      {reason === undefined ? null : (
        <p id={reasonId} className="app-gated__reason" data-testid={`${testId}-reason`}>
          {reason}
        </p>
      )}
    </div>
  );
}
