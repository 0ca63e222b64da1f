import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Capture, CaptureState, CaptureUse } from './capture.ts';

export const CaptureContext = createContext<Capture | undefined>(undefined);

function useCaptureStore(): Capture {
  const capture = useContext(CaptureContext);
  if (capture === undefined) throw new Error('no capture around this component');
  return capture;
}

/** Camera and microphone as they are now. */
export function useCapture(): CaptureState {
  const capture = useCaptureStore();
  return useSyncExternalStore(capture.subscribe, capture.current, capture.current);
}

/** Keeps camera and microphone on while they are wanted and the component is there; off as soon as either ends. */
export function useCaptureFor(use: CaptureUse): void {
  const capture = useCaptureStore();
  useEffect(() => {
    capture.want(use);
    return () => capture.want('nothing');
  }, [capture, use]);
}
