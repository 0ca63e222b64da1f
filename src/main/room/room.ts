import { nextStage, roomRequests } from '@sallyport/protocol';
import type {
  DeviceAppointment,
  DeviceRequestMethod,
  Progress,
  RequestRefusal,
  RoomEnd,
  RoomEvent,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
  WaitingMessage,
} from '@sallyport/protocol';
import { verifyParticipant } from '@sallyport/protocol/participants';
import type { KnownRoom } from '@sallyport/protocol/participants';
import type { Answer, Log } from '../ports.ts';
import type { Opened, OwnJoin } from './own-join.ts';
import { hear } from './seat-view.ts';
import type { SeatView, StageRules } from './seat-view.ts';
import { Stay } from './stay.ts';

/** What a room request is relayed through. */
export type Relay = <M extends RoomRequestMethodOfDevice>(
  method: M,
  params: RoomRequestParams<M>,
) => Promise<Answer<RoomRequestResult<M>>>;

/** The room requests a laptop may make; the others are the consultant's. */
export type RoomRequestMethodOfDevice = Extract<DeviceRequestMethod, RoomRequestMethod>;

/** How the room stands, for the laptop's state. */
export type RoomStanding = Pick<SeatView, 'phase' | 'progress' | 'closesAt'>;

/** What {@link Room} needs. */
export interface RoomOptions {
  readonly relay: Relay;
  /** Control's time, ms since 1970. */
  readonly now: () => number;
  /** Signs the laptop's own join. */
  readonly prove: (opened: Opened) => Promise<Answer<OwnJoin>>;
  /** What the laptop knows of the room it was opened for, by the trust in force at that moment. */
  readonly known: (appointment: DeviceAppointment) => KnownRoom;
  /** Whether the state allows a room request. */
  readonly isAllowed: (method: RoomRequestMethod) => boolean;
  /** What of control's word about the room's stage counts. */
  readonly rules: StageRules;
  /** The join's answer, without what control cannot say of the laptop. */
  readonly joinedProgress: (told: Progress) => Progress;
  /** Hands a notification to the page. */
  readonly notifyPage: (notification: RoomNotification) => void;
  /** The seat is taken; called before anything is told of the room. */
  readonly onJoined: (standing: RoomStanding) => void;
  readonly onPhase: (phase: SeatView['phase']) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly onMessage: (message: WaitingMessage) => void;
  /** The room closes at another time than was said, ms since 1970. */
  readonly onExtended: (closesAt: number) => void;
  readonly onEnded: (reason: RoomEnd) => void;
  /** Somebody was kept out of sight and hearing, or put out. */
  readonly onRefused: (reason: RequestRefusal) => void;
  /** {@link Room.keepsSomebodyOut} changed. */
  readonly onKeepingOut: () => void;
  readonly log: Log;
}

/** Asks control to take what staff have done. */
type Act = () => Promise<Answer<Record<string, never>>>;

const nothing = {};
const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;
const pageJoin = roomRequests['room.join'].params.pick({ room: true });

/** The laptop's one seat: at most one room, the booked one, within its window; and nobody in it who is not proved. */
export class Room {
  readonly #options: RoomOptions;
  #stay: Stay | undefined;
  #keepsSomebodyOut = false;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** The room the laptop is in, or null. */
  get current(): string | null {
    return this.#stay?.view === undefined ? null : this.#stay.room;
  }

  /** Whether control says that somebody is in the room whose place is not proved. */
  get keepsSomebodyOut(): boolean {
    return this.#keepsSomebodyOut;
  }

