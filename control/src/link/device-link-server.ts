import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { closeCodes } from '@sallyport/protocol';
import type {
  CloseReason,
  ControlNotificationMethod,
  ControlNotificationParams,
  ControlRequestMethod,
  ControlRequestParams,
  ControlRequestResult,
  Hello,
} from '@sallyport/protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Database } from '../db/schema.ts';
import type { Answer, Changes, Clock, DeviceLink } from '../ports.ts';
import type { ChannelLimits } from '../ws/channel.ts';
import { DeviceConnection, requestTimeouts } from './device-connection.ts';
import type { ConnectionDeps } from './device-connection.ts';
import { identifyDevice } from './device-identity.ts';
import { receiveHello } from './handshake.ts';
import type { LinkedDevice, LinkServices } from './link-services.ts';
import { Presence } from './presence.ts';

/** The largest message a laptop sends: a report of a hundred events. Bytes. */
const maxPayload = 256 * 1024;
const maxConnections = 20_000;

export interface DeviceLinkDeps {
  db: Kysely<Database>;
  changes: Changes;
  clock: Clock;
  /** The device CA's certificate, PEM: the only one whose client certificates are accepted. */
  caCertificate: string;
  /** Control's own certificate for this port, kept up to date. */
  identity: {
    options(): SecureContextOptions;
    supply(server: Server, extra: SecureContextOptions): void;
  };
  onFault(error: unknown): void;
  limits?: Partial<ChannelLimits> & {
    /** How long a new connection has to say hello, ms; default 10 s. */
    helloTimeout?: number;
  };
}

/**
 * The device link of this node: one mutually authenticated TLS 1.3 WebSocket a laptop. Usable as `DeviceLink` at once
 * (nobody is connected yet); serves laptops from `start` until `close`.
 */
export class DeviceLinkServer implements DeviceLink {
  readonly #deps: DeviceLinkDeps;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer(webSocketOptions());
  readonly #connections = new Map<string, DeviceConnection>();
  readonly #presence: Presence;
  /** One at a time for each laptop: the older connection is gone before the newer is welcomed. */
  readonly #arrivals = new Map<string, Promise<void>>();
  readonly #greeting = new Set<WebSocket>();
  #closed = false;

