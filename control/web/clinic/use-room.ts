import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { RoomClient } from '@sallyport/room-client';
import type { RoomSignalling } from '@sallyport/room-client';
import type { ApprovalTask, ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { approve } from '../ui/approve.ts';
import type { ApprovalOutcome } from '../ui/approve.ts';
import { useChanges } from '../ui/Changes.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { ConsoleTrust } from '../ui/trust.ts';
import { Admission } from './admission.ts';
import { connectToRooms } from './room-socket.ts';
import { RoomSession } from './room-session.ts';
import type { RoomState } from './room-state.ts';

const trustTopics = ['trust'] as const;

/**
 * The consultant's stay in an appointment's room, for as long as the page shows it.
 * @param appointment the same one for the whole life of the component
 * @param live whether there is a room to join
 */
export function useRoom(
  appointment: ConsoleAppointment,
  person: SignedInPerson,
  live: boolean,
): [RoomSession, RoomState] {
  const { api } = useSession();
  const approveTask = useApprover();
  const [{ session, admission }] = useState(() => {
    const now = () => Date.now();
    const trust = new ConsoleTrust({ api, storage: window.localStorage, now });
    const admission = new Admission({ api, trust, approve: approveTask, appointment, person, now });
    const makeClient = (signalling: RoomSignalling) => new RoomClient({ signalling, room: appointment.id });
    const session = new RoomSession({ connect: connectToRooms, makeClient, admission, devices: devices(), wait });
    return { session, admission };
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
  return [session, state];
}

/** Opens the approver of this session, in the language of the page as it is then. */
function useApprover(): (task: ApprovalTask) => Promise<ApprovalOutcome> {
  const { approver } = useSession();
  const { language } = useSpeech();
  const current = useRef({ approver, language });
  useEffect(() => {
    current.current = { approver, language };
  }, [approver, language]);
  return useCallback(async (task) => {
    const outcome = await approve(current.current.approver, task, current.current.language);
    window.focus();
    return outcome;
  }, []);
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