  /**
   * Takes the seat in the booked room, with a proof that it is this laptop, opened by people for this room.
   * @returns the phase the room is in, or `seat-taken`, `too-early`, `too-late` or control's refusal
   */
  async join(opened: Opened): Promise<Answer<SeatView['phase']>> {
    const { appointment } = opened;
    // SECURITY: one room: a seat that is taken, or being taken, is refused before anything is asked of control (S3).
    if (this.#stay !== undefined) return { ok: false, refusal: { reason: 'seat-taken' } };
    const now = this.#options.now();
    if (now < appointment.opensAt) return tooEarly(appointment.opensAt - now);
    if (now >= appointment.closesAt) return { ok: false, refusal: { reason: 'too-late' } };
    const stay = (this.#stay = this.#begin(appointment));
    const answer = await this.#takeSeat(stay, opened);
    if (this.#stay !== stay || !answer.ok || answer.value.phase === 'ended') return this.#givenUp(stay, answer);
    const { phase } = answer.value;
    const progress = this.#options.joinedProgress(answer.value.progress);
    const closesAt = Math.min(answer.value.closesAt, appointment.closesAt);
    stay.view = { ...answer.value, phase, progress, closesAt };
    this.#options.onJoined({ phase, progress, closesAt });
    stay.gate.begin();
    return { ok: true, value: phase };
  }

  /** Gives the seat back and tells control; does nothing when there is none. */
  leave(): void {
    const wasTaken = this.current !== null;
    this.#over();
    if (wasTaken) void this.#options.relay('room.leave', nothing);
  }

  /**
   * Relays one request of the page to control, checked against the contract both ways.
   * `room.join` is answered from the seat the laptop holds: joining itself is the laptop's own act.
   */
  async request(method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    const stay = this.#stay;
    if (stay?.view === undefined) return wrongState;
    // SECURITY: only what the state allows, and never what is the consultant's to ask (S12).
    if (!this.#options.isAllowed(method) || !isOfDevice(method)) {
      return { ok: false, refusal: { reason: 'not-allowed' } };
    }
    if (method === 'room.join') return this.#rejoin(stay.room, stay.view, params);
    const parsed = roomRequests[method].params.safeParse(params);
    if (!parsed.success) return { ok: false, refusal: { reason: 'malformed' } };
    if (method === 'room.leave') {
      this.#options.onEnded('left');
      return { ok: true, value: nothing };
    }
    // SECURITY: through the gate: nobody is received whose place is not proved (S25).
    return stay.gate.request(method, parsed.data, this.#options.relay);
  }

  /**
   * Staff record the patient's consent and who is there. Without consent the room is left, once control has it on the record.
   * @returns `wrong-state` where the room does not wait, or control's refusal
   */
  prepare(params: RoomRequestParams<'room.prepare'>): ReturnType<Act> {
    const event = { type: 'prepared', present: params.present } as const;
    const ask: Act = () => this.#options.relay('room.prepare', params);
    return params.consent ? this.#act(event, ask) : this.#refuseConsent(event, ask);
  }

  /** Staff tick that the patient said the right name. @returns `wrong-state` outside the consultation, or control's refusal */
  checkName(): ReturnType<Act> {
    const event = { type: 'name-checked', by: 'laptop' } as const;
    return this.#act(event, () => this.#options.relay('room.checkName', nothing));
  }

  /** The laptop has found by itself that staff are at it. */
  confirmed(): void {
    if (this.#stay?.view !== undefined) this.#progressed(this.#stay, this.#stay.view, { type: 'staff-confirmed' });
  }

  /** Takes a notification of control's: through the gate to the seat's view and the page. */
  notified(notification: RoomNotification): void {
    const stay = this.#stay;
    if (notification.method === 'room.ended') this.#ended(notification.params.reason);
    else if (notification.method !== 'room.phase') stay?.gate.heard(notification);
    else if (notification.params.phase === 'ended') this.#ended('consultant-ended');
    // SECURITY: the debrief makes the laptop dark at once: it overtakes whatever is still being verified (S39).
    else if (notification.params.phase === 'debrief' && stay?.view !== undefined) this.#told(stay, notification);
    else stay?.gate.heard(notification);
  }

  /** A manifest or roster came into force: everybody in the room is judged anew. */
  trustChanged(): void {
    this.#stay?.gate.recheck();
  }

  #begin(appointment: DeviceAppointment): Stay {
    const { known, onRefused, log } = this.#options;
    const stay: Stay = new Stay(appointment, {
      verify: (participant) => verifyParticipant(participant, known(appointment)),
      expects: ['consultant', 'interpreter', 'clinician'],
      tell: (notification) => this.#told(stay, notification),
      onRefused: ({ kind }, reason) => {
        log.warn({ kind, reason }, 'participant refused');
        onRefused(reason);
      },
      onKeepingOut: (somebody) => this.#keepOut(somebody),
    });
    return stay;
  }

  async #takeSeat(stay: Stay, opened: Opened): Promise<Answer<RoomRequestResult<'room.join'>>> {
    const own = await this.#prove(opened);
    if (!own.ok) return own;
    stay.keep(own.value);
    if (this.#stay !== stay) return wrongState;
    const { proof } = own.value;
    return stay.gate.request('room.join', { room: stay.room, proof }, async (method, params) => {
      const answer = await this.#options.relay(method, params);
      stay.isGranted = answer.ok && answer.value.phase !== 'ended';
      return answer;
    });
  }

  /** The seat was not had, or nobody wants it any more: one that control gave is given back. */
  #givenUp(stay: Stay, answer: Answer<RoomRequestResult<'room.join'>>): Answer<never> {
    if (stay.isGranted) void this.#options.relay('room.leave', nothing);
    if (this.#stay !== stay) return wrongState;
    this.#over();
    return answer.ok ? { ok: false, refusal: { reason: 'too-late' } } : answer;
  }

  async #prove(opened: Opened): Promise<Answer<OwnJoin>> {
    try {
      return await this.#options.prove(opened);
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'join not signed');
      return { ok: false, refusal: { reason: 'failed' } };
    }
  }

  /** What came through the gate. */
  #told(stay: Stay, notification: RoomNotification): void {
    if (this.#stay !== stay || stay.view === undefined) return;
    if (notification.method === 'room.ended') {
      // The gate's own word: the room says more than can be judged. Control's goes past it.
      void this.#options.relay('room.leave', nothing);
      this.#ended(notification.params.reason);
      return;
    }
    const { rules, notifyPage } = this.#options;
    const { view, told } = hear(stay.view, notification, rules, stay.closesBy);
    // SECURITY: what control says out of its place changes nothing, here or on the page (S39, S42).
    if (told === undefined) return;
    stay.view = view;
    this.#followStage(told);
    notifyPage(told);
  }

  #followStage(told: RoomNotification): void {
    const { onPhase, onProgress, onMessage, onExtended } = this.#options;
    if (told.method === 'room.phase' && told.params.phase !== 'ended') onPhase(told.params.phase);
    else if (told.method === 'room.progress') onProgress(told.params.progress);
    else if (told.method === 'room.message') onMessage(told.params.message);
    else if (told.method === 'room.extended') onExtended(told.params.closesAt);
  }

  /** What staff do by the laptop itself: control is asked, and what it has taken is done. */
  async #act(event: RoomEvent, ask: Act): ReturnType<Act> {
    const stay = this.#stay;
    if (stay?.view === undefined || nextStage(stay.view, event) === undefined) return wrongState;
    const answer = await ask();
    if (answer.ok && this.#stay === stay) this.#progressed(stay, stay.view, event);
    return answer;
  }

  async #refuseConsent(event: RoomEvent, ask: Act): ReturnType<Act> {
    const stay = this.#stay;
    if (stay?.view === undefined || nextStage(stay.view, event) === undefined) return wrongState;
    const answer = await ask();
    if (!answer.ok || this.#stay !== stay) return answer;
    // Control ends the room as well; this laptop does not wait for that.
    void this.#options.relay('room.leave', nothing);
    this.#ended('no-consent');
    return answer;
  }

  /** The state first: what the page then asks is allowed by then. */
  #progressed(stay: Stay, view: SeatView, event: RoomEvent): void {
    const progress = nextStage(view, event)?.progress;
    if (progress === undefined) return;
    stay.view = { ...view, progress };
    this.#options.onProgress(progress);
    this.#options.notifyPage({ method: 'room.progress', params: { progress } });
  }