  private constructor(deps: DeviceLinkDeps) {
    this.#deps = deps;
    const { db, changes, clock } = deps;
    this.#presence = new Presence({ db, changes, clock, node: randomUUID() });
    // SECURITY: no client certificate of the device CA, no connection: refused by TLS, before any of our code (S14).
    const client = { ca: deps.caCertificate, requestCert: true, rejectUnauthorized: true };
    this.#server = createServer({
      ...deps.identity.options(),
      ...client,
      headersTimeout: 5000,
      requestTimeout: 10_000,
    });
    this.#server.maxConnections = maxConnections;
    deps.identity.supply(this.#server, { ca: deps.caCertificate });
  }

  /** Makes the link; it listens from `start` on. */
  static create(deps: DeviceLinkDeps): DeviceLinkServer {
    return new DeviceLinkServer(deps);
  }

  /**
   * Begins to serve laptops.
   * @throws when the address is taken
   */
  async start(listen: { host: string; port: number }, services: LinkServices): Promise<void> {
    const server = this.#server;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head, services));
    // This port speaks nothing but the link.
    server.on('request', (_request, response) => response.writeHead(404, { connection: 'close' }).end());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, () => resolve());
    });
    server.on('error', (error) => this.#deps.onFault(error));
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Laptops connected to this node. */
  get connected(): number {
    return this.#connections.size;
  }

  async isConnected(device: string): Promise<boolean> {
    return this.#connections.has(device);
  }

  connectedHere(): string[] {
    return [...this.#connections.keys()];
  }

  async request<M extends ControlRequestMethod>(
    device: string,
    method: M,
    params: ControlRequestParams<M>,
  ): Promise<Answer<ControlRequestResult<M>>> {
    const connection = this.#connections.get(device);
    if (connection === undefined) return { ok: false, refusal: { reason: 'not-connected' } };
    return connection.channel.request(method, params, requestTimeouts[method]);
  }

  async notify<M extends ControlNotificationMethod>(
    device: string,
    method: M,
    params: ControlNotificationParams<M>,
  ): Promise<void> {
    this.#connections.get(device)?.channel.notify(method, params);
  }

  /** Stops listening, tells every laptop, and waits until all is given back. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#greeting) refuseSocket(socket, 'shutting-down');
    const connections = [...this.#connections.values()];
    for (const connection of connections) connection.close('shutting-down');
    await Promise.all(connections.map(({ ended }) => ended));
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, services: LinkServices): void {
    if (this.#closed || request.url !== '/' || !(socket instanceof TLSSocket)) {
      socket.destroy();
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void this.#greet(webSocket, socket, services).catch((error: unknown) => {
        this.#deps.onFault(error);
        webSocket.terminate();
      });
    });
  }

  async #greet(socket: WebSocket, tls: TLSSocket, services: LinkServices): Promise<void> {
    // Protocol violations close the socket; the library has nothing more to say.
    socket.on('error', () => undefined);
    this.#greeting.add(socket);
    socket.once('close', () => this.#greeting.delete(socket));
    const outcome = await receiveHello(socket, this.#deps.limits?.helloTimeout);
    if ('gone' in outcome) return;
    if ('close' in outcome) {
      refuseSocket(socket, outcome.close);
      return;
    }
    // SECURITY: a peer that speaks before it is welcomed does not keep to the contract (S23).
    const early = (): void => refuseSocket(socket, 'malformed');
    socket.on('message', early);
    const device = await identifyDevice(this.#deps.db, tls, this.#deps.clock.now());
    if (device === undefined) {
      refuseSocket(socket, 'unknown-device');
      return;
    }
    await this.#inTurn(device.id, async () => {
      // What a laptop said on a connection it has given up since is older than what it said on the next.
      if (!isOpen(socket)) return;
      await this.#replace(device.id);
      await services.sequences.compare(device, outcome.hello);
      await services.activations.greeted(device, outcome.hello);
      socket.off('message', early);
      if (this.#closed) {
        refuseSocket(socket, 'shutting-down');
        return;
      }
      if (!isOpen(socket)) return;
      this.#greeting.delete(socket);
      this.#admit(DeviceConnection.open(this.#connectionDeps(services), device, socket, outcome.hello), services);
    });
    await this.#announceTrust(device, outcome.hello, services);
  }

  async #replace(device: string): Promise<void> {
    const older = this.#connections.get(device);
    older?.close('newer-connection');
    await older?.ended;
  }

  #admit(connection: DeviceConnection, services: LinkServices): void {
    const { id } = connection.device;
    this.#connections.set(id, connection);
    void connection.ended.then(() => {
      if (this.#connections.get(id) === connection) this.#connections.delete(id);
    });
    services.connected(id);
  }

  /** Tells a laptop that has just connected to fetch, unless it has all it should; what hospitals' rosters it has it does not say. */
  async #announceTrust(device: LinkedDevice, hello: Hello, { trust }: LinkServices): Promise<void> {
    const { manifest } = await trust.manifest();
    const rosters = await trust.rostersFor(device);
    const isCurrent = rosters.every(({ site, version }) => site === device.site && version <= hello.rosterVersion);
    if (hello.manifestVersion >= manifest.version && isCurrent) return;
    await this.notify(device.id, 'trust.published', {});
  }

  async #inTurn(device: string, act: () => Promise<void>): Promise<void> {
    const turn = (this.#arrivals.get(device) ?? Promise.resolve()).then(act);
    const settled = turn.catch(() => undefined);
    this.#arrivals.set(device, settled);
    try {
      await turn;
    } finally {
      if (this.#arrivals.get(device) === settled) this.#arrivals.delete(device);
    }
  }

  #connectionDeps(services: LinkServices): ConnectionDeps {
    const { db, clock, limits } = this.#deps;
    const onFault = (error: unknown): void => this.#deps.onFault(error);
    const own = { db, clock, services, presence: this.#presence, onFault };
    return limits ? { ...own, limits } : own;
  }
}

function webSocketOptions(): ConstructorParameters<typeof WebSocketServer>[0] {
  // SECURITY: bounds before parsing: no compression, few fragments, small frames (S23).
  const bounds = { maxPayload, maxFragments: 16, maxBufferedChunks: 1024, perMessageDeflate: false };
  return { noServer: true, clientTracking: false, ...bounds };
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === socket.OPEN;
}

function refuseSocket(socket: WebSocket, reason: CloseReason): void {
  socket.close(closeCodes[reason], reason);
  setTimeout(() => socket.terminate(), 2000).unref();
}
