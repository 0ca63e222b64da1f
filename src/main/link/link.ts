import type { Hello, LinkState, Refusal, Welcome } from '@sallyport/protocol';
import {
  closeCodes,
  controlNotifications,
  controlRequests,
  decodeFrame,
  deviceRequests,
  frame,
  hello,
  protocolVersion,
  welcome,
} from '@sallyport/protocol';
import type {
  ControlNotificationMethod,
  ControlNotificationParams,
  ControlRequestMethod,
  ControlRequestParams,
  ControlRequestResult,
  DeviceRequestMethod,
  DeviceRequestParams,
  DeviceRequestResult,
  Frame,
} from '@sallyport/protocol';
import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Answer, Log } from '../ports.ts';
import { PendingRequests } from './pending-requests.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** A handler's answer to a request of control's, and what to do once it has been sent. */
export type Handled<T> = Answer<T> & { readonly afterwards?: () => void };

/** How control's requests are answered. Each must be allowed by the state before it is done. */
export type ControlRequestHandlers = {
  readonly [M in ControlRequestMethod]: (params: ControlRequestParams<M>) => Promise<Handled<ControlRequestResult<M>>>;
};

/** What {@link Link} needs. */
export interface LinkOptions {
  /** Looked at before every attempt to connect; false: the link stops, as by `stop`. */
  readonly mayConnect: () => boolean;
  /** Opens a socket with the identity as it is then; `openSocket`, or a test's. */
  readonly open: () => WebSocket;
  readonly hello: () => Omit<Hello, 'kind' | 'versions'>;
  /** The device control must know this one as. */
  readonly device: string;
  readonly handlers: ControlRequestHandlers;
  readonly onNotification: <M extends ControlNotificationMethod>(
    method: M,
    params: ControlNotificationParams<M>,
  ) => void;
  /** Called after the handshake. */
  readonly onConnected: (welcome: Welcome) => void;
  readonly onState: (state: LinkState) => void;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly log: Log;
}

const requestTimeout = 15_000;
const helloTimeout = 10_000;
const pingEvery = 10_000;
/** Without a sign of life for this long the connection counts as lost, ms. */
const silenceLimit = 25_000;
/** How long a sent answer may take to leave before what follows it is done anyway, ms. */
const sendPatience = 1000;
/** Most requests of control's that may be under way at once. */
const controlRequestLimit = 16;

/** Close codes that mean that control does not want this device, not that it cannot be reached. */
const refusing: readonly number[] = [
  closeCodes['unknown-device'],
  closeCodes['not-allowed'],
  closeCodes['unsupported-version'],
];

type Connection =
  | { readonly state: 'stopped' }
  | { readonly state: 'waiting'; readonly timer: Timer }
  | { readonly state: 'opening'; readonly socket: WebSocket; readonly timer: Timer }
  | { readonly state: 'connected'; readonly socket: WebSocket; readonly timer: Timer };

