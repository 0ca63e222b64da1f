import { bridge as contract, roomRequests } from '@sallyport/protocol';
import type { Bridge, Outcome, RoomRequestMethod, RoomRequestResult } from '@sallyport/protocol';
import type { RoomSignalling } from '@sallyport/room-client';

/**
 * A room's signalling over the bridge: the main process relays it through the one socket (P6.6, P7.1).
 * A refusal is answered as a value; `request` rejects when the answer is not what the contract says.
 * A notification that is not in the contract is dropped.
 */
export function signallingOver(bridge: Bridge): RoomSignalling {
  const ask = async <M extends RoomRequestMethod>(
    method: M,
    params: unknown,
  ): Promise<Outcome<RoomRequestResult<M>>> => {
    const outcome = contract.invoke.room.result.parse(await bridge.invoke('room', { method, params }));
    if (!outcome.ok) return outcome;
    return { ok: true, value: roomRequests[method].result.parse(outcome.value) as RoomRequestResult<M> };
  };
  return {
    // Who joins is proved by the main process; the page asks for the seat that the laptop holds.
    join: (room) => ask('room.join', { room }),
    request: ask,
    onNotification: (listener) =>
      bridge.on('room', (payload) => {
        const parsed = contract.notify.room.safeParse(payload);
        if (parsed.success) listener(parsed.data);
      }),
  };
}
