import type { RoomDeps } from './rooms.ts';
import type { RoomLedger } from './room-ledger.ts';
import { endLease, lapsedSeats, renewLease, seatsOn, unendedRooms, type Seat } from './room-repository.ts';

const defaultInterval = 5000;
/** A node that misses three sweeps is dead to the others. */
const missedSweeps = 3;

interface Deps extends RoomDeps {
  ledger: RoomLedger;
  /** The database has the seat; frees it unless its participant sits there in this node's memory. */
  onSeat(seat: Seat): Promise<void>;
  /** When an unended room of this node closes, as the database says; milliseconds since the epoch. */
  onHours(room: string, closesAt: number): void;
  /** The laptop of the seat is no longer open for its appointment, or the guest is gone from it. */
  onLapsed(seat: Seat): Promise<void>;
  /** The room's window is over. */
  onOver(room: string): Promise<void>;
  onSwept(): void;
}

/**
 * The safety net under timers and events: at a fixed pace it renews this node's lease, takes over rooms of dead
 * nodes, keeps their hours, ends rooms whose window is over, and frees seats that nobody sits in or whose laptop is no longer open.
 */
export class RoomSweep {
  readonly #deps: Deps;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#interval = deps.sweepEvery ?? defaultInterval;
  }

  /** Sweeps once, then at the pace. @throws when the first fails */
  async start(): Promise<void> {
    await this.#sweep();
    this.#timer = setInterval(() => void this.run(), this.#interval);
  }

  /** Sweeps now, or waits for the sweep that is under way. Faults are logged; the next sweep tries again. */
  run(): Promise<void> {
    this.#running ??= this.#sweep()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'room sweep failed'))
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Stops, and gives up the lease. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await endLease(this.#deps.db, this.#deps.node).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'media node lease not given up'),
    );
  }

  async #sweep(): Promise<void> {
    const { db, node, ledger, clock } = this.#deps;
    await renewLease(db, node, (this.#interval * missedSweeps) / 1000);
    await ledger.adopt();
    for (const seat of await seatsOn(db, node)) await this.#deps.onSeat(seat);
    for (const seat of await lapsedSeats(db, node, clock.now())) await this.#deps.onLapsed(seat);
    for (const { id, closesAt } of await unendedRooms(db, node)) {
      // SECURITY: the hours are the database's: an extension by any node is kept, and so is the end (S41).
      this.#deps.onHours(id, closesAt);
      if (closesAt <= clock.now()) await this.#deps.onOver(id);
    }
    this.#deps.onSwept();
  }
}