/** The one socket between a laptop and control. Reconnects until stopped; never holds two sockets. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending: PendingRequests;
  #connection: Connection = { state: 'stopped' };
  #failures = 0;
  #lastHeard = 0;
  #underWay = 0;
  #linkState: LinkState = 'connecting';

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#pending = new PendingRequests(options.clock);
  }

  /** Whether control is reached. */
  get state(): LinkState {
    return this.#linkState;
  }

  /** Starts connecting; does nothing when it has been started. */
  start(): void {
    if (this.#connection.state === 'stopped') this.#connect();
  }

  /** Closes the socket and stops connecting; does nothing when called again. */
  stop(): void {
    const connection = this.#connection;
    this.#connection = { state: 'stopped' };
    if (connection.state === 'stopped') return;
    connection.timer.cancel();
    if (connection.state !== 'waiting') connection.socket.terminate();
    this.#pending.refuseAll({ reason: 'not-connected' });
    this.#setState('unreachable');
  }

  /** Asks control; the answer has been checked against the contract. Refusals are values. */
  async request<M extends DeviceRequestMethod>(
    method: M,
    params: DeviceRequestParams<M>,
  ): Promise<Answer<DeviceRequestResult<M>>> {
    const connection = this.#connection;
    if (connection.state !== 'connected') return refused({ reason: 'not-connected' });
    const send = (id: number): void => this.#send(connection.socket, { kind: 'request', id, method, params });
    const answer = await this.#pending.ask(send, requestTimeout);
    if (!answer.ok) return answer;
    const parsed = deviceRequests[method].result.safeParse(answer.value);
    if (!parsed.success) this.#options.log.warn({ method }, 'control answered against the contract');
    return parsed.success
      ? { ok: true, value: parsed.data as DeviceRequestResult<M> }
      : refused({ reason: 'malformed' });
  }

  /** Tells control the state; lost without a trace when it cannot be reached, the next handshake tells it. */
  notifyState(params: Pick<Hello, 'state'> & { room: string | null }): void {
    const connection = this.#connection;
    if (connection.state !== 'connected') return;
    this.#send(connection.socket, { kind: 'notification', method: 'state', params });
  }

  #connect(): void {
    if (!this.#options.mayConnect()) {
      this.stop();
      return;
    }
    this.#setState(this.#linkState === 'refused' ? 'refused' : 'connecting');
    const socket = this.#options.open();
    const timer = this.#options.clock.setTimer(helloTimeout, () => socket.terminate());
    this.#connection = { state: 'opening', socket, timer };
    socket.on('open', () => this.#send(socket, this.#hello()));
    socket.on('message', (data, isBinary) => this.#receive(socket, isBinary ? undefined : asText(data)));
    socket.on('pong', () => (this.#lastHeard = this.#options.clock.monotonic()));
    socket.on('error', (error) => this.#options.log.info({ code: codeOf(error) }, 'link error'));
    socket.once('close', (code) => this.#closed(socket, code));
  }

  #hello(): Hello {
    return hello.parse({ kind: 'hello', versions: [protocolVersion], ...this.#options.hello() });
  }

  #closed(socket: WebSocket, code: number): void {
    const connection = this.#connection;
    if (connection.state === 'stopped' || connection.state === 'waiting' || connection.socket !== socket) return;
    connection.timer.cancel();
    this.#failures = connection.state === 'connected' ? 1 : this.#failures + 1;
    const delay = this.#options.retry.delay(this.#failures);
    this.#connection = { state: 'waiting', timer: this.#options.clock.setTimer(delay, () => this.#connect()) };
    this.#pending.refuseAll({ reason: 'not-connected' });
    this.#options.log.info({ code, delay }, 'link closed');
    this.#setState(refusing.includes(code) ? 'refused' : 'unreachable');
  }

  #receive(socket: WebSocket, text: string | undefined): void {
    const connection = this.#connection;
    if (connection.state === 'stopped' || connection.state === 'waiting' || connection.socket !== socket) return;
    this.#lastHeard = this.#options.clock.monotonic();
    if (connection.state === 'opening') this.#welcomed(socket, connection.timer, text);
    else this.#take(socket, text === undefined ? undefined : decodeFrame(text, frame));
  }

  #welcomed(socket: WebSocket, timer: Timer, text: string | undefined): void {
    const greeting = text === undefined ? undefined : decodeFrame(text, welcome);
    // SECURITY: whoever answers must know this laptop as the one it is (S14).
    if (greeting?.device.id !== this.#options.device) {
      socket.close(closeCodes.malformed);
      return;
    }
    timer.cancel();
    this.#failures = 0;
    this.#connection = { state: 'connected', socket, timer: this.#watch(socket) };
    this.#setState('connected');
    this.#options.onConnected(greeting);
  }

  #watch(socket: WebSocket): Timer {
    const { clock } = this.#options;
    return clock.setTimer(pingEvery, () => {
      if (this.#connection.state !== 'connected' || this.#connection.socket !== socket) return;
      if (clock.monotonic() - this.#lastHeard > silenceLimit) {
        socket.terminate();
        return;
      }
      socket.ping();
      this.#connection = { state: 'connected', socket, timer: this.#watch(socket) };
    });
  }

  #take(socket: WebSocket, taken: Frame | undefined): void {
    switch (taken?.kind) {
      case undefined:
        this.#options.log.warn({}, 'control sent a malformed frame');
        socket.close(closeCodes.malformed);
        return;
      case 'request':
        void this.#answer(socket, taken.id, taken.method, taken.params);
        return;
      case 'response':
        this.#pending.settle(taken.id, taken.ok ? { ok: true, value: taken.result } : refused(taken.refusal));
        return;
      case 'notification':
        this.#notified(taken.method, taken.params);
        return;
      default:
        return taken satisfies never;
    }
  }

  #notified(method: string, params: unknown): void {
    if (!isOwn(controlNotifications, method)) return;
    const parsed = controlNotifications[method].safeParse(params);
    if (parsed.success) this.#options.onNotification(method, parsed.data);
    else this.#options.log.warn({ method }, 'control notified against the contract');
  }

  async #answer(socket: WebSocket, id: number, method: string, params: unknown): Promise<void> {
    const handled = await this.#handle(method, params);
    const proceed = once(handled.afterwards);
    this.#options.clock.setTimer(sendPatience, proceed);
    const response = handled.ok
      ? { kind: 'response', id, ok: true, result: handled.value }
      : { kind: 'response', id, ok: false, refusal: handled.refusal };
    // What follows an answer, such as a wipe, is done whether or not the answer could be sent.
    this.#send(socket, response as Frame, proceed);
  }

  async #handle(method: string, params: unknown): Promise<Handled<unknown>> {
    if (!isOwn(controlRequests, method)) return refused({ reason: 'unknown-method' });
    if (this.#underWay >= controlRequestLimit) return refused({ reason: 'too-many', retryAfter: 1 });
    const parsed = controlRequests[method].params.safeParse(params);
    if (!parsed.success) return refused({ reason: 'malformed' });
    this.#underWay += 1;
    try {
      const handle = this.#options.handlers[method] as (params: unknown) => Promise<Handled<unknown>>;
      return await handle(parsed.data);
    } catch (error) {
      this.#options.log.error({ method, fault: error instanceof Error ? error.name : 'unknown' }, 'request failed');
      return refused({ reason: 'failed' });
    } finally {
      this.#underWay -= 1;
    }
  }

  #send(socket: WebSocket, message: Frame | Hello, sent: () => void = () => undefined): void {
    socket.send(JSON.stringify(message), () => sent());
  }

  #setState(state: LinkState): void {
    if (state === this.#linkState) return;
    this.#linkState = state;
    this.#options.log.info({ state }, 'link');
    this.#options.onState(state);
  }
}

function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}

function isOwn<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

function asText(data: WebSocket.RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString('utf8') : Buffer.from(data as Buffer).toString('utf8');
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function once(action: (() => void) | undefined): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action?.();
  };
}
