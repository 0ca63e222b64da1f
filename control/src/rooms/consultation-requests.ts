import type { RoomRequestMethod, RoomRequestParams, RoomRequestResult, WaitingMessage } from '@sallyport/protocol';
import type { Answer, RoomPeer } from '../ports.ts';
import { done, refused } from './answers.ts';
import type { LiveRoom } from './live-room.ts';
import type { MediaMethod } from './media-requests.ts';
import type { Ending } from './room-ledger.ts';
import type { RoomSteps, StepEvent, Stepped } from './room-steps.ts';

/** The requests by which people take a room through the consultation. */
export type ConsultationMethod = Exclude<RoomRequestMethod, MediaMethod | 'room.join' | 'room.leave'>;

/** What the requests need of the rooms of this node. */
export interface RoomActs {
  steps: RoomSteps;
  /** Everybody in the room follows a step that the database took. */
  follow(room: LiveRoom, stepped: Stepped): void;
  /** Ends the room for everybody. @returns false when it is not in the phase that the ending names */
  end(room: LiveRoom, ending: Ending): Promise<boolean>;
  /** The room closes later. @param closesAt milliseconds since the epoch */
  extend(room: LiveRoom, closesAt: number): void;
  /** Tells the laptop that waits, now or when it comes. */
  say(room: LiveRoom, message: WaitingMessage): void;
}

type ConsultationHandlers = {
  [M in ConsultationMethod]: (
    asked: { acts: RoomActs; room: LiveRoom; peer: RoomPeer },
    params: RoomRequestParams<M>,
  ) => Promise<Answer<RoomRequestResult<M>>>;
};

type Asked = Parameters<ConsultationHandlers['room.end']>[0];
type Nothing = Record<string, never>;

/** What people ask of the consultation, of somebody who has a seat and whom the contract allows the request. */
export const consultationRequests: ConsultationHandlers = {
  'room.prepare': prepare,
  'room.checkName': (asked) =>
    step(asked, { type: 'name-checked', by: asked.peer.kind === 'device' ? 'laptop' : 'consultant' }),
  'room.askStaff': ({ acts, room, peer }, { nonce }) => acts.steps.askStaff(peer, room.id, nonce),
  'room.confirmStaff': (asked) => step(asked, { type: 'staff-confirmed' }),
  'room.message': async ({ acts, room }, { message }) => {
    if (room.stage.phase !== 'waiting') return refused('wrong-state');
    acts.say(room, message);
    return done();
  },
  'room.decline': ({ acts, room, peer }, { reason }) =>
    end(acts, room, { reason: `declined-${reason}`, by: peer, only: 'waiting' }),
  'room.extend': async ({ acts, room, peer }) => {
    const extended = await acts.steps.extend(peer, room.id);
    if (!extended.ok) return extended;
    acts.extend(room, extended.result);
    return { ok: true, result: { closesAt: extended.result } };
  },
  'room.admit': async (asked) =>
    // SECURITY: nobody is admitted who is not there: a laptop that comes later waits for its turn (S41).
    asked.room.has('device') ? step(asked, { type: 'admitted' }) : refused('wrong-state'),
  'room.startDebrief': (asked) => step(asked, { type: 'debrief-started' }),
  'room.end': ({ acts, room, peer }) => end(acts, room, { reason: 'consultant-ended', by: peer }),
};

/** SECURITY: without the patient's consent there is no consultation: the room ends for everybody (S42). */
async function prepare(
  asked: Asked,
  { consent, present }: RoomRequestParams<'room.prepare'>,
): Promise<Answer<Nothing>> {
  if (consent) return step(asked, { type: 'prepared', present });
  return end(asked.acts, asked.room, { reason: 'no-consent', by: asked.peer, only: 'waiting' });
}

async function step({ acts, room, peer }: Asked, event: StepEvent): Promise<Answer<Nothing>> {
  const stepped = await acts.steps.step(peer, room.id, event);
  if (!stepped.ok) return stepped;
  acts.follow(room, stepped.result);
  return done();
}

async function end(acts: RoomActs, room: LiveRoom, ending: Ending): Promise<Answer<Nothing>> {
  return (await acts.end(room, ending)) ? done() : refused('wrong-state');
}
