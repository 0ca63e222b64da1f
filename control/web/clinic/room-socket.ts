import { decodeFrame, frame, roomNotifications, roomRequests, roomSocketPath } from '@sallyport/protocol';
import type {
  Frame,
  Outcome,
  RoomNotification,
  RoomNotificationMethod,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';

/** The consultant's socket to control, believed as far as the contract goes; who is in the room is judged behind it. */
export interface RoomSocket {
  /** Asks; the result has been parsed with `roomRequests`. */
  request<M extends RoomRequestMethod>(method: M, params: RoomRequestParams<M>): Promise<Outcome<RoomRequestResult<M>>>;
  /** Hears every notification, parsed with `roomNotifications`. @returns stops hearing */
  onNotification(listener: (notification: RoomNotification) => void): () => void;
  close(): void;
}

/** What is needed of a WebSocket; the browser's own, or a test's. */
export interface PlainSocket {
  send(text: string): void;
  close(code?: number): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
}

export interface RoomSocketOptions {
  connect: () => PlainSocket;
  /** Called once when an open socket is gone, unless it was closed here; `code` as RFC 6455, 7.4. */
  onLost: (code: number) => void;
  /** How long opening, and each request, waits for its answer, milliseconds; 10,000 unless stated. */
  timeout?: number;
}

/** Opens the browser's socket to this page's own origin. @param path the consultants', unless stated */
export function connectToRooms(path: string = roomSocketPath): PlainSocket {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol === 'http:' ? 'ws:' : 'wss:';
  return new WebSocket(address);
}

/** Opens the socket and speaks the contract's frames over it. @returns `not-connected` when it cannot be opened */
export function openRoomSocket(options: RoomSocketOptions): Promise<Outcome<RoomSocket>> {
  return new Promise((resolve) => {
    const plain = options.connect();
    const socket = new FramedSocket(plain, options);
    const timer = setTimeout(() => {
      socket.close();
      resolve(notConnected);
    }, options.timeout ?? defaultTimeout);
    plain.addEventListener('open', () => {
      clearTimeout(timer);
      resolve({ ok: true, value: socket });
    });
    plain.addEventListener('close', () => {
      clearTimeout(timer);
      resolve(notConnected);
    });
  });
}

const defaultTimeout = 10_000;
const notConnected = { ok: false, refusal: { reason: 'not-connected' } } as const;
const timedOut = { ok: false, refusal: { reason: 'timed-out' } } as const;
const failed = { ok: false, refusal: { reason: 'failed' } } as const;

interface Pending {
  settle: (outcome: Outcome<unknown>) => void;
  timer: ReturnType<typeof setTimeout>;
}

class FramedSocket implements RoomSocket {
  readonly #plain: PlainSocket;
  readonly #options: RoomSocketOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(notification: RoomNotification) => void>();
  #last = 0;
  #state: 'opening' | 'open' | 'gone' = 'opening';

  constructor(plain: PlainSocket, options: RoomSocketOptions) {
    this.#plain = plain;
    this.#options = options;
    plain.addEventListener('open', () => {
      if (this.#state === 'opening') this.#state = 'open';
    });
    plain.addEventListener('message', (event) => {
      this.#received(event.data);
    });
    plain.addEventListener('close', (event) => {
      const wasOpen = this.#state === 'open';
      this.#end();
      if (wasOpen) this.#options.onLost(event.code);
    });
  }

  async request<M extends RoomRequestMethod>(
    method: M,
    params: RoomRequestParams<M>,
  ): Promise<Outcome<RoomRequestResult<M>>> {
    if (this.#state !== 'open') return notConnected;
    this.#last += 1;
    const id = this.#last;
    const answer = this.#answerTo(id);
    this.#plain.send(JSON.stringify({ kind: 'request', id, method, params } satisfies Frame));
    const outcome = await answer;
    if (!outcome.ok) return outcome;
    // SECURITY: what control answers is unknown until the contract has read it (P1.1, S23).
    const read = roomRequests[method].result.safeParse(outcome.value);
    return read.success ? { ok: true, value: read.data as RoomRequestResult<M> } : failed;
  }

  onNotification(listener: (notification: RoomNotification) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    this.#end();
    this.#plain.close(1000);
  }

  #answerTo(id: number): Promise<Outcome<unknown>> {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        settle(timedOut);
      }, this.#options.timeout ?? defaultTimeout);
      this.#pending.set(id, { settle, timer });
    });
  }

  #received(data: unknown): void {
    const read = typeof data === 'string' ? decodeFrame(data, frame) : undefined;
    if (read?.kind === 'response') this.#answered(read);
    if (read?.kind === 'notification') this.#notified(read.method, read.params);
  }

  #answered(response: Extract<Frame, { kind: 'response' }>): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    this.#pending.delete(response.id);
    clearTimeout(pending.timer);
    pending.settle(response.ok ? { ok: true, value: response.result } : { ok: false, refusal: response.refusal });
  }

  #notified(method: string, params: unknown): void {
    if (!isNotification(method)) return;
    const read = roomNotifications[method].safeParse(params);
    if (!read.success) return;
    const notification = { method, params: read.data } as RoomNotification;
    for (const listener of [...this.#listeners]) listener(notification);
  }

  #end(): void {
    this.#state = 'gone';
    for (const { settle, timer } of this.#pending.values()) {
      clearTimeout(timer);
      settle(notConnected);
    }
    this.#pending.clear();
  }
}

function isNotification(method: string): method is RoomNotificationMethod {
  return Object.hasOwn(roomNotifications, method);
}
