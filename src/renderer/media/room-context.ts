import { createContext, useContext } from 'react';
import type { RoomView } from './room-session.ts';

export interface RoomControls {
  view: RoomView;
  /** Since when the page has been in the room, by control's time: milliseconds since the Unix epoch. */
  since: number;
  setMuted: (muted: boolean) => void;
}

export const RoomContext = createContext<RoomControls | undefined>(undefined);

/** The room the laptop is in. Throws outside one. */
export function useRoom(): RoomControls {
  const room = useContext(RoomContext);
  if (room === undefined) throw new Error('no room around this component');
  return room;
}
