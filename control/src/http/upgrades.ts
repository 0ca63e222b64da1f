import type { Change } from '@sallyport/protocol';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ChangeFeed } from './changes.ts';
import type { Caller } from './handlers.ts';
import { isFromOwnPage } from './request-origin.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions, SessionUse } from './sessions.ts';

const checkMs = 15_000;
const maxSocketsEach = 8;

/** Takes over an upgrade request whose origin and session were checked. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller) => void;

/** A guest who was let in, as whoever keeps the guests knows them. */
export interface AdmittedGuest {
  /** The guest's id. */
  id: string;
  /** Whether the browser that the socket came from still is the guest's, and the guest still let in. */
  isStillAdmitted(): Promise<boolean>;
  /** Takes the upgrade over. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Finds the guest of a guest cookie's token; undefined when there is none who was let in. */
export type GuestFinder = (token: string) => Promise<AdmittedGuest | undefined>;

interface UpgradeOptions {
  sessions: Sessions;
  cookie: SessionCookie;
  guestCookie: SessionCookie;
  changes: Pick<ChangeFeed, 'subscribe'>;
  origin: string;
  logger: Logger;
  server: Server;
}

/** Whose an upgrade is, and what ends it. */
interface Entrance {
  /** By whom their open sockets are counted. */
  key: string;
  /** Lists whose change may mean that they have to go. */
  topics: readonly Change['topic'][];
  isInForce(use: SessionUse): Promise<boolean>;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

type Door = (request: IncomingMessage) => Promise<Entrance | undefined>;

/** WebSocket upgrades on the consoles' server: a page of ours, a session or a guest in force, a path somebody serves. */
export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #doors = new Map<string, Door>();
  readonly #sockets = new Map<Duplex, Entrance>();
  readonly #unsubscribe: () => void;
  readonly #listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#upgrade(request, socket, head).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'upgrade failed');
      socket.destroy();
    });
  };

  constructor(options: UpgradeOptions) {
    this.#options = options;
    options.server.on('upgrade', this.#listener);
    // SECURITY: whoever is no longer named is out of the room from the moment on that the documents say so (S28).
    this.#unsubscribe = options.changes.subscribe((topic) => {
      for (const [socket, entrance] of this.#sockets) {
        if (entrance.topics.includes(topic)) this.#check(socket, entrance, 'look');
      }
    });
  }

  /** Serves a path's upgrades to signed-in people; the handler owns the socket and completes the handshake. */
  on(path: string, handler: UpgradeHandler): void {
    this.#doors.set(path, async (request) => {
      const { sessions, cookie } = this.#options;
      const token = cookie.read(request.headers.cookie);
      const found = token === undefined ? undefined : await sessions.find(token, 'touch');
      if (found === undefined) return undefined;
      const { session } = found.caller;
      return {
        key: session,
        topics: ['trust'],
        isInForce: async (use) => (await sessions.follow(session, use)) !== undefined,
        accept: (...upgrade) => handler(...upgrade, found.caller),
      };
    });
  }

  /**
   * Serves a path's upgrades to guests who were let in, and to nobody else.
   * SECURITY: a guest's cookie opens this path alone, and no session does (S38).
   */
  onGuest(path: string, find: GuestFinder): void {
    this.#doors.set(path, async (request) => {
      const token = this.#options.guestCookie.read(request.headers.cookie);
      const guest = token === undefined ? undefined : await find(token);
      return (
        guest && {
          key: `guest ${guest.id}`,
          // SECURITY: a newer link, a cancelled appointment: whoever is guest no more is out of the room at once (S38).
          topics: ['appointments'],
          isInForce: () => guest.isStillAdmitted(),
          accept: (...upgrade) => guest.accept(...upgrade),
        }
      );
    });
  }

  /** Ends every upgraded socket. */
  close(): Promise<void> {
    this.#options.server.off('upgrade', this.#listener);
    this.#unsubscribe();
    for (const socket of this.#sockets.keys()) socket.destroy();
    return Promise.resolve();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const door = this.#doors.get(request.url ?? '');
    const admitted = door === undefined ? '404 Not Found' : await this.#admit(request, door);
    if (typeof admitted === 'string') {
      socket.end(`HTTP/1.1 ${admitted}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#watch(socket, admitted);
    admitted.accept(request, socket, head);
  }

  /** @returns whose socket it is, or the status line that refuses it */
  async #admit(request: IncomingMessage, door: Door): Promise<Entrance | string> {
    // SECURITY: sockets are not bound by the same-origin policy, so the origin is checked here (S15).
    if (!isFromOwnPage(request.headers, this.#options.origin)) return '403 Forbidden';
    const entrance = await door(request);
    if (entrance === undefined) return '401 Unauthorized';
    const open = [...this.#sockets.values()].filter(({ key }) => key === entrance.key).length;
    return open >= maxSocketsEach ? '429 Too Many Requests' : entrance;
  }

  /** SECURITY: a socket ends with its session; while it is open, it counts as the session's use (S15). */
  #watch(socket: Duplex, entrance: Entrance): void {
    this.#sockets.set(socket, entrance);
    const timer = setInterval(() => this.#check(socket, entrance, 'touch'), checkMs);
    socket.once('close', () => {
      clearInterval(timer);
      this.#sockets.delete(socket);
    });
  }

  #check(socket: Duplex, entrance: Entrance, use: SessionUse): void {
    entrance.isInForce(use).then(
      (inForce) => inForce || socket.destroy(),
      (error: unknown) => this.#options.logger.warn({ err: error }, 'whose a socket is could not be checked'),
    );
  }
}
