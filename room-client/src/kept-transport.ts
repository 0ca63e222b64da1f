import type { Device, types } from 'mediasoup-client';
import { resultOf, type Ask } from './signalling.ts';

/** First and longest wait before a failed transport is made anew, milliseconds; doubles between. */
const renewal = { first: 500, longest: 8000 };

interface Options {
  direction: 'send' | 'receive';
  device: Device;
  ask: Ask;
  /** A transport was made, for the first time or anew. */
  onMade?: (transport: types.Transport) => void;
  /** The transport's state changed, or it was replaced. */
  onState: () => void;
  /** A new transport stands in place of one that failed, and carries nothing yet. */
  onRenewed: () => void;
}

/** One direction's transport, made anew whenever it fails, for as long as the room lasts. */
export class KeptTransport {
  readonly #options: Options;
  #transport: types.Transport | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failing = false;
  #wanted = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The transport, while there is one. */
  get current(): types.Transport | undefined {
    return this.#transport;
  }

  get state(): types.ConnectionState {
    return this.#failing ? 'failed' : (this.#transport?.connectionState ?? 'new');
  }

  /** Makes the transport unless it is made, or being made, already; tries until it is, or until it is closed. */
  keepOpen(): void {
    if (this.#wanted || this.#closed) return;
    this.open().then(
      () => {
        this.#renewed();
      },
      () => {
        this.#renewAfter(renewal.first);
      },
    );
  }

  /** Makes the transport. @throws RefusedError when the room refuses it */
  async open(): Promise<void> {
    this.#wanted = true;
    const { direction, device, ask, onMade } = this.#options;
    const described = resultOf(await ask('room.createTransport', { direction }));
    if (this.#closed) return;
    // SECURITY: no STUN or TURN server is ever asked: media goes to the SFU that control names, nowhere else (S2).
    const options = { ...described, iceServers: [] };
    const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
    this.#attach(transport);
    onMade?.(transport);
    this.#transport = transport;
  }

  /** Idempotent; closes all that the transport carries. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#transport?.close();
    this.#transport = undefined;
  }

  #attach(transport: types.Transport): void {
    const { ask, onState } = this.#options;
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      ask('room.connectTransport', { transport: transport.id, dtlsParameters }).then(resultOf).then(done, fail);
    });
    transport.on('connectionstatechange', (state) => {
      if (this.#transport !== transport) return;
      if (state === 'failed') this.#fail(transport);
      onState();
    });
  }

  #fail(transport: types.Transport): void {
    this.#failing = true;
    this.#transport = undefined;
    transport.close();
    this.#renewAfter(renewal.first);
  }

  #renewAfter(delay: number): void {
    if (this.#closed) return;
    const again = (): void => {
      this.#renewAfter(Math.min(delay * 2, renewal.longest));
    };
    this.#timer = setTimeout(() => {
      this.open().then(() => {
        this.#renewed();
      }, again);
    }, delay);
  }

  #renewed(): void {
    if (this.#closed) return;
    this.#failing = false;
    this.#options.onState();
    this.#options.onRenewed();
  }
}
