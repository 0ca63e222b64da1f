import { performance } from 'node:perf_hooks';
import { closeCodes, decodeFrame, frame, maxFrameCharacters } from '@sallyport/protocol';
import type { CloseReason, Frame, Refusal } from '@sallyport/protocol';
import type { RawData, WebSocket } from 'ws';
import type * as z from 'zod';
import type { Answer } from '../ports.ts';
import { PendingRequests } from './pending-requests.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Rate } from './token-bucket.ts';

export type RequestSchemas = Readonly<Record<string, { params: z.ZodType; result: z.ZodType }>>;
export type NotificationSchemas = Readonly<Record<string, z.ZodType>>;

/** One request with its method, as a union over a contract's methods. */
export type RequestOf<S extends RequestSchemas> = {
  [M in keyof S & string]: { method: M; params: z.output<S[M]['params']> };
}[keyof S & string];

/** One notification with its method, as a union over a contract's methods. */
export type NotificationOf<S extends NotificationSchemas> = {
  [M in keyof S & string]: { method: M; params: z.output<S[M]> };
}[keyof S & string];

export interface ChannelLimits {
  /** Frames the peer may send. Above it the connection is closed with `too-many`. */
  frames: Rate;
  /** Requests of the peer that may be in work at once; more are refused with `too-many`. */
  peerRequests: number;
  /** Requests to the peer that may wait for an answer at once. */
  ownRequests: number;
  /** Bytes that may wait to be sent; above it the peer reads too slowly and is closed with `too-many`. */
  bufferedBytes: number;
  /** How long a request to the peer waits for its answer unless it says otherwise, ms. */
  requestTimeout: number;
  /** A ping goes out this often, and a peer silent from one ping to the next is gone, ms. */
  heartbeat: number;
}

/** What a well-behaved laptop or consultant's browser stays far below. */
export const defaultLimits: ChannelLimits = {
  frames: { burst: 200, perSecond: 50 },
  peerRequests: 32,
  ownRequests: 64,
  bufferedBytes: 4 * 1024 * 1024,
  requestTimeout: 10_000,
  heartbeat: 15_000,
};

export interface ChannelOptions<
  Serves extends RequestSchemas,
  Asks extends RequestSchemas,
  Hears extends NotificationSchemas,
  Tells extends NotificationSchemas,
> {
  /** An open socket whose handshake is over; the channel owns it from here on. */
  socket: WebSocket;
  /** What the peer may ask of us, what we may ask of it, what it may tell us, what we may tell it. */
  contract: { serves: Serves; asks: Asks; hears: Hears; tells: Tells };
  /** Answers one parsed request. The result is checked against the contract before it travels. */
  onRequest(request: RequestOf<Serves>): Promise<Answer<unknown>>;
  onNotification(notification: NotificationOf<Hears>): void;
  /** Called once, when the connection is gone or closed by either side. */
  onClose(): void;
  /** A fault of this side: a handler threw, or its result breaks the contract. */
  onFault(error: unknown): void;
  limits?: Partial<ChannelLimits>;
}

/** A request/response/notification multiplexer over one WebSocket: a laptop's link, a consultant's room socket. */
export interface Channel<Asks extends RequestSchemas, Tells extends NotificationSchemas> {
  /**
   * Asks the peer.
   * @param timeout milliseconds to wait for the answer
   * @returns its answer, parsed; or `not-connected`, `timed-out`, `too-many`, `too-large`, `failed`. Never throws.
   */
  request<M extends keyof Asks & string>(
    method: M,
    params: z.output<Asks[M]['params']>,
    timeout?: number,
  ): Promise<Answer<z.output<Asks[M]['result']>>>;
  /** Tells the peer; dropped when the connection is gone. @throws when the params break the contract */
  notify<M extends keyof Tells & string>(method: M, params: z.output<Tells[M]>): void;
  /** The same with the notification as one value. */
  tell(notification: NotificationOf<Tells>): void;
  /** Closes with one of the contract's codes. Idempotent. */
  close(reason: CloseReason): void;
}

/**
 * Puts a multiplexer on an open socket.
 * Everything the peer sends is untrusted: one malformed frame closes the connection (`malformed`), an unknown method
 * or malformed params are refused, rates and queues are bounded.
 * @returns the channel; it lives until the socket closes
 */
export function createChannel<
  Serves extends RequestSchemas,
  Asks extends RequestSchemas,
  Hears extends NotificationSchemas,
  Tells extends NotificationSchemas,
>(options: ChannelOptions<Serves, Asks, Hears, Tells>): Channel<Asks, Tells> {
  return new SocketChannel(options);
}

/** A peer that does not finish the closing handshake within this is cut, ms. */
const closeGrace = 2000;

class SocketChannel<
  Serves extends RequestSchemas,
  Asks extends RequestSchemas,
  Hears extends NotificationSchemas,
  Tells extends NotificationSchemas,
