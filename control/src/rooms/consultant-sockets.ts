import {
  maxFrameCharacters,
  roomNotifications,
  roomRequests,
  type CloseReason,
  type SignedInPerson,
} from '@sallyport/protocol';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RoomPeer, Rooms } from '../ports.ts';
import { createChannel, type Channel } from '../ws/channel.ts';

const contract = { serves: roomRequests, asks: {}, hears: {}, tells: roomNotifications };
type RoomChannel = Channel<typeof contract.asks, typeof contract.tells>;

/** The room sockets of signed-in consultants: one a person, a newer one replaces the older. */
export class ConsultantSockets {
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

  /** How many consultants are connected. */
  get size(): number {
    return this.#channels.size;
  }

  /** Completes the handshake of an upgrade at `roomSocketPath` whose origin and session were checked. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { person }: { person: Pick<SignedInPerson, 'id' | 'name' | 'role'> },
  ): void {
    this.#handshake.handleUpgrade(request, socket, head, (opened) => {
      this.accept(opened, person);
    });
  }

  /**
   * Takes an open socket over, from a request whose session, origin and path were checked.
   * @param person who is signed in; anybody but a consultant is closed with `not-allowed`
   */
  accept(socket: WebSocket, person: Pick<SignedInPerson, 'id' | 'name' | 'role'>): void {
    // SECURITY: the older socket's seat and media are freed before the newer one can ask for anything (S3).
    this.#channels.get(person.id)?.close('newer-connection');
    const channel: RoomChannel = createChannel({
      socket,
      contract,
      onRequest: (request) => this.#rooms.handle(peer, request.method, request.params),
      onNotification: () => undefined,
      onClose: () => {
        this.#gone(person.id, channel);
      },
      onFault: (error) => {
        this.#log.error({ err: error }, 'room socket fault');
      },
    });
    const peer: RoomPeer = {
      kind: 'consultant',
      id: person.id,
      name: person.name,
      notify: ({ method, params }) => {
        channel.notify(method, params);
      },
    };
    this.#channels.set(person.id, channel);
    if (this.#closed) channel.close('shutting-down');
    else if (person.role !== 'consultant') channel.close('not-allowed');
  }

  /** Ends a person's socket, when the session ended or the person may no longer. */
  disconnect(person: string, reason: CloseReason = 'not-allowed'): void {
    this.#channels.get(person)?.close(reason);
  }

  /** Idempotent; every socket ends, later ones are turned away. */
  close(): void {
    this.#closed = true;
    for (const channel of [...this.#channels.values()]) channel.close('shutting-down');
  }

  #gone(person: string, channel: RoomChannel): void {
    if (this.#channels.get(person) === channel) this.#channels.delete(person);
    void this.#rooms.leave({ kind: 'consultant', id: person }, 'connection-lost');
  }
}
