import { useRef, useState } from 'react';
import { bridge as contract } from '@sallyport/protocol';
import type { Bridge, InvokeParams, RequestRefusal } from '@sallyport/protocol';
import { useBridge } from './bridge-context.ts';

/** The invocations that a person's press starts; their success shows in the next snapshot. */
export type Action = 'set-language' | 'enrol' | 'join' | 'leave' | 'lock' | 'prepare' | 'check-name' | 'confirm-staff';

/**
 * Invokes an action.
 * @returns null when it was done, otherwise why not; a bridge that fails or answers nonsense counts as `failed`
 */
export async function act<A extends Action>(
  bridge: Bridge,
  action: A,
  params: InvokeParams<A>,
): Promise<RequestRefusal | null> {
  try {
    const outcome = contract.invoke[action].result.parse(await bridge.invoke(action, params));
    return outcome.ok ? null : outcome.refusal.reason;
  } catch {
    return 'failed';
  }
}

interface Invocation<A extends Action> {
  run: (params: InvokeParams<A>) => void;
  busy: boolean;
  /** Why the last try was refused; null before the first, while busy and after success. */
  refusal: RequestRefusal | null;
}

/**
 * An action with its progress, for a button. While it is busy it is not started again.
 * @param onDone called when it was done
 */
export function useInvocation<A extends Action>(action: A, onDone?: () => void): Invocation<A> {
  const bridge = useBridge();
  const [progress, setProgress] = useState<Omit<Invocation<A>, 'run'>>({ busy: false, refusal: null });
  const isBusy = useRef(false);
  const run = (params: InvokeParams<A>): void => {
    // A second press comes before the first is drawn.
    if (isBusy.current) return;
    isBusy.current = true;
    setProgress({ busy: true, refusal: null });
    void act(bridge, action, params).then((refusal) => {
      isBusy.current = false;
      setProgress({ busy: false, refusal });
      if (refusal === null) onDone?.();
    });
  };
  return { ...progress, run };
}
