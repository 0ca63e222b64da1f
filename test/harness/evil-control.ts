// Control in an attacker's hands: the real port, the real certificate authority, and anything it pleases.
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { Refusal } from '@sallyport/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { until } from './errands.ts';

/** A laptop's answer to what it was asked. */
export type LaptopAnswer = { ok: true; result: unknown } | { ok: false; refusal: Refusal };

type Message = Record<string, unknown>;

/** Answers a request of the laptop's; undefined leaves it unanswered. */
export type Answering = (params: unknown) => unknown;

/** What the attacker's server is started with. */
export interface EvilOptions {
  /** The port at which laptops look for control. */
  port: number;
  /** Its certificate chain and key, PEM. */
  identity: { chain: string; key: string };
  /** The authority of laptops' certificates, PEM. */
  laptopAuthority: string;
  /** Whom it takes every laptop for. */
  device: { id: string; name: string; site: string };
}

/** One connection of the laptop to the attacker. */
export class EvilConnection {
  readonly hello: Message;
  /** The close code, once it is closed. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: LaptopAnswer) => void>();
  #lastId = 0;

  constructor(socket: WebSocket, hello: Message, answers: ReadonlyMap<string, Answering>) {
    this.#socket = socket;
    this.hello = hello;
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString('utf8')) as Message, answers));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Asks the laptop, and waits for its answer. @throws when the connection ends first */
  async ask(method: string, params: unknown): Promise<LaptopAnswer> {
    const id = (this.#lastId += 1);
    const answered = new Promise<LaptopAnswer>((resolve) => this.#waiting.set(id, resolve));
    this.send({ kind: 'request', id, method, params });
    const gone = this.closed.then((code): never => {
      throw new Error(`closed with ${code} instead of an answer to ${method}`);
    });
    return Promise.race([answered, gone]);
  }

  /** Tells the laptop. */
  tell(method: string, params: unknown): void {
    this.send({ kind: 'notification', method, params });
  }

  /** Sends anything: a value as JSON, text and bytes as they are. */
  send(message: unknown): void {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
    this.#socket.send(isRaw ? message : JSON.stringify(message));
  }

  /** Sends one message in many pieces. */
  sendFragments(pieces: number): void {
    for (let piece = 1; piece <= pieces; piece += 1) this.#socket.send(' ', { fin: piece === pieces });
  }

  end(): void {
    this.#socket.terminate();
  }

  #take(message: Message, answers: ReadonlyMap<string, Answering>): void {
    const id = Number(message['id']);
    if (message['kind'] === 'response') {
      this.#waiting.get(id)?.(message as unknown as LaptopAnswer);
      this.#waiting.delete(id);
    }
    if (message['kind'] !== 'request') return;
    const result = answers.get(String(message['method']))?.(message['params']);
    if (result !== undefined) this.send({ kind: 'response', id, ok: true, result });
  }
}

/** The attacker's server. */
export class EvilControl {
  /** How it answers the laptop's requests, by method; the others get no answer. */
  readonly answers = new Map<string, Answering>();
  /** What it says instead of a proper welcome. */
  greeting: Message | undefined;
  /** Why TLS came to nothing, one word an attempt. */
  readonly failedHandshakes: string[] = [];
  readonly #server: Server;
  readonly #device: EvilOptions['device'];
  #connections: EvilConnection[] = [];

  private constructor(server: Server, device: EvilOptions['device']) {
    this.#server = server;
    this.#device = device;
  }

  /** Listens where control did. @throws when the port is taken */
  static async start({ port, identity, laptopAuthority, device }: EvilOptions): Promise<EvilControl> {
    const { key, chain: cert } = identity;
    const tls = { key, cert, ca: laptopAuthority, requestCert: true, rejectUnauthorized: true } as const;
    const server = createServer({ ...tls, minVersion: 'TLSv1.3' });
    const evil = new EvilControl(server, device);
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on('connection', (socket) => void evil.#greet(socket));
    server.on('tlsClientError', (error: Error & { code?: string }) => {
      evil.failedHandshakes.push(error.code ?? error.message);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return evil;
  }

  /** How many times a laptop has got as far as a channel. */
  get arrivals(): number {
    return this.#connections.length;
  }

  /** The connection that came last. */
  get latest(): EvilConnection | undefined {
    return this.#connections.at(-1);
  }

  /** The laptop's live connection, waiting until there is one. */
  connection(): Promise<EvilConnection> {
    return until('the laptop connects', async () => this.#connections.findLast((connection) => connection.isOpen));
  }

  /** Ends every connection and stops listening. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.end();
    this.#connections = [];
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #greet(socket: WebSocket): Promise<void> {
    socket.on('error', () => undefined);
    const [data] = (await once(socket, 'message')) as [Buffer];
    const connection = new EvilConnection(socket, JSON.parse(data.toString('utf8')) as Message, this.answers);
    const welcome = { kind: 'welcome', version: 1, device: this.#device, time: Date.now() };
    connection.send(this.greeting ?? welcome);
    this.#connections.push(connection);
  }
}
