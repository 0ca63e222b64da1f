import type { MediaSource as Source, Participant, Phase, RequestRefusal, RoomEnd } from '@sallyport/protocol';
import type { RemoteTrack, RoomClient, RoomConnection, RoomEvents } from '@sallyport/room-client';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import type { TrustProblem } from '../ui/trust.ts';
import type { AdmissionTrouble } from './admission.ts';

/** A source of the consultant's own. */
export type OwnState = 'off' | 'on' | 'paused';

/** What the room page shows while the consultant is in the room. */
export interface InRoom {
  phase: Phase;
  connection: RoomConnection;
  /** Those whose place is proved; nobody else is here. */
  participants: readonly Participant[];
  /** Who vouches for each of them, by the participant's id: the name of whoever opened the laptop. */
  vouchers: ReadonlyMap<string, string>;
  /** Why somebody is kept out of sight and hearing, while somebody is. */
  keptOut: RequestRefusal | undefined;
  /** What is not believed of control's newest word about the fleet's people. */
  distrusted: TrustProblem | undefined;
  remote: readonly RemoteTrack[];
  own: Record<Source, OwnState>;
  /** Words for what does not work of the consultant's own camera, microphone or sharing. */
  problem: PlainKey | undefined;
}

/**
 * ```
 * idle → approving → joining → inRoom → left
 *            ↑  ↘ failed ↙ ↑     │       │ (join again: approving)
 *            └──────┘      └ lost┘ ←─────┘ (the connection broke; tries again by itself, with the same proof)
 * ```
 */
export type RoomState =
  | { state: 'idle' }
  /** The consultant approves the join on the approver's page. */
  | { state: 'approving' }
  | { state: 'joining' }
  | { state: 'failed'; trouble: AdmissionTrouble }
  | ({ state: 'inRoom' } & InRoom)
  | { state: 'lost' }
  | { state: 'left'; reason: RoomEnd | 'elsewhere' };

/** A room just joined, before anything was heard of it. */
export const freshRoom: InRoom = {
  phase: 'waiting',
  connection: 'joining',
  participants: [],
  vouchers: new Map(),
  keptOut: undefined,
  distrusted: undefined,
  remote: [],
  own: { camera: 'off', microphone: 'off', screen: 'off' },
  problem: undefined,
};

/** One of the room client's events with its value, as a union over the names. */
export type RoomHappening = { [E in keyof RoomEvents]: { event: E; value: RoomEvents[E] } }[keyof RoomEvents];

/** Listens to every event of a room's client. */
export function hearAll(client: Pick<RoomClient, 'on'>, onHappening: (happening: RoomHappening) => void): void {
  client.on('phase', (value) => onHappening({ event: 'phase', value }));
  client.on('participantJoined', (value) => onHappening({ event: 'participantJoined', value }));
  client.on('participantLeft', (value) => onHappening({ event: 'participantLeft', value }));
  client.on('remoteTrack', (value) => onHappening({ event: 'remoteTrack', value }));
  client.on('remoteTrackPaused', (value) => onHappening({ event: 'remoteTrackPaused', value }));
  client.on('remoteTrackEnded', (value) => onHappening({ event: 'remoteTrackEnded', value }));
  client.on('localTrackEnded', (value) => onHappening({ event: 'localTrackEnded', value }));
  client.on('connection', (value) => onHappening({ event: 'connection', value }));
  client.on('ended', (value) => onHappening({ event: 'ended', value }));
}

/** What a happening makes of the room as it is shown; after its end nothing of it is shown. */
export function afterHappening(room: InRoom, happening: Exclude<RoomHappening, { event: 'ended' }>): InRoom {
  const { event, value } = happening;
  switch (event) {
    case 'phase':
      return { ...room, phase: value };
    case 'connection':
      return { ...room, connection: value };
    case 'participantJoined':
      return { ...room, participants: [...others(room, value.id), value] };
    case 'participantLeft':
      return { ...room, participants: others(room, value) };
    case 'remoteTrack':
    case 'remoteTrackPaused':
      return { ...room, remote: [...without(room, value), value] };
    case 'remoteTrackEnded':
      // A newer track of the same source may have taken its place already.
      return { ...room, remote: room.remote.filter(({ track }) => track !== value.track) };
    case 'localTrackEnded':
      return {
        ...room,
        own: { ...room.own, [value]: 'off' },
        problem: value === 'screen' ? room.problem : 'media.stopped',
      };
    default:
      return happening satisfies never;
  }
}

function others(room: InRoom, id: string): readonly Participant[] {
  return room.participants.filter((participant) => participant.id !== id);
}

function without(room: InRoom, { participant, source }: RemoteTrack): readonly RemoteTrack[] {
  return room.remote.filter((remote) => remote.participant !== participant || remote.source !== source);
}

/** The other side's track of a source, if it is there. */
export function remoteOf(room: InRoom, source: Source): RemoteTrack | undefined {
  return room.remote.find((remote) => remote.source === source);
}

/** The laptop among the participants. */
export function laptopOf(room: InRoom): Participant | undefined {
  return room.participants.find((participant) => participant.kind === 'device');
}
