import { joiner } from '@sallyport/protocol';
import type { JoinProof, PeerKind, RequestRefusal, RoomNotification } from '@sallyport/protocol';
import { ParticipantGate } from '@sallyport/protocol/participants';
import type { GateOptions } from '@sallyport/protocol/participants';
import type { RoomSignalling } from '@sallyport/room-client';
import type { RoomSocket } from './room-socket.ts';

/** Signalling through which only verified participants come. */
export interface GatedSignalling extends RoomSignalling {
  /** Who vouches for each of those who are shown, by the participant's id. */
  readonly vouchers: ReadonlyMap<string, string>;
  /** Why somebody is kept out, while somebody is. */
  readonly keptOut: RequestRefusal | undefined;
  /** Trust changed: everybody is judged anew. */
  recheck(): void;
  /** Nothing comes through any more. */
  close(): void;
}

export interface GateKeeping {
  /** Who joins: everybody of another kind may be there as well, each kind's place being proved. */
  kind: PeerKind;
  verify: GateOptions['verify'];
  /** Somebody was refused whom newer manifests or rosters may know. */
  onStale: () => void;
  /** `keptOut` changed. */
  onKeptOut: () => void;
}

/** Refusals that newer manifests or rosters may lift. */
const mayBeStale: readonly RequestRefusal[] = ['unknown-manifest', 'unknown-credential', 'outdated'];

/**
 * Puts the gate between the socket and whatever shows the room.
 * @param proof what the consultant joins with
 */
export function gatedSignalling(
  socket: RoomSocket,
  proof: JoinProof,
  { kind, verify, onStale, onKeptOut }: GateKeeping,
): GatedSignalling {
  const listeners = new Set<(notification: RoomNotification) => void>();
  let refused: RequestRefusal | undefined;
  let keptOut: RequestRefusal | undefined;
  const gate = new ParticipantGate({
    verify,
    expects: joiner.shape.kind.options.filter((each) => each !== kind),
    tell: (notification) => {
      for (const listener of [...listeners]) listener(notification);
    },
    onRefused: (_participant, reason) => {
      refused = reason;
      if (mayBeStale.includes(reason)) onStale();
    },
    onKeepingOut: (somebody) => {
      keptOut = somebody ? refused : undefined;
      onKeptOut();
    },
  });
  socket.onNotification((notification) => {
    gate.heard(notification);
  });
  return {
    join: async (room) => {
      const joined = await gate.request('room.join', { room, proof }, (method, params) =>
        socket.request(method, params),
      );
      // The room's client keeps what it hears while it joins.
      gate.begin();
      return joined;
    },
    request: (method, params) => gate.request(method, params, (asked, given) => socket.request(asked, given)),
    onNotification(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    get vouchers() {
      return new Map(gate.shown.map(({ participant, vouchedBy }) => [participant.id, vouchedBy.name]));
    },
    get keptOut() {
      return keptOut;
    },
    recheck: () => {
      gate.recheck();
    },
    close: () => {
      gate.close();
    },
  };
}
