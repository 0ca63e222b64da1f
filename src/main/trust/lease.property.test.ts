import fc from 'fast-check';
import { expect, test } from 'vitest';
import { effort, seed, tried } from '../../../test/harness/effort.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { KeptLease } from './lease.ts';
import { freshLease, Lease } from './lease.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;
const start = Date.UTC(2026, 10, 22, 9);
/** As long as the shortest time between two looks at the lease. */
const late = 1000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

type Happening =
  | { readonly what: 'runs' | 'sleeps'; readonly for: number }
  | { readonly what: 'clock-set'; readonly by: number }
  | { readonly what: 'away' }
  | { readonly what: 'contact' }
  /** From now on the disk takes nothing, or takes it again. */
  | { readonly what: 'disk'; readonly works: boolean }
  /** Cut off, or shut down, at any moment; started again later by a clock that somebody may have set: best to what it showed last. */
  | { readonly what: 'restarted'; readonly after: number; readonly clockBy: number | 'hidden' };

/** Mostly back: that is what somebody who wants to win time does; ahead, the laptop soon erases itself. */
const clockJump = fc.oneof(
  { weight: 16, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.integer({ min: -10 * year, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 10 * year }) },
);
const stretch = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: hour / 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 * hour }) },
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: stretch.map((ms): Happening => ({ what: 'runs', for: ms })) },
  { weight: 2, arbitrary: stretch.map((ms): Happening => ({ what: 'sleeps', for: ms })) },
  { weight: 2, arbitrary: clockJump.map((by): Happening => ({ what: 'clock-set', by })) },
  { weight: 1, arbitrary: fc.constant<Happening>({ what: 'away' }) },
  { weight: 1, arbitrary: fc.constant<Happening>({ what: 'contact' }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(stretch, fc.oneof(clockJump, fc.constant('hidden' as const)))
      .map(([after, clockBy]): Happening => ({ what: 'restarted', after, clockBy })),
  },
);
const withFaults = fc.oneof(
  { weight: 5, arbitrary: happening },
  { weight: 2, arbitrary: fc.boolean().map((works): Happening => ({ what: 'disk', works })) },
);
const lengths = fc
  .tuple(fc.integer({ min: 1, max: 168 }), fc.integer({ min: 0, max: 336 }))
  .map(([suspendAfterHours, more]) => ({ suspendAfterHours, eraseAfterHours: suspendAfterHours + more }));

type Of<W extends Happening['what']> = Extract<Happening, { what: W }>;
type Effects = { readonly [W in Happening['what']]: (happening: Of<W>) => void };

/** A laptop in a drawer, in somebody's hands, or in use: what it counts, and what really was. */
class Laptop {
  readonly #kept = keptInMemory<KeptLease>(freshLease(start));
  readonly #hours: { readonly suspendAfterHours: number; readonly eraseAfterHours: number };
  #clock = manualClock(start);
  lease: Lease;
  readonly #effects: Effects = {
    runs: ({ for: ms }) => this.#runs(ms),
    sleeps: ({ for: ms }) => this.#clock.sleep(ms),
    'clock-set': ({ by }) => this.#clock.setWallClock(this.#clock.now() + by),
    away: () => this.lease.note(),
    contact: () => {
      if (this.lease.contact(start) !== 'erase') this.ran = this.used = 0;
    },
    disk: ({ works }) => void (this.#kept.fault = works ? undefined : new Error('disk')),
    restarted: (happening) => this.#restarts(happening),
  };
  /** Ms it really ran since the last contact. */
  ran = 0;
  /** Ms of those in which it could be used. */
  used = 0;
  isErased = false;

  constructor(hours: { suspendAfterHours: number; eraseAfterHours: number }) {
    this.#hours = hours;
    this.lease = this.#made();
  }

  get isSuspended(): boolean {
    return this.lease.standing !== 'held';
  }

