import { createContext, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Admission } from './admission.ts';
import { NextStepsDrafts } from './next-steps-drafts.ts';
import type { RoomSession } from './room-session.ts';

/** A consultant's way into one room, and their stay in it. */
export interface KeptRoom {
  admission: Admission;
  session: RoomSession;
}

/** What the console keeps while its views come and go. */
interface Memory {
  drafts: NextStepsDrafts;
  /** By appointment and laptop. Coming back to a room asks for no second approval. */
  rooms: Map<string, KeptRoom>;
}

const MemoryContext = createContext<Memory | undefined>(undefined);

/**
 * Keeps rooms and what is being written for one person: give it their id as its key, so that whoever signs in next finds
 * nothing of it. Asks before the page is closed while something would be lost.
 */
export function ClinicMemory({ children }: { children: ReactNode }): ReactNode {
  const [memory] = useState<Memory>(() => ({ drafts: new NextStepsDrafts(), rooms: new Map() }));
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const isInRoom = [...memory.rooms.values()].some(({ session }) => session.snapshot().state === 'inRoom');
      if (isInRoom || memory.drafts.isAnyUnsaved) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
    };
  }, [memory]);
  return <MemoryContext value={memory}>{children}</MemoryContext>;
}

/** What the console keeps for whoever is signed in. */
export function useMemory(): Memory {
  const memory = useContext(MemoryContext);
  if (memory === undefined) throw new Error('useMemory outside ClinicMemory');
  return memory;
}
