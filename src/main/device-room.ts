import type { DeviceAppointment, DeviceEvent, RequestRefusal, RoomNotification } from '@sallyport/protocol';
import type { KnownRoom } from '@sallyport/protocol/participants';
import { mayBeStale } from './control-duties.ts';
import { publicKeyOf } from './identity/signing-keys.ts';
import type { KeptIdentity } from './identity/identity.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import { joinedProgress, mayEnter, progressAfter } from './lifecycle/stage.ts';
import type { Link } from './link/link.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { Log } from './ports.ts';
import { Check, unfinishedCheck } from './room/check.ts';
import { proveJoin } from './room/own-join.ts';
import type { Opened } from './room/own-join.ts';
import { Room } from './room/room.ts';
import type { Relay } from './room/room.ts';
import type { Lease } from './trust/lease.ts';
import { StaffCode } from './trust/staff-code.ts';
import type { Trust } from './trust/trust.ts';

/** What the laptop's room needs of the rest of it. */
export interface DeviceRoomParts {
  readonly identity: () => KeptIdentity;
  readonly trust: Trust;
  readonly lease: Lease;
  readonly link: Link;
  /** Signs with the device's key, r ‖ s, base64url. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** Fetches newer trust. */
  readonly refresh: () => void;
  readonly capabilities: () => Capabilities;
  readonly dispatch: (event: LifecycleEvent) => void;
  readonly record: (event: DeviceEvent['event'], detail?: string) => void;
  readonly notifyRoom: (notification: RoomNotification) => void;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Makes the room of an enrolled laptop: proved by its key, judged by its trust, told to its lifecycle. */
export function makeDeviceRoom(parts: DeviceRoomParts): Room {
  const { lease, capabilities, dispatch, notifyRoom, onChange, log } = parts;
  return new Room({
    relay: relayOver(parts),
    now: () => lease.controlNow,
    prove: (opened) => prove(parts, opened),
    known: (appointment) => knownRoom(parts, appointment),
    isAllowed: (method) => capabilities().roomRequests.has(method),
    rules: { mayEnter, progressAfter },
    joinedProgress,
    notifyPage: notifyRoom,
    onJoined: (standing) => dispatch({ type: 'joined', ...standing }),
    onPhase: (phase) => dispatch({ type: 'phase-changed', phase }),
    onProgress: (progress) => dispatch({ type: 'progress-changed', progress }),
    onMessage: (message) => dispatch({ type: 'message', message }),
    onExtended: (closesAt) => dispatch({ type: 'extended', closesAt }),
    onEnded: (reason) => dispatch({ type: 'room-left', reason }),
    onRefused: (reason) => participantRefused(parts, reason),
    onKeepingOut: onChange,
    log,
  });
}

/** Makes the check of an enrolled laptop, told to its lifecycle. */
export function makeDeviceCheck(parts: DeviceRoomParts): Check {
  const { link, capabilities, dispatch, clock } = parts;
  return new Check({
    begin: () => link.request('check.begin', {}),
    end: (report) => void link.request('check.end', { report }),
    relay: relayOver(parts),
    isAllowed: (method) => capabilities().roomRequests.has(method),
    onStarted: () => dispatch({ type: 'check-started' }),
    onOver: () => dispatch({ type: 'check-ended', report: unfinishedCheck }),
    clock,
  });
}

/** Makes the code of the debrief for an enrolled laptop: compared here, told to its lifecycle and its record. */
export function makeStaffCode(parts: DeviceRoomParts, room: Room): StaffCode {
  const { link, lease, dispatch, record, clock, random } = parts;
  return new StaffCode({
    clock,
    random,
    ask: (nonce) => link.request('room.askStaff', { nonce }),
    confirm: () => link.request('room.confirmStaff', {}),
    onAsked: () => dispatch({ type: 'staff-asked' }),
    onLockedOut: (left) => dispatch({ type: 'staff-locked-out', until: Math.ceil(lease.controlNow + left) }),
    onConfirmed: () => {
      dispatch({ type: 'staff-confirmed' });
      room.confirmed();
    },
    onRefused: ({ reason }) => record('staff-code-refused', reason),
  });
}

/** The compiler does not see that a room's request and the link's of the same name are the same. */
function relayOver({ link }: DeviceRoomParts): Relay {
  return (method, params) => link.request(method, params as never);
}

function prove({ identity, trust, lease, sign }: DeviceRoomParts, opened: Opened): ReturnType<typeof proveJoin> {
  const { device, signingKey } = identity();
  const publicKey = publicKeyOf(signingKey);
  return proveJoin({ device, manifest: trust.manifest, publicKey, sign, now: lease.controlNow }, opened);
}

function knownRoom({ identity, trust, lease }: DeviceRoomParts, { id, consultant }: DeviceAppointment): KnownRoom {
  const { device } = identity();
  return {
    appointment: id,
    device: { id: device.id, prison: device.site },
    consultant,
    manifest: trust.manifest,
    roster: (site) => trust.rosterOf(site),
    now: lease.latest,
  };
}

/** SECURITY: who was kept out of sight and hearing, and why, is on the record (S10, S25). */
function participantRefused({ record, refresh }: DeviceRoomParts, reason: RequestRefusal): void {
  record('participant-refused', reason);
  // What is newer at control may know them: then everybody in the room is judged anew.
  if (mayBeStale.includes(reason)) refresh();
}