> implements Channel<Asks, Tells> {
  readonly #options: ChannelOptions<Serves, Asks, Hears, Tells>;
  readonly #limits: ChannelLimits;
  readonly #pending: PendingRequests;
  readonly #bucket: TokenBucket;
  readonly #heartbeat: NodeJS.Timeout;
  #serving = 0;
  #heard = true;
  #closed = false;

  constructor(options: ChannelOptions<Serves, Asks, Hears, Tells>) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#pending = new PendingRequests(this.#limits.ownRequests);
    this.#bucket = new TokenBucket(this.#limits.frames, () => performance.now());
    const { socket } = options;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#heard = true));
    // The WebSocket library reports protocol violations here and then closes; there is nothing to add.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
    this.#heartbeat = setInterval(() => this.#beat(), this.#limits.heartbeat);
    if (socket.readyState !== socket.OPEN) queueMicrotask(() => this.#end());
  }

  async request<M extends keyof Asks & string>(
    method: M,
    params: z.output<Asks[M]['params']>,
    timeout = this.#limits.requestTimeout,
  ): Promise<Answer<z.output<Asks[M]['result']>>> {
    if (this.#closed) return refused('not-connected');
    const schema = this.#options.contract.asks[method];
    if (schema?.params.safeParse(params).success !== true) return this.#faulty(`malformed params of ${method}`);
    const waiting = this.#pending.open(timeout);
    if (waiting === undefined) return refused('too-many');
    if (!this.#send({ kind: 'request', id: waiting.id, method, params })) {
      this.#pending.settle(waiting.id, refused('too-large'));
    }
    const answer = await waiting.answer;
    if (!answer.ok) return answer;
    const parsed = schema.result.safeParse(answer.result);
    // SECURITY: an answer is input like any other: the contract's schema or nothing (S23).
    if (parsed.success) return { ok: true, result: parsed.data as z.output<Asks[M]['result']> };
    this.close('malformed');
    return refused('failed');
  }

  notify<M extends keyof Tells & string>(method: M, params: z.output<Tells[M]>): void {
    this.#tell(method, params);
  }

  tell({ method, params }: NotificationOf<Tells>): void {
    this.#tell(method, params);
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    const { socket } = this.#options;
    socket.close(closeCodes[reason], reason);
    setTimeout(() => socket.terminate(), closeGrace).unref();
    this.#end();
  }

  #tell(method: string, params: unknown): void {
    if (this.#closed) return;
    const parsed = this.#options.contract.tells[method]?.parse(params);
    this.#send({ kind: 'notification', method, params: parsed });
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#pending.settleAll(refused('not-connected'));
    this.#options.onClose();
  }

  #beat(): void {
    // SECURITY: half-open connections end within two beats, so that "connected" means it (S23).
    if (!this.#heard) {
      this.#options.socket.terminate();
      return;
    }
    this.#heard = false;
    this.#options.socket.ping();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closed) return;
    this.#heard = true;
    // SECURITY: limits first, then the schema, then the meaning (S23).
    if (!this.#bucket.take()) {
      this.close('too-many');
      return;
    }
    const received = isBinary ? undefined : decodeFrame(textOf(data), frame);
    if (received === undefined) {
      this.close('malformed');
      return;
    }
    switch (received.kind) {
      case 'request':
        void this.#serve(received);
        return;
      case 'response': {
        this.#settle(received);
        return;
      }
      case 'notification': {
        this.#hear(received);
        return;
      }
      default:
        return received satisfies never;
    }
  }

  #settle(response: Extract<Frame, { kind: 'response' }>): void {
    if (response.id > this.#pending.lastId) {
      this.close('malformed');
      return;
    }
    const { id } = response;
    this.#pending.settle(id, response.ok ? { ok: true, result: response.result } : refusedWith(response.refusal));
  }

  #hear(notification: Extract<Frame, { kind: 'notification' }>): void {
    const { hears } = this.#options.contract;
    const { method } = notification;
    const parsed = Object.hasOwn(hears, method) ? hears[method]?.safeParse(notification.params) : undefined;
    if (parsed?.success !== true) {
      this.close('malformed');
      return;
    }
    try {
      this.#options.onNotification({ method, params: parsed.data } as NotificationOf<Hears>);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  async #serve(request: Extract<Frame, { kind: 'request' }>): Promise<void> {
    const { id } = request;
    if (this.#serving >= this.#limits.peerRequests) {
      this.#respond(id, refused('too-many'));
      return;
    }
    this.#serving += 1;
    const answer = await this.#answer(request);
    this.#serving -= 1;
    this.#respond(id, answer);
  }

  async #answer(request: Extract<Frame, { kind: 'request' }>): Promise<Answer<unknown>> {
    const { serves } = this.#options.contract;
    const { method } = request;
    // SECURITY: unknown is denied; inherited property names are no methods (S23).
    const schema = Object.hasOwn(serves, method) ? serves[method] : undefined;
    if (schema === undefined) return refused('unknown-method');
    const params = schema.params.safeParse(request.params);
    if (!params.success) return refused('malformed');
    try {
      const answer = await this.#options.onRequest({ method, params: params.data } as RequestOf<Serves>);
      return answer.ok ? { ok: true, result: schema.result.parse(answer.result) } : answer;
    } catch (error) {
      return this.#faulty(error);
    }
  }

  #respond(id: number, answer: Answer<unknown>): void {
    const sent = this.#send(
      answer.ok
        ? { kind: 'response', id, ok: true, result: answer.result }
        : { kind: 'response', id, ok: false, refusal: answer.refusal },
    );
    if (!sent) this.#send({ kind: 'response', id, ok: false, refusal: { reason: 'too-large' } });
  }

  #send(value: Frame): boolean {
    const { socket } = this.#options;
    if (this.#closed || socket.readyState !== socket.OPEN) return true;
    const text = JSON.stringify(value);
    if (text.length > maxFrameCharacters) return false;
    socket.send(text);
    // SECURITY: a peer that does not read cannot make this process hold its backlog (S23).
    if (socket.bufferedAmount > this.#limits.bufferedBytes) this.close('too-many');
    return true;
  }

  #faulty(error: unknown): Answer<never> {
    this.#options.onFault(error instanceof Error ? error : new Error(String(error)));
    return refused('failed');
  }
}

function refused(reason: Refusal['reason']): Answer<never> {
  return refusedWith({ reason });
}

function refusedWith(refusal: Refusal): Answer<never> {
  return { ok: false, refusal };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
