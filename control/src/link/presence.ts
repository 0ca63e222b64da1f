import type { Kysely } from 'kysely';
import type { LifecycleName } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Changes, Clock } from '../ports.ts';

export interface PresenceDeps {
  db: Kysely<Database>;
  changes: Changes;
  clock: Clock;
  /** This link node. */
  node: string;
}

/** What a laptop last said about itself. */
export interface ReportedState {
  state: LifecycleName;
  room: string | null;
}

/** Which laptops are connected to this node and what they last reported, as the consoles show it. */
export class Presence {
  readonly #deps: PresenceDeps;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** A laptop connected here. */
  async connected(device: string, reported: ReportedState): Promise<void> {
    await this.#update(device, { ...reported, connection: this.#deps.node });
    await this.#deps.changes.publish('devices');
  }

  /** A laptop reported its state. */
  async reported(device: string, reported: ReportedState): Promise<void> {
    await this.#update(device, { ...reported });
    await this.#deps.changes.publish('devices');
  }

  /** A laptop is still there. */
  async seen(device: string): Promise<void> {
    await this.#update(device, {});
  }

  /** A laptop's connection to this node is gone; one it has opened to another node meanwhile stays. */
  async disconnected(device: string): Promise<void> {
    await this.#deps.db
      .updateTable('devices')
      .set({ connection: null, room: null })
      .where('id', '=', device)
      .where('connection', '=', this.#deps.node)
      .execute();
    await this.#deps.changes.publish('devices');
  }

  async #update(device: string, values: Partial<ReportedState> & { connection?: string }): Promise<void> {
    await this.#deps.db
      .updateTable('devices')
      .set({ ...values, last_seen_at: new Date(this.#deps.clock.now()) })
      .where('id', '=', device)
      .execute();
  }
}
