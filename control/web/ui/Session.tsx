import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { Api } from './api.ts';
import type { SessionSnapshot, SessionStore } from './session-store.ts';

const StoreContext = createContext<SessionStore | undefined>(undefined);

/** Gives everything inside it the page's session. */
export function SessionProvider({ store, children }: { store: SessionStore; children: ReactNode }): ReactNode {
  return <StoreContext value={store}>{children}</StoreContext>;
}

/** The session of this page, as it is now. */
export function useSession(): SessionSnapshot & Pick<SessionStore, 'load' | 'signedIn' | 'signOut'> & { api: Api } {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error('useSession outside SessionProvider');
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  return { ...snapshot, api: store.api, load: store.load, signedIn: store.signedIn, signOut: store.signOut };
}

/** Control's time, milliseconds since the epoch, anew every so many milliseconds. */
export function useNow(everyMilliseconds = 15_000): number {
  const { clockOffset } = useSession();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      setNow(Date.now());
    }, everyMilliseconds);
    return () => {
      window.clearInterval(timer);
    };
  }, [everyMilliseconds]);
  return now + clockOffset;
}
