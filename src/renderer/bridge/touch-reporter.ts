import type { Bridge } from '@sallyport/protocol';
import type { Monotonic } from './control-clock.ts';
import { throttle } from './throttle.ts';

/** The idle timer needs no more than one report in this many milliseconds. */
const leastBetween = 10_000;
const inputs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Tells the main process that somebody touches keyboard, pointer or screen.
 * @param target where the input events arrive: the window
 * @returns the function that stops it
 */
export function reportTouches(target: EventTarget, bridge: Bridge, monotonic: Monotonic): () => void {
  const report = throttle(leastBetween, monotonic, () => {
    // Nothing depends on the answer: a report that is lost is followed by the next one.
    bridge.invoke('touched', {}).catch(() => undefined);
  });
  const onInput = (event: Event) => {
    // SECURITY: only what a person does counts; events that a script makes do not keep the laptop open (S1).
    if (event.isTrusted) report();
  };
  for (const input of inputs) target.addEventListener(input, onInput, { passive: true, capture: true });
  return () => {
    for (const input of inputs) target.removeEventListener(input, onInput, { capture: true });
  };
}
