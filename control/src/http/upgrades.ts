import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ChangeFeed } from './changes.ts';
import type { Caller } from './handlers.ts';
import { isFromOwnPage } from './request-origin.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions, SessionUse } from './sessions.ts';

const sessionCheckMs = 15_000;
const maxSocketsPerSession = 8;

/** Takes over an upgrade request whose origin and session were checked. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller) => void;

interface UpgradeOptions {
  sessions: Sessions;
  cookie: SessionCookie;
  changes: Pick<ChangeFeed, 'subscribe'>;
  origin: string;
  logger: Logger;
  server: Server;
}

/** WebSocket upgrades on the consoles' server: a page of ours, a session in force, a path somebody serves. */
export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #handlers = new Map<string, UpgradeHandler>();
  /** The session of each open socket. */
  readonly #sockets = new Map<Duplex, string>();
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
      if (topic === 'trust') for (const [socket, session] of this.#sockets) this.#check(socket, session, 'look');
    });
  }

  /** Serves a path's upgrades; the handler owns the socket and completes the handshake. */
  on(path: string, handler: UpgradeHandler): void {
    this.#handlers.set(path, handler);
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
    const handler = this.#handlers.get(request.url ?? '');
    const admitted = handler === undefined ? '404 Not Found' : await this.#admit(request);
    if (typeof admitted === 'string') {
      socket.end(`HTTP/1.1 ${admitted}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#watch(socket, admitted.session);
    handler?.(request, socket, head, admitted);
  }

  /** @returns whose socket it is, or the status line that refuses it */
  async #admit(request: IncomingMessage): Promise<Caller | string> {
    const { sessions, cookie, origin } = this.#options;
    // SECURITY: sockets are not bound by the same-origin policy, so the origin is checked here (S15).
    if (!isFromOwnPage(request.headers, origin)) return '403 Forbidden';
    const token = cookie.read(request.headers.cookie);
    const found = token === undefined ? undefined : await sessions.find(token, 'touch');
    if (found === undefined) return '401 Unauthorized';
    const open = [...this.#sockets.values()].filter((session) => session === found.caller.session).length;
    return open >= maxSocketsPerSession ? '429 Too Many Requests' : found.caller;
  }

  /** SECURITY: a socket ends with its session; while it is open, it counts as the session's use (S15). */
  #watch(socket: Duplex, session: string): void {
    this.#sockets.set(socket, session);
    const timer = setInterval(() => this.#check(socket, session, 'touch'), sessionCheckMs);
    socket.once('close', () => {
      clearInterval(timer);
      this.#sockets.delete(socket);
    });
  }

  #check(socket: Duplex, session: string, use: SessionUse): void {
    const { sessions, logger } = this.#options;
    sessions.follow(session, use).then(
      (found) => found ?? socket.destroy(),
      (error: unknown) => logger.warn({ err: error }, 'session of a socket could not be checked'),
    );
  }
}
