import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { LoopServer, MediaRoomListener, MediaServer } from '../ports.ts';
import { SfuRoom } from './sfu-room.ts';
import { MediaWorker } from './media-worker.ts';
import { defaultLimits, NoWorkerError, type SfuCounts, type SfuLimits, type SfuSettings } from './settings.ts';

/** First and longest wait before a dead worker is started again, milliseconds; doubles between. */
const restartDelay = { first: 100, longest: 10_000 };

/** The media server: one worker a core, rooms spread over them, dead workers replaced. */
export class Sfu implements MediaServer, LoopServer {
  readonly #settings: SfuSettings;
  readonly #limits: SfuLimits;
  readonly #log: Logger;
  readonly #workers = new Map<number, MediaWorker>();
  readonly #rooms = new Set<SfuRoom>();
  readonly #restarts = new Map<number, NodeJS.Timeout>();
  #deaths = 0;
  #closed = false;

  private constructor(settings: SfuSettings, log: Logger) {
    this.#settings = settings;
    this.#limits = { ...defaultLimits, ...settings.limits };
    this.#log = log;
  }

  /**
   * Starts every worker.
   * @throws when one of them cannot start (no executable, port taken); nothing is left running then
   */
  static async create(settings: SfuSettings, log: Logger): Promise<Sfu> {
    const sfu = new Sfu(settings, log);
    try {
      await Promise.all(
        Array.from({ length: settings.workers ?? availableParallelism() }, (_, index) => sfu.#start(index)),
      );
    } catch (error) {
      sfu.close();
      throw error;
    }
    return sfu;
  }

  /** Whether a room could be made now. */
  get ready(): boolean {
    return this.#workers.size > 0;
  }

  /** The workers' process ids. */
  get pids(): number[] {
    return [...this.#workers.values()].map((worker) => worker.pid);
  }

  /** What lives on it now, for metrics. */
  counts(): SfuCounts {
    const counts = { transports: 0, producers: 0, consumers: 0 };
    for (const room of this.#rooms) {
      const of = room.counts();
      counts.transports += of.transports;
      counts.producers += of.producers;
      counts.consumers += of.consumers;
    }
    return { workers: this.#workers.size, rooms: this.#rooms.size, ...counts, workerDeaths: this.#deaths };
  }

  /**
   * Makes the media side of a room on the least loaded worker.
   * @throws NoWorkerError when none runs
   */
  async createRoom(listener: MediaRoomListener): Promise<SfuRoom> {
    return this.#createRoom(listener, false);
  }

  /** @inheritdoc */
  async createLoopRoom(listener: MediaRoomListener): Promise<SfuRoom> {
    return this.#createRoom(listener, true);
  }

  /** Idempotent; every room and worker ends, nothing is replaced any more. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#restarts.values()) clearTimeout(timer);
    this.#restarts.clear();
    for (const room of [...this.#rooms]) room.close();
    for (const worker of this.#workers.values()) worker.close();
    this.#workers.clear();
  }

  async #createRoom(listener: MediaRoomListener, loop: boolean): Promise<SfuRoom> {
    const worker = [...this.#workers.values()].sort((one, other) => one.rooms - other.rooms)[0];
    if (worker === undefined) throw new NoWorkerError('no media worker runs');
    const router = await worker.createRouter();
    const deps = { router, server: worker.server, limits: this.#limits, log: this.#log };
    const room = new SfuRoom({ ...deps, listener, loop });
    this.#rooms.add(room);
    router.observer.once('close', () => this.#rooms.delete(room));
    return room;
  }

  async #start(index: number): Promise<void> {
    const worker = await MediaWorker.create(index, this.#settings, () => {
      this.#died(index);
    });
    if (this.#closed) worker.close();
    else this.#workers.set(index, worker);
  }

  #died(index: number): void {
    this.#workers.delete(index);
    this.#deaths += 1;
    this.#log.error({ worker: index }, 'media worker died');
    this.#restart(index, restartDelay.first);
  }

  #restart(index: number, delay: number): void {
    if (this.#closed) return;
    const again = (error: unknown): void => {
      this.#log.error({ worker: index, err: error }, 'media worker did not start');
      this.#restart(index, Math.min(delay * 2, restartDelay.longest));
    };
    const timer = setTimeout(() => {
      this.#restarts.delete(index);
      this.#start(index).then(() => this.#log.info({ worker: index }, 'media worker replaced'), again);
    }, delay);
    this.#restarts.set(index, timer);
  }
}
