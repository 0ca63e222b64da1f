import type {
  Outcome,
  RoomNotification,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';

/** What a participant asks once it has joined. */
export type RequestInRoom = Exclude<RoomRequestMethod, 'room.join'>;

/**
 * How a participant asks its room and is told: over the laptop's bridge, or over the consultant's socket. Whoever offers it
 * proves who joins, and lets nobody through whose own place is not proved. A rejection counts as the refusal `failed`.
 */
export interface RoomSignalling {
  /** Joins the room; the result has been parsed with `roomRequests`. */
  join(room: string): Promise<Outcome<RoomRequestResult<'room.join'>>>;
  /** Asks; the result has been parsed with `roomRequests`. */
  request<M extends RequestInRoom>(method: M, params: RoomRequestParams<M>): Promise<Outcome<RoomRequestResult<M>>>;
  /** Hears every notification, parsed with `roomNotifications`. @returns stops hearing */
  onNotification(listener: (notification: RoomNotification) => void): () => void;
}

/** Asks without ever rejecting. */
export type Ask = <M extends RequestInRoom>(
  method: M,
  params: RoomRequestParams<M>,
) => Promise<Outcome<RoomRequestResult<M>>>;

/** A refusal on its way through mediasoup-client's callbacks, which want an error. It never leaves this package. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly outcome: Extract<Outcome<never>, { ok: false }>;

  constructor(outcome: Extract<Outcome<never>, { ok: false }>) {
    super(outcome.refusal.reason);
    this.outcome = outcome;
  }
}

const failed: Outcome<never> = { ok: false, refusal: { reason: 'failed' } };

/** Asks over a signalling; its faults are refusals too. */
export function askOver(signalling: Pick<RoomSignalling, 'request'>): Ask {
  return (method, params) => withoutFault(() => signalling.request(method, params));
}

/** Joins over a signalling; its faults are refusals too. */
export function joinOver(signalling: RoomSignalling, room: string): Promise<Outcome<RoomRequestResult<'room.join'>>> {
  return withoutFault(() => signalling.join(room));
}

async function withoutFault<T>(act: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await act();
  } catch {
    return failed;
  }
}

/** The result of an answer. @throws RefusedError when it was refused */
export function resultOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RefusedError(outcome);
  return outcome.value;
}

/** What an act came to: refused as the room refused it, or `failed` by a fault of this browser. */
export async function outcomeOf<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    return error instanceof RefusedError ? error.outcome : failed;
  }
}
