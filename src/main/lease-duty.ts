import type { Lifecycle, LifecycleEvent } from './lifecycle/lifecycle.ts';
import { Lease } from './trust/lease.ts';
import type { LeaseOptions, LeaseStanding } from './trust/lease.ts';

/** What {@link LeaseDuty} needs. */
export interface LeaseDutyParts extends Omit<LeaseOptions, 'onLooked'> {
  readonly state: () => Lifecycle;
  readonly dispatch: (event: LifecycleEvent) => void;
  /** Called when a warning may be due, or due no more. */
  readonly onChange: () => void;
}

/** The laptop's obedience to its lease: looked at by the clock, at each contact, and before anything control asks for. */
export class LeaseDuty {
  readonly lease: Lease;
  readonly #parts: LeaseDutyParts;

  constructor(parts: LeaseDutyParts) {
    this.#parts = parts;
    this.lease = new Lease({ ...parts, onLooked: () => this.#looked() });
  }

  /** Looks how the lease stands, and obeys it. */
  look(): LeaseStanding {
    const { standing } = this.lease;
    this.#obey(standing);
    return standing;
  }

  /** Control was heard from. @param time control's, ms since 1970 */
  contact(time: number): void {
    const { suspendsAt, erasesAt } = this.lease;
    this.#obey(this.lease.contact(time));
    if (suspendsAt !== null || erasesAt !== null) this.#parts.onChange();
  }

  /** The laptop goes to sleep, or has woken up: what is counted is written down and looked at. */
  away(): void {
    this.lease.note();
    this.look();
  }

  #obey(standing: LeaseStanding): void {
    const { dispatch, state } = this.#parts;
    if (standing === 'held' || (standing === 'suspend' && state().name === 'suspended')) return;
    // SECURITY: durable first, so that neither a restart nor a power cut with the clock set back lifts it (S21).
    this.lease.note();
    dispatch(standing === 'erase' ? { type: 'erase' } : { type: 'suspended', by: 'lease' });
  }

  #looked(): void {
    this.look();
    this.#parts.onChange();
  }
}
