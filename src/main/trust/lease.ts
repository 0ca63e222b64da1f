import type { FleetPolicy } from '@sallyport/protocol';
import * as z from 'zod';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Kept, Log } from '../ports.ts';

const hour = 3_600_000;
/** What has been counted is written down at least this often, ms: more often when the lease is short. */
const longestUnwritten = 15 * 60_000;
/** Clocks that are set right at a start may go back by this much without being suspicious, ms. */
const clockTolerance = 5 * 60_000;
/** The shortest time between two looks at the lease, ms. */
const shortestWait = 1000;

/** What a device keeps of its lease. */
export const keptLease = z.strictObject({
  /** Time out of contact that is counted for good, ms. */
  silent: z.int().min(0),
  /** The latest time the laptop's own clock has shown since the last contact, ms since 1970. */
  mark: z.int(),
  /** Control's time at the last contact, ms since 1970. */
  control: z.int(),
  /** It has suspended the laptop, and no officer has lifted that yet. */
  suspended: z.boolean(),
});
export type KeptLease = z.infer<typeof keptLease>;

/** Whether a device out of contact may go on: `held`, `suspend`, or `erase`. */
export type LeaseStanding = 'held' | 'suspend' | 'erase';

type Hours = Pick<FleetPolicy, 'suspendAfterHours' | 'eraseAfterHours'>;

/** What {@link Lease} needs. */
export interface LeaseOptions {
  readonly kept: Kept<KeptLease>;
  /** The lengths that the manifest in force gives. */
  readonly hours: () => Hours;
  readonly clock: Clock;
  /** Called whenever the lease has been looked at again; not on contact. */
  readonly onLooked: () => void;
  readonly log: Log;
}

/** The lease of a laptop that has just heard from control. @param now ms since 1970 */
export function freshLease(now: number): KeptLease {
  const at = Math.trunc(now);
  return { silent: 0, mark: at, control: at, suspended: false };
}

/**
 * What a start out of contact costs at the least, and how long counted time may stay unwritten, ms: one length for both,
 * so that whoever pulls the plug before each writing pays for what they ran with the next start.
 */
export function startCost({ suspendAfterHours }: Hours): number {
  return Math.min(longestUnwritten, (suspendAfterHours * hour) / 12);
}

/** What a start costs besides when the clock shows less than it has shown before, ms. */
export function clockBackCost({ suspendAfterHours }: Hours): number {
  return (suspendAfterHours * hour) / 12;
}

/**
 * How long a laptop may be out of contact: past `suspendAfter` it is suspended, which only an officer's order lifts; past
 * `eraseAfter` it erases itself.
 *
 * While it runs, the machine's uptime is counted, sleep included, and the wall clock has no say. What is counted is written
 * down often. At a start the time it was off is counted by the wall clock, from control's time if the clock was behind that
 * and no longer is, never below zero; a clock that shows less than before costs `clockBackCost`; and every start costs
 * `startCost` at the least. So a laptop never runs for longer than
 * `eraseAfter` without contact, whatever its clock says and however often it is started. One whose disk does not take what
 * was counted is suspended as soon as more is unwritten than the next start costs: no disk that fails wins time either.
 */
