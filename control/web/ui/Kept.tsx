import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';

/** What was there before the sign-in screen, and is there again after it: every form, every place in it, and the focus. */
export function Kept({ shown, children }: { shown: boolean; children: ReactNode }): ReactNode {
  const lastFocus = useRef<Element | null>(null);
  const wasHidden = useRef(false);
  useLayoutEffect(() => {
    const isBack = shown && wasHidden.current;
    wasHidden.current = !shown;
    if (!isBack) return;
    const before = lastFocus.current;
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    else document.querySelector<HTMLElement>('#maincontent')?.focus();
  }, [shown]);
  return (
    // SECURITY: what somebody saw while signed in is neither seen nor reached once their session has ended (S28).
    <div
      hidden={!shown}
      inert={!shown}
      onFocus={(event) => {
        lastFocus.current = event.target;
      }}
    >
      {children}
    </div>
  );
}
