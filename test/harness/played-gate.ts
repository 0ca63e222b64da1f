// A room and a trust that a test plays, for tests of the gate.
import type {
  JoinProof,
  Outcome,
  Participant,
  ProducerInfo,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import { noProgress } from '@sallyport/protocol';
import { ParticipantGate } from '@sallyport/protocol/participants';
import type { ParticipantVerification } from '@sallyport/protocol/participants';

export const site = { id: '5b0e7a52-6f2b-4a0e-9e0b-3f1f5d0a7c01', name: 'Example Infirmary' };
export const proof: JoinProof = { kind: 'consultant', join: { statement: 'AA', approvals: [] } };
export const ids = [1, 2, 3].map((digit) => `5b0e7a52-6f2b-4a0e-9e0b-3f1f5d0a7c1${digit}`);
export const [rao = '', jones = ''] = ids;
export const person = (id: string, kind: Participant['kind'] = 'consultant'): Participant => {
  return { kind, id, name: `Somebody ${id.slice(-1)}`, site, proof };
};
export const sends = (participant: string, producer: string): ProducerInfo => {
  return { producer, participant, kind: 'video', source: 'camera', paused: false };
};
export const joined = (id: string): RoomNotification => {
  return { method: 'room.participantJoined', params: { participant: person(id) } };
};
export const left = (id: string): RoomNotification => ({ method: 'room.participantLeft', params: { participant: id } });
export const added = (id: string, producer: string): RoomNotification => {
  return { method: 'room.producerAdded', params: { producer: sends(id, producer) } };
};
export const paused = (producer: string): RoomNotification => {
  return { method: 'room.producerPaused', params: { producer, paused: true } };
};
export const removed = (producer: string): RoomNotification => ({
  method: 'room.producerRemoved',
  params: { producer },
});
export const phase = { method: 'room.phase', params: { phase: 'consult' } } as const satisfies RoomNotification;
export const ended = { method: 'room.ended', params: { reason: 'left' } } as const satisfies RoomNotification;

type Joined = RoomRequestResult<'room.join'>;
export const seat = (changes: Partial<Joined> = {}): Joined => {
  return {
    phase: 'waiting',
    progress: noProgress,
    rtpCapabilities: {},
    participants: [],
    producers: [],
    closesAt: 1_900_000_000_000,
    ...changes,
  };
};
const rtpCapabilities = {};
export const consume = (producer: string): RoomRequestParams<'room.consume'> => ({
  transport: 't',
  producer,
  rtpCapabilities,
});
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Joining = Outcome<RoomRequestResult<'room.join'>>;

/** A gate, who is trusted, and what came through. */
export interface PlayedRoom {
  gate: ParticipantGate;
  trust: Set<string>;
  told: RoomNotification[];
  refused: string[];
  /** Each time it began or was over that somebody is kept out. */
  keptOut: boolean[];
  asked: string[];
  join: (answer?: Joined) => Promise<Joining>;
  receive: (producer: string) => Promise<Outcome<RoomRequestResult<'room.consume'>>>;
  resume: (consumer: string) => Promise<Outcome<RoomRequestResult<'room.resumeConsumer'>>>;
  /** How many turns of the event loop the next verifications take. */
  take: (turns: () => number) => void;
}

/** A gate whose trust and room are the test's. */
export function setUp(trusted: string[] = [rao]): PlayedRoom {
  const trust = new Set(trusted);
  const told: RoomNotification[] = [];
  const refused: string[] = [];
  const keptOut: boolean[] = [];
  /** How long each verification takes, in turns of the event loop. */
  let turns = () => 1;
  const verify = async ({ id }: Participant): Promise<ParticipantVerification> => {
    for (let turn = turns(); turn > 0; turn -= 1) await settle();
    return trust.has(id)
      ? { accepted: true, mediaKey: new Uint8Array(65), vouchedBy: { person: id, name: 'Nia Nurse' } }
      : { accepted: false, reason: 'unknown-credential' };
  };
  const gate = new ParticipantGate({
    verify,
    expects: ['consultant'],
    tell: (notification) => void told.push(notification),
    onRefused: ({ id }, reason) => void refused.push(`${id.slice(-1)} ${reason}`),
    onKeepingOut: (somebody) => void keptOut.push(somebody),
  });
  const asked: string[] = [];
  let consumer = 0;
  const ask = (answer: Joined) => async (method: RoomRequestMethod) => {
    asked.push(method);
    consumer += 1;
    const value = method === 'room.join' ? answer : { consumer: `c${consumer}`, kind: 'video', rtpParameters: {} };
    return { ok: true, value } as never;
  };
  const join = async (answer = seat()) => {
    const outcome = await gate.request('room.join', { room: site.id, proof }, ask(answer));
    gate.begin();
    return outcome;
  };
  const receive = (producer: string) => gate.request('room.consume', consume(producer), ask(seat()));
  const resume = (id: string) => gate.request('room.resumeConsumer', { consumer: id }, ask(seat()));
  return { gate, trust, told, refused, keptOut, asked, join, receive, resume, take: (next) => (turns = next) };
}
