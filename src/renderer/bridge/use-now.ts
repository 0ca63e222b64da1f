import { createContext, useContext, useSyncExternalStore } from 'react';
import { ControlClock } from './control-clock.ts';

export const ClockContext = createContext<ControlClock>(new ControlClock(0, () => 0));

/** How often the screens look at the clock, milliseconds: a second is never shown much too long. */
const interval = 250;

const everyInterval = (listener: () => void) => {
  const timer = setInterval(listener, interval);
  return () => clearInterval(timer);
};

/** Control's time, milliseconds since the Unix epoch, to the second; the component is drawn anew every second. */
export function useNow(): number {
  const clock = useContext(ClockContext);
  const now = () => clock.now();
  return useSyncExternalStore(everyInterval, now, now);
}
