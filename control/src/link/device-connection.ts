import {
  controlNotifications,
  controlRequests,
  deviceNotifications,
  deviceRequests,
  welcome,
} from '@sallyport/protocol';
import type { CloseReason, ControlRequestMethod, Hello, LifecycleName } from '@sallyport/protocol';
import type { WebSocket } from 'ws';
import type { Clock, RoomPeer } from '../ports.ts';
import { createChannel } from '../ws/channel.ts';
import type { Channel, ChannelLimits } from '../ws/channel.ts';
import type { IdentifiedDevice } from './device-identity.ts';
import { DeviceRequests } from './device-requests.ts';
import type { DeviceRequestDeps } from './device-requests.ts';
import type { Presence, ReportedState } from './presence.ts';

/** How often contact is confirmed to a laptop, ms: half of what the contract promises. */
const leaseEvery = 30_000;

/** How long control waits for a laptop's answer, ms. */
export const requestTimeouts: Readonly<Record<ControlRequestMethod, number>> = {
  'pairing.check': 10_000,
  'grant.open': 20_000,
  'order.execute': 30_000,
  'activation.lock': 10_000,
};

/** States in which a laptop has no place in a room. */
const roomless: readonly LifecycleName[] = ['blank', 'inert', 'suspended', 'wiping', 'dead'];

const contract = {
  serves: deviceRequests,
  asks: controlRequests,
  hears: deviceNotifications,
  tells: controlNotifications,
};
type DeviceChannel = Channel<typeof controlRequests, typeof controlNotifications>;

export interface ConnectionDeps extends DeviceRequestDeps {
  clock: Clock;
  presence: Presence;
  onFault(error: unknown): void;
  limits?: Partial<ChannelLimits>;
}

/** One laptop's connection, from its accepted hello to its end. */
export class DeviceConnection {
  readonly device: IdentifiedDevice;
  readonly channel: DeviceChannel;
  /** Settles once the connection is gone and everything it held is given back. */
  readonly ended: Promise<void>;
  readonly #deps: ConnectionDeps;
  readonly #lease: NodeJS.Timeout;
  #latest: ReportedState | undefined;
  #writing: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;

  private constructor(deps: ConnectionDeps, device: IdentifiedDevice, socket: WebSocket) {
    this.#deps = deps;
    this.device = device;
    const gone = new Promise<void>((resolve) => (this.#end = resolve));
    this.ended = gone.then(() => this.#giveBack());
    const requests = new DeviceRequests(deps, device, this.#peer());
    this.channel = createChannel({
      socket,
      contract,
      onRequest: (request) => requests.answer(request),
      onNotification: ({ params }) => this.#report(params),
      onClose: () => this.#end(),
      onFault: (error) => deps.onFault(error),
      ...(deps.limits ? { limits: deps.limits } : {}),
    });
    this.#lease = setInterval(() => this.#renewLease(), leaseEvery);
  }

  /**
   * Welcomes an identified laptop and takes its socket over.
   * @param hello what it said first
   */
  static open(deps: ConnectionDeps, device: IdentifiedDevice, socket: WebSocket, hello: Hello): DeviceConnection {
    const { id, name, site } = device;
    const greeting = { kind: 'welcome', version: 1, device: { id, name, site }, time: deps.clock.now() };
    socket.send(JSON.stringify(welcome.parse(greeting)));
    const connection = new DeviceConnection(deps, device, socket);
    connection.#write(() => deps.presence.connected(id, { state: hello.state, room: null }));
    connection.#renewLease();
    return connection;
  }

  /** Closes it. Idempotent. */
  close(reason: CloseReason): void {
    this.channel.close(reason);
  }

  #peer(): RoomPeer {
    const { id, name } = this.device;
    const notify: RoomPeer['notify'] = (notification) => {
      try {
        this.channel.tell(notification);
      } catch (error) {
        this.#deps.onFault(error);
      }
    };
    return { kind: 'device', id, name, notify };
  }

  #report(reported: ReportedState): void {
    const isFirst = this.#latest === undefined;
    this.#latest = reported;
    if (roomless.includes(reported.state)) this.#dropCheck();
    // Only the newest of what came while an earlier report is being written counts.
    if (isFirst) this.#write(() => this.#writeLatest());
  }

  async #writeLatest(): Promise<void> {
    const reported = this.#latest;
    this.#latest = undefined;
    if (reported === undefined) return;
    await this.#deps.presence.reported(this.device.id, reported);
    await this.#deps.services.activations.reported(this.device, reported.state);
    if (roomless.includes(reported.state)) await this.#leaveRoom('device-locked');
  }

  #renewLease(): void {
    const now = this.#deps.clock.now();
    // SECURITY: a connection does not outlive the certificate that opened it (S14).
    if (now >= this.device.certificateUntil) {
      this.close('unknown-device');
      return;
    }
    this.channel.notify('lease.renewed', { time: now });
    this.#write(() => this.#deps.presence.seen(this.device.id));
  }

  async #giveBack(): Promise<void> {
    clearInterval(this.#lease);
    this.#dropCheck();
    this.#write(() => this.#leaveRoom('connection-lost'));
    this.#write(() => this.#deps.presence.disconnected(this.device.id));
    await this.#writing;
  }

  /** SECURITY: a laptop's check ends with its activation and with its connection, at once (S40). */
  #dropCheck(): void {
    this.#deps.services.checks.drop(this.device.id);
  }

  #leaveRoom(reason: 'connection-lost' | 'device-locked'): Promise<void> {
    return this.#deps.services.rooms.leave({ kind: 'device', id: this.device.id }, reason);
  }

  /** What a connection writes is written in its order. */
  #write(act: () => Promise<void>): void {
    this.#writing = this.#writing.then(act).catch((error: unknown) => this.#deps.onFault(error));
  }
}
