import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Screen } from '@sallyport/protocol';
import type { CheckState, DeviceCheck } from './device-check.ts';

export const DeviceCheckContext = createContext<DeviceCheck | undefined>(undefined);

function useStore(): DeviceCheck {
  const check = useContext(DeviceCheckContext);
  if (check === undefined) throw new Error('no device check around this component');
  return check;
}

/** The check of the laptop, and how it stands now. */
export function useDeviceCheck(): { check: DeviceCheck; state: CheckState } {
  const check = useStore();
  return { check, state: useSyncExternalStore(check.subscribe, check.current, check.current) };
}

/** Lets the check follow what the laptop shows. */
export function useCheckFollowing(screen: Screen): void {
  const check = useStore();
  useEffect(() => check.follow(screen), [check, screen]);
}
