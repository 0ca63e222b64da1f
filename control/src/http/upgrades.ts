import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Caller } from './handlers.ts';
import { isFromOwnPage } from './request-origin.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

const sessionCheckMs = 15_000;
const maxSocketsPerSession = 8;

/** Takes over an upgrade request whose origin and session were checked. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller) => void;

/** WebSocket upgrades on the consoles' server: a page of ours, a session in force, a path somebody serves. */
export class Upgrades {
  readonly #options: { sessions: Sessions; cookie: SessionCookie; origin: string; logger: Logger; server: Server };
  readonly #handlers = new Map<string, UpgradeHandler>();
  readonly #sockets = new Map<Duplex, string>();
  readonly #listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#upgrade(request, socket, head).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'upgrade failed');
      socket.destroy();
    });
  };

  constructor(options: { sessions: Sessions; cookie: SessionCookie; origin: string; logger: Logger; server: Server }) {
    this.#options = options;
    options.server.on('upgrade', this.#listener);
  }

  /** Serves a path's upgrades; the handler owns the socket and completes the handshake. */
  on(path: string, handler: UpgradeHandler): void {
    this.#handlers.set(path, handler);
  }

  /** Ends every upgraded socket. */
  close(): Promise<void> {
    this.#options.server.off('upgrade', this.#listener);
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
    this.#watch(socket, admitted.token, admitted.caller.session);
    handler?.(request, socket, head, admitted.caller);
  }

  /** @returns whose socket it is, or the status line that refuses it */
  async #admit(request: IncomingMessage): Promise<{ caller: Caller; token: string } | string> {
    const { sessions, cookie, origin } = this.#options;
    // SECURITY: sockets are not bound by the same-origin policy, so the origin is checked here (S15).
    if (!isFromOwnPage(request.headers, origin)) return '403 Forbidden';
    const token = cookie.read(request.headers.cookie);
    const session = token === undefined ? undefined : await sessions.find(token, 'touch');
    if (token === undefined || session === undefined) return '401 Unauthorized';
    const open = [...this.#sockets.values()].filter((other) => other === session.caller.session).length;
    return open >= maxSocketsPerSession ? '429 Too Many Requests' : { caller: session.caller, token };
  }

  /** SECURITY: a socket ends with its session; while it is open, it counts as the session's use (S15). */
  #watch(socket: Duplex, token: string, key: string): void {
    this.#sockets.set(socket, key);
    const timer = setInterval(() => {
      this.#options.sessions.find(token, 'touch').then(
        (session) => session ?? socket.destroy(),
        (error: unknown) => this.#options.logger.warn({ err: error }, 'session of a socket could not be checked'),
      );
    }, sessionCheckMs);
    socket.once('close', () => {
      clearInterval(timer);
      this.#sockets.delete(socket);
    });
  }
}
