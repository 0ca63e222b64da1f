import { useEffect, useState, useSyncExternalStore } from 'react';
import { RoomClient } from '@sallyport/room-client';
import type { RoomSignalling } from '@sallyport/room-client';
import { connectToRooms } from './room-socket.ts';
import { RoomSession } from './room-session.ts';
import type { RoomState } from './room-state.ts';

/**
 * The consultant's stay in a room, for as long as the page shows it.
 * @param room the room's id; the same for the whole life of the component
 * @param live whether there is a room to join
 */
export function useRoom(room: string, live: boolean): [RoomSession, RoomState] {
  const [session] = useState(() => {
    const makeClient = (signalling: RoomSignalling) => new RoomClient({ signalling, room });
    return new RoomSession({ connect: connectToRooms, makeClient, devices: devices(), wait });
  });
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const [joinAtOnce] = useState(() => live && navigator.userActivation.hasBeenActive);
  useEffect(() => {
    // Without a click before, the browser would play no sound: then the page asks for one.
    if (joinAtOnce) void session.join();
    const leave = () => {
      session.leave();
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [session, joinAtOnce]);
  return [session, state];
}

/** Undefined where the page is not a secure context. */
function devices(): MediaDevices | undefined {
  return 'mediaDevices' in navigator ? navigator.mediaDevices : undefined;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve, milliseconds);
  });
}
