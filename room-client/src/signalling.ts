import type { RoomNotification, RoomRequestMethod, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';

/** How a participant asks its room and is told: the bridge on a laptop, a WebSocket in the clinic console. */
export interface Signalling {
  /** Rejects when the room refuses or the answer is not what the contract says. */
  request: <M extends RoomRequestMethod>(method: M, params: RoomRequestParams<M>) => Promise<RoomRequestResult<M>>;
  /** Returns the function that stops listening. */
  onNotification: (listener: (notification: RoomNotification) => void) => () => void;
}
