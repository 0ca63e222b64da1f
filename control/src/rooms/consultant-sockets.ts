import type { SignedInPerson } from '@sallyport/protocol';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Rooms } from '../ports.ts';
import { RoomSockets } from '../ws/room-sockets.ts';

type Consultant = Pick<SignedInPerson, 'id' | 'name' | 'role'>;

/** The room sockets of signed-in consultants. */
export class ConsultantSockets {
  readonly #sockets: RoomSockets;

  constructor(deps: { rooms: Rooms; log: Logger }) {
    this.#sockets = new RoomSockets(deps);
  }

  /** How many consultants are connected. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Completes the handshake of an upgrade at `roomSocketPath` whose origin and session were checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, { person }: { person: Consultant }): void {
    this.#sockets.upgrade(request, socket, head, (opened) => {
      this.accept(opened, person);
    });
  }

  /**
   * Takes an open socket over, from a request whose session, origin and path were checked.
   * @param person who is signed in; anybody but a consultant is closed with `not-allowed`
   */
  accept(socket: WebSocket, { id, name, role }: Consultant): void {
    this.#sockets.accept(socket, { kind: 'consultant', id, name }, role === 'consultant' ? undefined : 'not-allowed');
  }

  /** Idempotent; every socket ends, later ones are turned away. */
  close(): void {
    this.#sockets.close();
  }
}
