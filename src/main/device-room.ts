import type { DeviceAppointment, DeviceEvent, RequestRefusal, RoomNotification } from '@sallyport/protocol';
import type { KnownRoom } from '@sallyport/protocol/participants';
import { mayBeStale } from './control-duties.ts';
import { publicKeyOf } from './identity/signing-keys.ts';
import type { KeptIdentity } from './identity/identity.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import type { Link } from './link/link.ts';
import type { Log } from './ports.ts';
import { proveJoin } from './room/own-join.ts';
import type { Opened } from './room/own-join.ts';
import { Room } from './room/room.ts';
import type { Lease } from './trust/lease.ts';
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
  readonly log: Log;
}

/** Makes the room of an enrolled laptop: proved by its key, judged by its trust, told to its lifecycle. */
export function makeDeviceRoom(parts: DeviceRoomParts): Room {
  const { link, lease, capabilities, dispatch, notifyRoom, onChange, log } = parts;
  return new Room({
    relay: (method, params) => link.request(method, params as never),
    now: () => lease.controlNow,
    prove: (opened) => prove(parts, opened),
    known: (appointment) => knownRoom(parts, appointment),
    isAllowed: (method) => capabilities().roomRequests.has(method),
    notifyPage: notifyRoom,
    onJoined: (phase) => dispatch({ type: 'joined', phase }),
    onPhase: (phase) => dispatch({ type: 'phase-changed', phase }),
    onEnded: (reason) => dispatch({ type: 'room-left', reason }),
    onRefused: (reason) => participantRefused(parts, reason),
    onKeepingOut: onChange,
    log,
  });
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
