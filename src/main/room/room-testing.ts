// A laptop's room for tests: real but for its link, its lifecycle and its page.
import { randomUUID } from 'node:crypto';
import { noProgress } from '@sallyport/protocol';
import type {
  DeviceAppointment,
  JoinProof,
  Participant,
  ProducerInfo,
  RoomNotification,
  RoomRequestResult,
  Roster,
} from '@sallyport/protocol';
import type { KnownRoom } from '@sallyport/protocol/participants';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { approvedGrant, consultantProof, participantWith } from '../../../test/harness/sample-joins.ts';
import type { Answer } from '../ports.ts';
import { proveJoin } from './own-join.ts';
import type { OwnJoin } from './own-join.ts';
import { Room } from './room.ts';
import type { RoomOptions } from './room.ts';

/** When it is, ms since 1970. */
export const start = Date.UTC(2026, 10, 22, 9);
export const fleet = sampleFleet(start);
/** The laptop's own room, and another one. */
export const [booked, other] = [randomUUID(), randomUUID()];
export const { consultant } = fleet.grant(start).appointment;
export const appointment: DeviceAppointment = {
  id: booked,
  patientReference: 'P 1',
  patientName: 'Alex Example',
  consultant,
  startsAt: start,
  endsAt: start + 60_000,
  opensAt: start,
  closesAt: start + 120_000,
};
/** What people opened the laptop for. */
export const opened = { appointment, approved: approvedGrant(fleet, start, booked) };
type Seat = RoomRequestResult<'room.join'>;
/** How control answers a join. */
export const seat: Seat = {
  phase: 'waiting',
  progress: noProgress,
  rtpCapabilities: {},
  participants: [],
  producers: [],
  closesAt: start + 120_000,
};

/** The consultant as control describes them. */
export const rao = (join = fleet.join(start, booked), by = fleet.people.consultant): Participant =>
  participantWith(join, consultantProof(fleet, join, by));

/** Somebody's camera. */
export const sends = (participant: string, producer: string): ProducerInfo => {
  return { producer, participant, kind: 'video', source: 'camera', paused: false };
};

type Answering = () => Promise<Answer<unknown>>;

/** A laptop's room, and what is around it in a test. */
export interface RoomWorld {
  readonly room: Room;
  /** What was asked of control, in order. */
  readonly relayed: readonly string[];
  readonly proofs: readonly JoinProof[];
  readonly joins: readonly OwnJoin[];
  readonly toPage: readonly RoomNotification[];
  /** What the laptop's state and record heard. */
  readonly events: readonly string[];
  readonly at: (time: number) => void;
  readonly trusts: (rosters: Roster[]) => void;
  /** How control answers a join from now on. */
  readonly controlAnswers: (next: Answering) => void;
  /** How control answers everything but a join from now on. */
  readonly controlTakes: (next: Answering) => void;
  /** What a join finds in the room. */
  readonly finds: (found: Partial<Seat>) => void;
}

/** Makes a room. @param changes whether the state allows what the page asks; it does unless told otherwise */
export function setUpRoom({ allowed = true }: { allowed?: boolean } = {}): RoomWorld {
  const world = { now: start, rosters: [fleet.roster, fleet.hospitalRoster] };
  let answer: Answering = async () => ({ ok: true, value: seat });
  let taken: Answering = async () => ({ ok: true, value: { consumer: 'c1' } });
  const relayed: string[] = [];
  const proofs: JoinProof[] = [];
  const joins: OwnJoin[] = [];
  const toPage: RoomNotification[] = [];
  const events: string[] = [];
  const room = new Room({
    relay: (async (method: string, params: { proof: JoinProof }) => {
      relayed.push(method);
      if (method !== 'room.join') return taken();
      proofs.push(params.proof);
      return answer();
    }) as never,
    now: () => world.now,
    prove: async (of) => {
      const proved = await prove(of, world.now);
      if (proved.ok) joins.push(proved.value);
      return proved;
    },
    known: ({ id }) => knownRoom(id, world),
    isAllowed: () => allowed,
    ...stageRules,
    notifyPage: (notification) => void toPage.push(notification),
    ...heardBy((event) => events.push(event)),
    onKeepingOut: () => void events.push(room.keepsSomebodyOut ? 'keeps out' : 'keeps nobody out'),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return {
    ...{ room, relayed, proofs, joins, toPage, events },
    at: (time) => (world.now = time),
    trusts: (next) => (world.rosters = next),
    controlAnswers: (next) => (answer = next),
    controlTakes: (next) => (taken = next),
    finds: (found) => (answer = async () => ({ ok: true, value: { ...seat, ...found } })),
  };
}

/** In place of the lifecycle's, which have tests of their own. */
const stageRules: Pick<RoomOptions, 'rules' | 'joinedProgress'> = {
  rules: {
    mayEnter: (view, phase) => view.phase !== phase && phase !== 'waiting',
    progressAfter: (view, told) => ({ ...told, staffConfirmed: view.progress.staffConfirmed }),
  },
  joinedProgress: (told) => ({ ...told, staffConfirmed: false }),
};

type Hearing = 'onJoined' | 'onPhase' | 'onProgress' | 'onMessage' | 'onExtended' | 'onEnded' | 'onRefused';

function heardBy(hear: (event: string) => void): Pick<RoomOptions, Hearing> {
  return {
    onJoined: ({ phase }) => hear(`joined ${phase}`),
    onPhase: hear,
    onProgress: (progress) => hear(`progress ${JSON.stringify(progress)}`),
    onMessage: hear,
    onExtended: (closesAt) => hear(`closes ${closesAt - start}`),
    onEnded: (reason) => hear(`ended ${reason}`),
    onRefused: (reason) => hear(`refused ${reason}`),
  };
}

function prove(of: typeof opened, now: number): ReturnType<typeof proveJoin> {
  const { id, name } = fleet.device;
  const joining = {
    device: { id, name, site: fleet.prison },
    manifest: fleet.manifest,
    publicKey: Buffer.from(fleet.deviceKey.publicKey, 'base64url'),
    sign: async (bytes: Uint8Array) => fleet.deviceKey.sign(bytes),
    now,
  };
  return proveJoin(joining, of);
}

function knownRoom(room: string, { now, rosters }: { now: number; rosters: Roster[] }): KnownRoom {
  return {
    appointment: room,
    device: { id: fleet.device.id, prison: fleet.prison },
    consultant,
    manifest: fleet.manifest,
    roster: (site) => rosters.find((each) => each.site === site),
    now,
  };
}
