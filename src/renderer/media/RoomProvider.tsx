import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { JSX, ReactNode } from 'react';
import { RoomClient } from '@sallyport/room-client';
import { useBridge } from '../bridge/bridge-context.ts';
import { useCapture } from './capture-context.ts';
import { RoomContext } from './room-context.ts';
import { RoomSession } from './room-session.ts';
import { signallingOver } from './signalling.ts';

/** The laptop's browser is Electron's own, always newer than this. */
const engine = { handlerName: 'Chrome111' } as const;

interface RoomProviderProps {
  /** The room the laptop is in. */
  room: string;
  children: ReactNode;
}

/** Keeps the media of a room going through its phases; leaving takes it down. Another room needs another `key`. */
export function RoomProvider({ room, children }: RoomProviderProps): JSX.Element {
  const bridge = useBridge();
  const capture = useCapture();
  const session = useMemo(
    () =>
      new RoomSession({
        makeClient: () => new RoomClient({ room, signalling: signallingOver(bridge), engine }),
        after: (milliseconds, action) => {
          const timer = setTimeout(action, milliseconds);
          return () => clearTimeout(timer);
        },
      }),
    [bridge, room],
  );
  useEffect(() => {
    void session.start();
    return () => session.close();
  }, [session]);
  useEffect(() => session.setCapture(capture), [session, capture]);
  const view = useSyncExternalStore(session.subscribe, session.current);
  const controls = useMemo(() => ({ view, setMuted: (muted: boolean) => session.setMuted(muted) }), [view, session]);
  return <RoomContext value={controls}>{children}</RoomContext>;
}
