import { createWorker, type types } from 'mediasoup';
import { mediaCodecs } from './media-codecs.ts';
import type { SfuSettings } from './settings.ts';

/** One mediasoup worker process with its WebRtcServer: one UDP and TCP port for every transport of its rooms. */
export class MediaWorker {
  readonly index: number;
  readonly #worker: types.Worker;
  readonly #server: types.WebRtcServer;
  #rooms = 0;

  private constructor(index: number, worker: types.Worker, server: types.WebRtcServer) {
    this.index = index;
    this.#worker = worker;
    this.#server = server;
  }

  /**
   * Starts a worker that listens on `settings.port + index`.
   * @throws when the executable cannot run or the port is taken; nothing is left running then
   */
  static async create(index: number, settings: SfuSettings, onDied: () => void): Promise<MediaWorker> {
    const worker = await createWorker({
      logLevel: 'warn',
      ...(settings.workerBinary === undefined ? {} : { workerBin: settings.workerBinary }),
    });
    try {
      const server = await worker.createWebRtcServer({ listenInfos: listenInfos(index, settings) });
      worker.on('died', onDied);
      return new MediaWorker(index, worker, server);
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  /** How many rooms live on it. */
  get rooms(): number {
    return this.#rooms;
  }

  /** The worker's process, for operations and tests. */
  get pid(): number {
    return this.#worker.pid;
  }

  get server(): types.WebRtcServer {
    return this.#server;
  }

  /** @throws when the worker is gone */
  async createRouter(): Promise<types.Router> {
    const router = await this.#worker.createRouter({ mediaCodecs });
    this.#rooms += 1;
    router.observer.once('close', () => {
      this.#rooms -= 1;
    });
    return router;
  }

  /** Idempotent; closes every room on it. */
  close(): void {
    this.#worker.close();
  }
}

function listenInfos(index: number, settings: SfuSettings): types.TransportListenInfo[] {
  const address = {
    ip: settings.listenAddress,
    port: settings.port + index,
    ...(settings.announcedAddress === undefined ? {} : { announcedAddress: settings.announcedAddress }),
  };
  return [
    { protocol: 'udp', ...address },
    { protocol: 'tcp', ...address },
  ];
}
