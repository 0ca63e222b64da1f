import { useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { JSX, ReactNode } from 'react';
import { RoomClient } from '@sallyport/room-client';
import { useBridge } from '../bridge/bridge-context.ts';
import { ClockContext } from '../bridge/use-now.ts';
import { useCapture } from './capture-context.ts';
import { engine } from './engine.ts';
import { RoomContext } from './room-context.ts';
import { RoomSession } from './room-session.ts';
import { signallingOver } from './signalling.ts';

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
        makeClient: () => new RoomClient({ room, kind: 'device', signalling: signallingOver(bridge), engine }),
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
  const clock = useContext(ClockContext);
  const [since] = useState(() => clock.now());
  const view = useSyncExternalStore(session.subscribe, session.current);
  const controls = useMemo(
    () => ({ view, since, setMuted: (muted: boolean) => session.setMuted(muted) }),
    [view, since, session],
  );
  return <RoomContext value={controls}>{children}</RoomContext>;
}
