import type { Logger } from 'pino';
import type { AdmittedGuest } from '../http/upgrades.ts';
import type { Rooms } from '../ports.ts';
import { RoomSockets } from '../ws/room-sockets.ts';
import type { GuestDeps } from './guest-deps.ts';
import { findByBrowser, stateOf, type GuestRow } from './guest-repository.ts';
import { tokenDigest } from './guest-secrets.ts';

/** After its room has closed a guest's socket hears that it has, ms. */
const lastWords = 60_000;

/** The room sockets of guests who were let in, at `guestSocketPath`. */
export class GuestSockets {
  readonly #deps: Pick<GuestDeps, 'db' | 'clock'>;
  readonly #sockets: RoomSockets;

  constructor({ db, clock, rooms, log }: Pick<GuestDeps, 'db' | 'clock'> & { rooms: Rooms; log: Logger }) {
    this.#deps = { db, clock };
    this.#sockets = new RoomSockets({ rooms, log });
  }

  /** How many guests are connected. */
  get size(): number {
    return this.#sockets.size;
  }

  /**
   * Finds the guest of a cookie who was let in, and takes their upgrade over.
   * @param token of the guest cookie
   */
  async find(token: string): Promise<AdmittedGuest | undefined> {
    const browser = tokenDigest(token);
    const row = await findByBrowser(this.#deps.db, browser);
    // SECURITY: a socket is for who was let in: whoever waits, or is over and gone, has none (S38).
    if (row === undefined || stateOf(row, this.#deps.clock.now()) !== 'admitted') return undefined;
    const { id, kind, name } = row;
    return {
      id,
      isStillAdmitted: async () => this.#mayStay(await findByBrowser(this.#deps.db, browser)),
      accept: (request, socket, head) => {
        this.#sockets.upgrade(request, socket, head, (opened) => {
          this.#sockets.accept(opened, { kind, id, name });
        });
      },
    };
  }

  /** Idempotent; every socket ends, later ones are turned away. */
  close(): void {
    this.#sockets.close();
  }

  /** The rooms say when a consultation ends; whose place is gone otherwise goes without a word. */
  #mayStay(row: GuestRow | undefined): boolean {
    if (row === undefined || row.proof === null || row.gone_at !== null || row.cancelled_at !== null) return false;
    return this.#deps.clock.now() < row.closes_at.getTime() + lastWords;
  }
}