  #ended(reason: RoomEnd): void {
    const wasTaken = this.current !== null;
    this.#over();
    if (!wasTaken) return;
    this.#options.notifyPage({ method: 'room.ended', params: { reason } });
    this.#options.onEnded(reason);
  }

  #over(): void {
    this.#stay?.end();
    this.#stay = undefined;
    this.#keepOut(false);
  }

  #keepOut(somebody: boolean): void {
    if (this.#keepsSomebodyOut === somebody) return;
    this.#keepsSomebodyOut = somebody;
    this.#options.onKeepingOut();
  }

  /** The page has no proof and needs none: it asks for the seat that the laptop holds. */
  #rejoin(held: string, view: SeatView, params: unknown): Answer<SeatView> {
    const parsed = pageJoin.safeParse(params);
    if (!parsed.success) return { ok: false, refusal: { reason: 'malformed' } };
    if (parsed.data.room === held) return { ok: true, value: view };
    this.#options.log.warn({}, 'page asked for a second room');
    return { ok: false, refusal: { reason: 'seat-taken' } };
  }
}

function isOfDevice(method: RoomRequestMethod): method is RoomRequestMethodOfDevice {
  return (roomRequests[method].from as readonly string[]).includes('device');
}

function tooEarly(wait: number): Answer<never> {
  return { ok: false, refusal: { reason: 'too-early', retryAfter: Math.min(86_400, Math.ceil(wait / 1000)) } };
}
