import { maxFrameCharacters, roomNotifications, roomRequests, type CloseReason } from '@sallyport/protocol';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RoomPeer, Rooms } from '../ports.ts';
import { createChannel, type Channel } from './channel.ts';

const contract = { serves: roomRequests, asks: {}, hears: {}, tells: roomNotifications };
type RoomChannel = Channel<typeof contract.asks, typeof contract.tells>;

/** Whose socket it is, as whoever checked the request knows. */
export type SocketPeer = Pick<RoomPeer, 'kind' | 'id' | 'name'>;

/** Sockets of people in rooms: one a person, a newer one replaces the older. What they ask goes to the rooms. */
export class RoomSockets {
  readonly #rooms: Rooms;
  readonly #log: Logger;
  readonly #channels = new Map<string, RoomChannel>();
  // SECURITY: bounded messages in few fragments, and nothing compressed: an idle peer cannot pin memory (S23).
  readonly #handshake = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxFrameCharacters,
    maxFragments: 16,
  });
  #closed = false;

  constructor({ rooms, log }: { rooms: Rooms; log: Logger }) {
    this.#rooms = rooms;
    this.#log = log;
  }

  /** How many are connected. */
  get size(): number {
    return this.#channels.size;
  }

  /** Completes the handshake of an upgrade whose origin and cookie were checked, and hands the open socket on. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, opened: (socket: WebSocket) => void): void {
    this.#handshake.handleUpgrade(request, socket, head, opened);
  }

  /**
   * Takes an open socket over.
   * @param refusal closes it at once with this reason, and with it an older one of the same person
   */
  accept(socket: WebSocket, { kind, id, name }: SocketPeer, refusal?: CloseReason): void {
    // SECURITY: the older socket's seat and media are freed before the newer one can ask for anything (S3).
    this.#channels.get(id)?.close('newer-connection');
    const channel: RoomChannel = createChannel({
      socket,
      contract,
      onRequest: (request) => this.#rooms.handle(peer, request.method, request.params),
      onNotification: () => undefined,
      onClose: () => {
        this.#gone({ kind, id }, channel);
      },
      onFault: (error) => {
        this.#log.error({ err: error }, 'room socket fault');
      },
    });
    const peer: RoomPeer = {
      ...{ kind, id, name },
      notify: ({ method, params }) => {
        channel.notify(method, params);
      },
    };
    this.#channels.set(id, channel);
    if (this.#closed) channel.close('shutting-down');
    else if (refusal !== undefined) channel.close(refusal);
  }

  /** Idempotent; every socket ends, later ones are turned away. */
  close(): void {
    this.#closed = true;
    for (const channel of [...this.#channels.values()]) channel.close('shutting-down');
  }

  #gone({ kind, id }: Pick<RoomPeer, 'kind' | 'id'>, channel: RoomChannel): void {
    if (this.#channels.get(id) === channel) this.#channels.delete(id);
    void this.#rooms.leave({ kind, id }, 'connection-lost');
  }
}