  happens(happening: Happening): void {
    // The lookup keeps happening and effect together; the compiler cannot see that.
    const effect = this.#effects[happening.what] as (happening: Happening) => void;
    effect(happening);
    // Before any network, and whenever control asks for anything, the lease is looked at.
    if (['contact', 'restarted'].includes(happening.what)) this.#look();
  }

  /** In steps, because an erased laptop does not run on. */
  #runs(ms: number): void {
    const [step, end] = [hour / 20, this.#clock.monotonic() + ms];
    while (!this.isErased && this.#clock.monotonic() < end) {
      const passed = Math.min(step, end - this.#clock.monotonic());
      this.#clock.pass(passed);
      this.ran += passed;
      if (!this.isSuspended) this.used += passed;
    }
  }

  #restarts({ after, clockBy }: Extract<Happening, { what: 'restarted' }>): void {
    this.lease.stop();
    const shown = clockBy === 'hidden' ? this.#kept.value.mark : this.#clock.now() + after + clockBy;
    this.#clock = manualClock(shown);
    this.lease = this.#made();
    this.lease.countTimeOff();
  }

  #look(): void {
    if (this.lease.standing === 'erase') this.isErased = true;
  }

  #made(): Lease {
    const lease = new Lease({
      kept: this.#kept,
      hours: () => this.#hours,
      clock: this.#clock,
      onLooked: () => this.#look(),
      log,
    });
    lease.watch();
    return lease;
  }
}

test(
  'S21 whatever its clock says, however it sleeps and is restarted: a laptop never runs longer than its lease without contact',
  { timeout: 180_000 },
  () => {
    let steps = 0;
    fc.assert(
      fc.property(lengths, fc.array(happening, { minLength: 1, maxLength: 80 }), (hours, happenings) => {
        const laptop = new Laptop(hours);
        for (const each of happenings) {
          laptop.happens(each);
          steps += 1;
          if (laptop.isErased) return;
          // It runs on in steps of three minutes here before it is seen to be erased.
          expect(laptop.ran).toBeLessThan(hours.eraseAfterHours * hour + hour / 20 + late);
          expect(laptop.lease.silent).toBeGreaterThanOrEqual(laptop.ran);
          if (laptop.ran >= hours.suspendAfterHours * hour) expect(laptop.isSuspended).toBe(true);
        }
      }),
      { numRuns: effort(1500, 30_000), ...seed() },
    );
    tried('lease happenings', steps);
  },
);

test(
  'S21 whatever its disk takes and when: a laptop is never of use for longer than its lease without contact',
  { timeout: 180_000 },
  () => {
    let steps = 0;
    fc.assert(
      fc.property(lengths, fc.array(withFaults, { minLength: 1, maxLength: 80 }), (hours, happenings) => {
        const laptop = new Laptop(hours);
        for (const each of happenings) {
          laptop.happens(each);
          steps += 1;
          if (laptop.isErased) return;
          expect(laptop.used).toBeLessThan(hours.suspendAfterHours * hour + hour / 20 + late);
        }
      }),
      { numRuns: effort(1500, 30_000), ...seed() },
    );
    tried('lease happenings with a failing disk', steps);
  },
);

test(
  'S21 whatever happened before: contact in time starts the lease anew, and lifts no suspension',
  { timeout: 180_000 },
  () => {
    fc.assert(
      fc.property(lengths, fc.array(happening, { maxLength: 40 }), (hours, happenings) => {
        const laptop = new Laptop(hours);
        for (const each of happenings) laptop.happens(each);
        const { standing } = laptop.lease;
        if (laptop.isErased || standing === 'erase') return;
        laptop.happens({ what: 'contact' });
        expect([laptop.lease.silent, laptop.lease.standing]).toEqual([0, standing]);
        laptop.happens({ what: 'runs', for: hours.suspendAfterHours * hour - 1 });
        expect([laptop.isErased, laptop.lease.standing]).toEqual([false, standing]);
      }),
      { numRuns: effort(1000, 8000), ...seed() },
    );
  },
);