export class Lease {
  readonly #options: LeaseOptions;
  /** Time counted until `#since`, ms. */
  #silent: number;
  /** Uptime from which time is still to be counted, ms. */
  #since: number;
  /** Control's time and the uptime when it was told, ms. */
  #told: { readonly time: number; readonly at: number } | undefined;
  #timer: Timer | undefined;
  #isStopped = false;
  /** Whether the disk took what was to be written down last. */
  #isKept = true;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#silent = options.kept.value.silent;
    this.#since = options.clock.uptime();
  }

  /** Time out of contact, ms. */
  get silent(): number {
    return this.#silent + Math.max(0, this.#options.clock.uptime() - this.#since);
  }

  /** How the lease stands. */
  get standing(): LeaseStanding {
    const { suspend, erase } = this.#lengths;
    const { silent } = this;
    if (silent >= erase) return 'erase';
    const { suspended } = this.#options.kept.value;
    return suspended || silent >= suspend || this.#isUnwritten ? 'suspend' : 'held';
  }

  /** Control's time: told at the last contact and carried on by the uptime; `latest` before there was any. Ms since 1970. */
  get controlNow(): number {
    const told = this.#told;
    return told === undefined ? this.#latestKept : told.time + this.#options.clock.uptime() - told.at;
  }

  /**
   * The time by which statements are judged: the latest of the laptop's own clock, the latest it has shown since the last
   * contact, and control's. Later is stricter: more is over, and nothing that was over comes back with a clock set
   * back. A clock that shows too late a time makes the laptop refuse, never obey; the next contact forgets it.
   * @returns ms since 1970
   */
  get latest(): number {
    return Math.max(this.#latestKept, this.controlNow);
  }

  /** When it suspends the laptop, control's time; null until more than half of that time is used up. */
  get suspendsAt(): number | null {
    return this.#warning(this.#lengths.suspend);
  }

  /** When it erases the laptop, control's time; null until more than half of that time is used up. */
  get erasesAt(): number | null {
    return this.#warning(this.#lengths.erase);
  }

  /** Counts the time the laptop was off. Called once at a start, before anything asks how the lease stands. */
  countTimeOff(): void {
    const { kept, clock, hours, log } = this.#options;
    const { mark, control } = kept.value;
    const now = clock.now();
    // A clock that was behind at the last contact and has been put right since measures from control's time, not its own.
    const off = now - (now >= control ? Math.max(mark, control) : mark);
    const isBack = off < -clockTolerance;
    // SECURITY: a start is never free, and a clock set back buys no time, so that no row of restarts outlives it (S21).
    this.#silent += Math.max(off, startCost(hours())) + (isBack ? clockBackCost(hours()) : 0);
    if (isBack) log.warn({ behind: -off }, 'the clock shows less than before');
    this.note();
  }

  /** Starts looking at the lease whenever it may stand differently. */
  watch(): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.setTimer(this.#wait(), () => {
      this.note();
      this.watch();
      this.#options.onLooked();
    });
  }

  /** Stops looking, for good. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Writes down what has been counted, and whether that suspends the laptop. */
  note(): void {
    const { kept, clock } = this.#options;
    this.#count();
    const suspended = this.standing !== 'held';
    const mark = Math.max(kept.value.mark, Math.trunc(clock.now()));
    this.#keep({ ...kept.value, silent: Math.ceil(this.#silent), mark, suspended });
  }

  /**
   * Notes that control was heard from, which starts the lease anew: unless it had run out before, unnoticed, as in a sleep.
   * @param time control's time, ms since 1970
   * @returns how the lease stood until now; after `erase` nothing is started anew
   */
  contact(time: number): LeaseStanding {
    const { standing } = this;
    // SECURITY: what has run out is not brought back by whoever answers first after a long sleep (S21).
    if (standing === 'erase') return standing;
    const { clock } = this.#options;
    const fresh = { ...freshLease(clock.now()), control: time, suspended: standing === 'suspend' };
    if (this.#isWorthKeeping(fresh)) this.#keep(fresh);
    // SECURITY: where the disk does not take that it is suspended, what has been counted goes on saying so (S21).
    if (standing === 'suspend' && !this.#isKept) return standing;
    this.#since = clock.uptime();
    this.#silent = 0;
    this.#told = { time, at: this.#since };
    this.watch();
    return standing;
  }

  /** SECURITY: what the next start would not know of, and would not make up for by what it costs, is not to be had (S21). */
  get #isUnwritten(): boolean {
    return !this.#isKept && this.silent - this.#options.kept.value.silent >= startCost(this.#options.hours());
  }

  get #lengths(): { readonly suspend: number; readonly erase: number } {
    const { suspendAfterHours, eraseAfterHours } = this.#options.hours();
    return { suspend: suspendAfterHours * hour, erase: eraseAfterHours * hour };
  }

  get #latestKept(): number {
    const { mark, control } = this.#options.kept.value;
    return Math.max(this.#options.clock.now(), mark, control);
  }

  #warning(length: number): number | null {
    const left = length - this.silent;
    return left < length / 2 ? Math.trunc(this.controlNow + Math.max(0, left)) : null;
  }

  /** Takes the uptime since the last count into the count. */
  #count(): void {
    const { silent } = this;
    this.#since = this.#options.clock.uptime();
    this.#silent = silent;
  }

  /** How long until the lease may stand or be shown differently, or is due to be written down, ms. */
  #wait(): number {
    const { suspend, erase } = this.#lengths;
    const { silent } = this;
    const ahead = [suspend / 2 + 1, suspend, erase / 2 + 1, erase].map((at) => at - silent).filter((left) => left > 0);
    return Math.max(shortestWait, Math.min(...ahead, startCost(this.#options.hours())));
  }

  /** Contact comes every minute: only what differs by as much as may stay unwritten is worth a write to the disk. */
  #isWorthKeeping({ mark, control, suspended }: KeptLease): boolean {
    const { kept, hours } = this.#options;
    const before = kept.value;
    const apart = Math.max(Math.abs(mark - before.mark), Math.abs(control - before.control));
    const isOverdue = !this.#isKept || before.silent > 0;
    return isOverdue || before.suspended !== suspended || apart >= startCost(hours());
  }

  /** A disk that fails must not stand in the way of suspending or erasing: time goes on being counted in memory. */
  #keep(lease: KeptLease): void {
    this.#isKept = false;
    try {
      this.#options.kept.update(() => lease);
      this.#isKept = true;
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'lease not kept');
    }
  }
}
