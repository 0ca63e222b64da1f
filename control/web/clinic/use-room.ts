import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { RoomClient } from '@sallyport/room-client';
import type { RoomSignalling } from '@sallyport/room-client';
import type { ApprovalTask, ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import type { Api } from '../ui/api.ts';
import { approve } from '../ui/approve.ts';
import type { ApprovalOutcome } from '../ui/approve.ts';
import { useChanges } from '../ui/Changes.tsx';
import { useSession } from '../ui/Session.tsx';
import { ConsoleTrust } from '../ui/trust.ts';
import { Admission } from './admission.ts';
import { useMemory } from './ClinicMemory.tsx';
import type { KeptRoom } from './ClinicMemory.tsx';
import { connectToRooms } from './room-socket.ts';
import { RoomSession } from './room-session.ts';
import type { RoomState } from './room-state.ts';

const trustTopics = ['trust'] as const;

/**
 * The consultant's stay in an appointment's room, for as long as the page shows it; the way in is kept for longer.
 * @param appointment the same one for the whole life of the component
 * @param live whether there is a room to join
 */
export function useRoom(
  appointment: ConsoleAppointment,
  person: SignedInPerson,
  live: boolean,
): KeptRoom & { state: RoomState } {
  const { api } = useSession();
  const { rooms } = useMemory();
  const approveTask = useApprover();
  const controlTime = useControlTime();
  const [{ session, admission }] = useState(() => {
    const which = `${appointment.id} ${appointment.device.id}`;
    const kept = rooms.get(which) ?? makeRoom({ api, approveTask, controlTime, appointment, person });
    rooms.set(which, kept);
    return kept;
  });
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  useEffect(() => {
    // So that the click on "join" opens the approver at once: later, the browser would block its window.
    if (live) void admission.prepare();
  }, [admission, live]);
  useChanges(
    trustTopics,
    useCallback(() => void session.trustChanged(), [session]),
  );
  useEffect(() => {
    const leave = () => {
      session.leave();
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [session]);
  return { session, admission, state };
}

interface RoomMaking {
  api: Api;
  approveTask: (task: ApprovalTask) => Promise<ApprovalOutcome>;
  controlTime: () => number;
  appointment: ConsoleAppointment;
  person: SignedInPerson;
}

function makeRoom({ api, approveTask, controlTime, appointment, person }: RoomMaking): KeptRoom {
  const now = () => Date.now();
  const trust = new ConsoleTrust({ api, storage: window.localStorage, now });
  const admission = new Admission({ api, trust, approve: approveTask, appointment, person, now });
  const makeClient = (signalling: RoomSignalling) =>
    new RoomClient({ signalling, room: appointment.id, kind: 'consultant' });
  const session = new RoomSession({
    connect: () => connectToRooms(),
    makeClient,
    admission,
    devices: devices(),
    wait,
    now: controlTime,
  });
  return { admission, session };
}

/** Opens the approver of this page's session, in the language of the page as it is then. */
function useApprover(): (task: ApprovalTask) => Promise<ApprovalOutcome> {
  const { approver } = useSession();
  return useCallback(
    async (task) => {
      // A room outlives the view that made it: the page's own language is asked, not that view's.
      const outcome = await approve(approver, task, document.documentElement.lang === 'cy' ? 'cy' : 'en');
      window.focus();
      return outcome;
    },
    [approver],
  );
}

/** Tells control's time, milliseconds since the epoch, as far as this page knows it. */
function useControlTime(): () => number {
  const { clockOffset } = useSession();
  return useCallback(() => Date.now() + clockOffset, [clockOffset]);
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
