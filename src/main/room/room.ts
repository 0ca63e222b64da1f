import type {
  DeviceAppointment,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import { roomRequests } from '@sallyport/protocol';
import type { Answer, Log } from '../ports.ts';
import { reduceSeat } from './seat-view.ts';
import type { SeatView } from './seat-view.ts';

/** What a room request is relayed through. */
export type Relay = <M extends RoomRequestMethodOfDevice>(
  method: M,
  params: RoomRequestParams<M>,
) => Promise<Answer<RoomRequestResult<M>>>;

/** The room requests a laptop may make; the others are the consultant's. */
export type RoomRequestMethodOfDevice = Exclude<RoomRequestMethod, 'room.admit' | 'room.startDebrief' | 'room.end'>;

/** What {@link Room} needs. */
export interface RoomOptions {
  readonly relay: Relay;
  /** Control's time, ms since 1970. */
  readonly now: () => number;
  /** Whether the state allows a room request. */
  readonly isAllowed: (method: RoomRequestMethod) => boolean;
  /** Hands a notification to the page. */
  readonly notifyPage: (notification: RoomNotification) => void;
  readonly onPhase: (phase: SeatView['phase']) => void;
  readonly onEnded: (reason: Extract<RoomNotification, { method: 'room.ended' }>['params']['reason']) => void;
  readonly log: Log;
}

type Seat =
  | { readonly state: 'none' }
  | { readonly state: 'taking'; readonly room: string }
  | { readonly state: 'taken'; readonly room: string; readonly view: SeatView };

const nothing = {};

/** The laptop's one seat: at most one room, the booked one, within its window. */
export class Room {
  readonly #options: RoomOptions;
  #seat: Seat = { state: 'none' };

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** The room the laptop is in, or null. */
  get current(): string | null {
    return this.#seat.state === 'taken' ? this.#seat.room : null;
  }

  /**
   * Takes the seat in the booked room.
   * @returns the phase the room is in, or `seat-taken`, `too-early`, `too-late` or control's refusal
   */
  async join(appointment: DeviceAppointment): Promise<Answer<SeatView['phase']>> {
    // SECURITY: one room: a seat that is taken, or being taken, is refused before anything is asked of control (S3).
    if (this.#seat.state !== 'none') return { ok: false, refusal: { reason: 'seat-taken' } };
    const now = this.#options.now();
    if (now < appointment.opensAt) return tooEarly(appointment.opensAt - now);
    if (now >= appointment.closesAt) return { ok: false, refusal: { reason: 'too-late' } };
    const seat: Seat = (this.#seat = { state: 'taking', room: appointment.id });
    const answer = await this.#options.relay('room.join', { room: appointment.id });
    if (this.#seat !== seat) {
      // Left while control was asked: a seat that nobody wants any more is given back.
      if (answer.ok) void this.#options.relay('room.leave', nothing);
      return { ok: false, refusal: { reason: 'wrong-state' } };
    }
    if (!answer.ok || answer.value.phase === 'ended') {
      this.#seat = { state: 'none' };
      return answer.ok ? { ok: false, refusal: { reason: 'too-late' } } : answer;
    }
    const view: SeatView = { ...answer.value, phase: answer.value.phase };
    this.#seat = { state: 'taken', room: appointment.id, view };
    return { ok: true, value: view.phase };
  }

  /** Gives the seat back and tells control; does nothing when there is none. */
  leave(): void {
    const { state } = this.#seat;
    this.#seat = { state: 'none' };
    if (state === 'taken') void this.#options.relay('room.leave', nothing);
  }

  /**
   * Relays one request of the page to control, checked against the contract both ways.
   * `room.join` is answered from the seat the laptop holds: joining itself is the laptop's own act.
   */
  async request(method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>> {
    const seat = this.#seat;
    if (seat.state !== 'taken') return { ok: false, refusal: { reason: 'wrong-state' } };
    // SECURITY: only what the state allows, and never what is the consultant's to ask (S12).
    if (!this.#options.isAllowed(method) || !isOfDevice(method)) {
      return { ok: false, refusal: { reason: 'not-allowed' } };
    }
    const parsed = roomRequests[method].params.safeParse(params);
    if (!parsed.success) return { ok: false, refusal: { reason: 'malformed' } };
    if (method === 'room.join') return this.#rejoin(seat, parsed.data as RoomRequestParams<'room.join'>);
    if (method === 'room.leave') {
      this.#options.onEnded('left');
      return { ok: true, value: nothing };
    }
    return this.#options.relay(method, parsed.data as RoomRequestParams<typeof method>);
  }

  /** Takes a notification of control's: keeps the seat's view, tells the page. */
  notified(notification: RoomNotification): void {
    const seat = this.#seat;
    if (seat.state !== 'taken') return;
    if (notification.method === 'room.ended') {
      this.#seat = { state: 'none' };
      this.#options.notifyPage(notification);
      this.#options.onEnded(notification.params.reason);
      return;
    }
    if (notification.method === 'room.phase' && notification.params.phase === 'ended') {
      this.notified({ method: 'room.ended', params: { reason: 'consultant-ended' } });
      return;
    }
    const view = reduceSeat(seat.view, notification);
    this.#seat = { ...seat, view };
    if (view.phase !== seat.view.phase) this.#options.onPhase(view.phase);
    this.#options.notifyPage(notification);
  }

  #rejoin(seat: Extract<Seat, { state: 'taken' }>, { room }: RoomRequestParams<'room.join'>): Answer<SeatView> {
    if (room === seat.room) return { ok: true, value: seat.view };
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
