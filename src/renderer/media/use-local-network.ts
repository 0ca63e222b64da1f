import { useEffect, useState, useSyncExternalStore } from 'react';
import { canMakeVideoCalls } from './network-check.ts';
import type { LocalNetwork } from './network-check.ts';

const onNetworkChange = (listener: () => void) => {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
};

/** What the page can see of the laptop's network by itself. */
export function useLocalNetwork(): LocalNetwork {
  const online = useSyncExternalStore(onNetworkChange, () => navigator.onLine);
  const [videoCalls, setVideoCalls] = useState<boolean>();
  useEffect(() => {
    void canMakeVideoCalls().then(setVideoCalls);
  }, []);
  return { online, videoCalls };
}
