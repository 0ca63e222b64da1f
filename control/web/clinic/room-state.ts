import { isNameChecked, mediaAllowance, noProgress } from '@sallyport/protocol';
import type {
  MediaSource as Source,
  Participant,
  Phase,
  Progress,
  RequestRefusal,
  RoomEnd,
  WaitingMessage,
} from '@sallyport/protocol';
import type { RemoteTrack, RoomClient, RoomConnection, RoomEvents } from '@sallyport/room-client';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import type { TrustProblem } from '../ui/trust.ts';
import type { AdmissionTrouble } from './admission.ts';

/** A source of the consultant's own. */
export type OwnState = 'off' | 'on' | 'paused';

/** What the consultant told whoever waits, and when: milliseconds since the epoch. */
export interface SentMessage {
  message: WaitingMessage;
  at: number;
}

/** What the room page shows while the consultant is in the room. */
export interface InRoom {
  phase: Phase;
  progress: Progress;
  /** When the room closes by itself, milliseconds since the epoch. */
  closesAt: number;
  /** What was last told to whoever waits. */
  message: SentMessage | undefined;
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
  progress: noProgress,
  closesAt: Infinity,
  message: undefined,
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
  client.on('progress', (value) => onHappening({ event: 'progress', value }));
  client.on('message', (value) => onHappening({ event: 'message', value }));
  client.on('closesAt', (value) => onHappening({ event: 'closesAt', value }));
  client.on('participantJoined', (value) => onHappening({ event: 'participantJoined', value }));
  client.on('participantLeft', (value) => onHappening({ event: 'participantLeft', value }));
  client.on('remoteTrack', (value) => onHappening({ event: 'remoteTrack', value }));
  client.on('remoteTrackPaused', (value) => onHappening({ event: 'remoteTrackPaused', value }));
  client.on('remoteTrackEnded', (value) => onHappening({ event: 'remoteTrackEnded', value }));
  client.on('localTrackEnded', (value) => onHappening({ event: 'localTrackEnded', value }));
  client.on('connection', (value) => onHappening({ event: 'connection', value }));
  client.on('ended', (value) => onHappening({ event: 'ended', value }));
}

/**
 * What a happening makes of the room as it is shown; after its end nothing of it is shown.
 * @param now milliseconds since the epoch
 */
export function afterHappening(
  room: InRoom,
  happening: Exclude<RoomHappening, { event: 'ended' }>,
  now: number,
): InRoom {
  if (happening.event === 'message') return { ...room, message: { message: happening.value, at: now } };
  if (isPlain(happening)) return { ...room, [happening.event]: happening.value };
  return afterComing(room, happening);
}

/** What the room shows as it is told. */
const plain = ['phase', 'progress', 'connection', 'closesAt'] as const satisfies readonly (keyof InRoom)[];
type Plain = Extract<RoomHappening, { event: (typeof plain)[number] }>;
type Coming = Exclude<RoomHappening, { event: (typeof plain)[number] | 'message' | 'ended' }>;

function isPlain(happening: RoomHappening): happening is Plain {
  return plain.some((event) => event === happening.event);
}

/** What it makes of the room that somebody, or what they send, comes or goes. */
function afterComing(room: InRoom, happening: Coming): InRoom {
  const { event, value } = happening;
  switch (event) {
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

/** Somebody's track of a source, if it is there and may be seen and heard now. */
export function trackOf(room: InRoom, whose: Participant | undefined, source: Source): RemoteTrack | undefined {
  // SECURITY: of the laptop nothing is shown or heard before staff have confirmed the debrief, whatever arrives (S39).
  if (whose === undefined || !mediaAllowance(room, whose.kind).sends) return undefined;
  return room.remote.find((remote) => remote.participant === whose.id && remote.source === source);
}

/** The laptop among the participants. */
export function laptopOf(room: Pick<InRoom, 'participants'>): Participant | undefined {
  return room.participants.find((participant) => participant.kind === 'device');
}

/** The guests among the participants. */
export function guestsOf(room: Pick<InRoom, 'participants'>): readonly Participant[] {
  return room.participants.filter(({ kind }) => kind === 'interpreter' || kind === 'clinician');
}

/** Whether the consultant may show a window or screen now. */
export function mayShare(room: Pick<InRoom, 'phase' | 'progress'>): boolean {
  return mediaAllowance(room, 'consultant').shares;
}

/** Why whoever waits cannot be let in yet; undefined when they can. */
export function hindrance(room: Pick<InRoom, 'participants' | 'progress'>): 'away' | 'not-prepared' | undefined {
  if (laptopOf(room) === undefined) return 'away';
  // SECURITY: nobody is let in before staff have recorded the patient's consent; control refuses it as well (S42).
  return room.progress.present === null ? 'not-prepared' : undefined;
}

/** Whether next steps can be written: both sides have confirmed who the patient is, as the room or the appointment says. */
export function mayRecord(...known: readonly Progress[]): boolean {
  // SECURITY: nothing is written about a patient before both sides have confirmed the name (S42).
  return known.some(isNameChecked);
}
