import type { ActivationEnd, ErasureProof, InvokeParams, InvokeResult, RoomEnd, Snapshot } from '@sallyport/protocol';
import { consultationHandlers } from './consultation-handlers.ts';
import { Device } from './device.ts';
import type { DeviceParts } from './device.ts';
import { faultOf } from './device-journal.ts';
import { DeviceStore } from './device-store.ts';
import type { DeviceStoreParts } from './device-store.ts';
import type { Erasure } from './erasure.ts';
import { evidenceOf } from './erasure-evidence.ts';
import type { ErasureEvidence } from './erasure-evidence.ts';
import { enrol } from './identity/enrolment.ts';
import type { Enrolled, EnrolmentParts } from './identity/enrolment.ts';
import type { NotifyPage, PageHandlers } from './ipc.ts';
import { capabilities } from './lifecycle/capabilities.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import { LifecycleHolder } from './lifecycle/lifecycle-holder.ts';
import type { Activation, Lifecycle, LifecycleEffect } from './lifecycle/lifecycle.ts';
import { snapshotOf } from './lifecycle/snapshot.ts';
import type { Timer } from './platform/clock.ts';
import type { Kept } from './ports.ts';
import type { DeviceRecord } from './record.ts';
import { newEnrolment } from './record.ts';
import type { Stage } from './stage.ts';
import type { StoreDamage } from './store-damage.ts';
import { firstTrust } from './trust/kept-trust.ts';
import { verifyRoster } from './trust/rosters.ts';

/** What {@link Kiosk} needs. */
export interface KioskParts extends DeviceStoreParts, Pick<DeviceParts, 'openSocket' | 'client' | 'clock'> {
  readonly record: Kept<DeviceRecord> & { readonly generation: number; close(): void };
  readonly erasure: Erasure;
  /** Ends this process so that another begins; what is on the disk says what that one is. */
  readonly startAnew: () => void;
  /** SHA-256 of the installed software, base64url; null as long as it has not been measured. */
  readonly software: () => string | null;
  readonly exchange: EnrolmentParts['exchange'];
  readonly notify: NotifyPage;
}

/** What carries each effect out. */
type EffectRunners = {
  readonly [T in LifecycleEffect['type']]: (effect: Extract<LifecycleEffect, { type: T }>) => void;
};

/** How long the journal may take to close before it is erased open, ms. */
const journalPatience = 1000;
const minute = 60_000;
const done = { ok: true, value: {} } as const;
/** What a laptop that was never enrolled has to show of its dealings with control. */
const nothingShown = {
  link: 'connecting',
  pairing: { state: 'unavailable' },
  keepsSomebodyOut: false,
  lease: { suspendsAt: null, erasesAt: null },
} as const;

/** A laptop whose vault is open: blank or enrolled. Carries out what the lifecycle asks for. */
export class Kiosk implements Stage {
  readonly handlers: PageHandlers = this.#makeHandlers();
  readonly #runners: EffectRunners = {
    'start-link': () => this.#device?.start(),
    'stop-link': () => this.#device?.link.stop(),
    'leave-room': ({ reason }) => this.#leaveRoom(reason),
    'start-check-timer': () => this.#device?.check.start(),
    'stop-check-timer': () => this.#device?.check.stop(),
    'tell-check': ({ report }) => this.#device?.check.tell(report),
    'ask-staff': () => this.#device?.staffCode.start(),
    'start-activation': ({ activation }) => this.#startActivation(activation),
    'end-activation': ({ grant, reason }) => this.#endActivation(grant, reason),
    'start-idle-timer': () => this.#startIdle(),
    'stop-idle-timer': () => this.#stopIdle(),
    record: ({ event, detail }) => this.#device?.record(event, detail),
    wipe: () => void this.#wipe(),
  };
  readonly #parts: KioskParts;
  readonly #lifecycle: LifecycleHolder;
  #store: DeviceStore | undefined;
  #device: Device | undefined;
  #isStarted = false;
  #activationTimer: Timer | undefined;
  #idleTimer: Timer | undefined;

  constructor(parts: KioskParts) {
    this.#parts = parts;
    if (parts.record.value.enrolment !== null) {
      this.#device = this.#makeDevice();
      this.#device.lease.countTimeOff();
    }
    this.#lifecycle = new LifecycleHolder({
      initial: this.#initial(),
      log: parts.log,
      run: (effect) => this.#run(effect),
      onChange: (state, previous) => this.#changed(state, previous),
    });
  }

  /** What the present state allows. */
  get capabilities(): Capabilities {
    return capabilities(this.#lifecycle.state);
  }

  /** What the page shows now. */
  get snapshot(): Snapshot {
    const { language, enrolment } = this.#parts.record.value;
    const identity = enrolment?.identity.device;
    return snapshotOf(this.#lifecycle.state, {
      language,
      device: identity === undefined ? null : { name: identity.name, siteName: identity.siteName },
      ...(this.#device?.shown ?? { ...nothingShown, now: this.#parts.clock.now() }),
    });
  }

  /** Begins: what was cut off is finished first, the lease is checked, and only then is the network used. */
  start(): void {
    const [device, store] = [this.#device, this.#store];
    this.#isStarted = true;
    if (device === undefined || store === undefined) return;
    const { openGrant, receipts } = store.kept.value;
    // SECURITY: a brick that was executed, or a lease that ran out, comes before any network (S9, S21).
    if (receipts.some(({ order }) => order === 'brick') || device.lease.standing === 'erase') {
      this.#lifecycle.dispatch({ type: 'erase' });
      return;
    }
    if (openGrant !== null) this.#ended(openGrant, 'restarted');
    device.record('started');
    // At every start: whatever became of the journal of events, control hears of it.
    if (store.damage !== null) device.record('store-damaged', store.damage);
    device.start();
  }

  /** Somebody took the laptop away, or its system went to sleep: inert at once. */
  away(): void {
    this.#lifecycle.dispatch({ type: 'deactivated', reason: 'suspend' });
    this.#device?.away();
  }

  /** The page is gone: whoever was in a room is out of it, and nothing is being checked. */
  pageGone(reason: string): void {
    this.#device?.record('page-gone', reason);
    this.#lifecycle.dispatch({ type: 'check-ended', report: null });
    this.#lifecycle.dispatch({ type: 'room-left', reason: 'connection-lost' });
  }

  /** The page sent what the contract does not allow. */
  pageRefused(detail: string): void {
    this.#device?.record('page-refused', detail);
  }

  #initial(): Lifecycle {
    const { enrolment } = this.#parts.record.value;
    if (enrolment === null) return { name: 'blank', busy: false, problem: null };
    if (this.#store?.damage !== null) return { name: 'suspended', by: 'damage' };
    if (enrolment.suspendedByOrder) return { name: 'suspended', by: 'order' };
    if (this.#device?.lease.standing !== 'held') return { name: 'suspended', by: 'lease' };
    return { name: 'inert', notice: enrolment.openGrant === null ? null : 'restarted' };
  }

  #makeDevice(): Device {
    const store = new DeviceStore(this.#parts, (damage) => this.#damaged(damage));
    this.#store = store;
    return new Device({
      ...this.#parts,
      kept: store.kept,
      journal: store.consultations,
      events: store.events,
      recordGeneration: () => this.#parts.record.generation,
      isDamaged: () => store.damage !== null,
      onDamaged: (damage) => void store.damaged(damage),
      state: () => this.#lifecycle.state,
      capabilities: () => this.capabilities,
      dispatch: (event) => this.#lifecycle.dispatch(event),
      onChange: () => this.#publish(),
      notifyRoom: (notification) => this.#parts.notify('room', notification),
    });
  }

  /** What is found at a start is obeyed by the state it begins in. */
  #damaged(damage: StoreDamage): void {
    if (!this.#isStarted) return;
    this.#device?.record('store-damaged', damage);
    this.#lifecycle.dispatch({ type: 'suspended', by: 'damage' });
  }

  #publish(): void {
    this.#parts.notify('snapshot', this.snapshot);
  }

  #changed(state: Lifecycle, previous: Lifecycle): void {
    this.#device?.followed(state, previous);
    this.#publish();
  }

  /** Carries out an effect; a fault of one must not keep the others from happening. */
  #run(effect: LifecycleEffect): void {
    try {
      this.#carryOut(effect);
    } catch (error) {
      const fault = error instanceof Error ? error.name : 'unknown';
      this.#parts.log.error({ effect: effect.type, fault }, 'effect failed');
    }
  }

  #carryOut(effect: LifecycleEffect): void {
    // The lookup keeps effect and runner together; the compiler cannot see that.
    const run = this.#runners[effect.type] as (effect: LifecycleEffect) => void;
    run(effect);
  }

  #leaveRoom(reason: RoomEnd): void {
    this.#parts.notify('room', { method: 'room.ended', params: { reason } });
    this.#device?.leaveRoom();
    this.#device?.record('left', reason);
  }

  #endActivation(grant: number, reason: ActivationEnd): void {
    this.#activationTimer?.cancel();
    void this.#store?.consultations.close();
    this.#ended(grant, reason);
  }

  #startActivation({ grant, openUntil }: Activation): void {
    const { clock } = this.#parts;
    // SECURITY: whichever clock is furthest decides when the laptop shuts, and no disk that fails keeps it from it (S1).
    const left = openUntil - (this.#device?.now() ?? clock.now());
    const over = (): void => this.#lifecycle.dispatch({ type: 'deactivated', reason: 'over' });
    this.#activationTimer = clock.setTimer(Math.max(0, left), over);
    this.#keepOpenGrant(grant);
  }

  /** Reported first: cut off in between, the next start finds it open and reports its end once more. */
  #ended(grant: number, reason: ActivationEnd): void {
    this.#device?.outbox.activationEnded(grant, reason);
    this.#keepOpenGrant(null);
  }

  #keepOpenGrant(openGrant: number | null): void {
    try {
      this.#store?.kept.update((value) => ({ ...value, openGrant }));
    } catch (error) {
      this.#parts.log.error(faultOf(error), 'open grant not kept');
    }
  }

  #startIdle(): void {
    const minutes = this.#device?.trust.manifest.policy.idleMinutes ?? 0;
    this.#idleTimer?.cancel();
    const idle = (): void => this.#lifecycle.dispatch({ type: 'deactivated', reason: 'idle' });
    this.#idleTimer = this.#parts.clock.setTimer(minutes * minute, idle);
  }

  #stopIdle(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
  }

  async #wipe(): Promise<void> {
    const { erasure, record, startAnew } = this.#parts;
    this.#device?.stopDuties();
    const [evidence] = await Promise.all([this.#evidence(), this.#closeJournal()]);
    // SECURITY: nothing is written any more: what is erased stays erased (S9).
    record.close();
    const end = await erasure.begin(evidence, (proof) => this.#deliverProof(proof));
    // SECURITY: keys and patients' data were in this process and its page: whatever comes next is in new ones (S36).
    startAnew();
    if (end === 'dead') this.#lifecycle.dispatch({ type: 'erased' });
  }

  /** Signs what proves the erasure while the device's own key is still there. */
  async #evidence(): Promise<ErasureEvidence | undefined> {
    const { enrolment } = this.#parts.record.value;
    const device = this.#device;
    if (enrolment === null || device === undefined) return undefined;
    const erasers = device.trust.manifest.policy.platformErasers;
    return evidenceOf({ ...this.#parts, enrolment, erasers, software: this.#parts.software(), now: device.now() });
  }

  /** Closes the journals and zeroes their keys; one that does not close does not hold up its own destruction. */
  async #closeJournal(): Promise<void> {
    const patience = new Promise<void>((resolve) => void this.#parts.clock.setTimer(journalPatience, resolve));
    await Promise.race([this.#store?.close(), patience]).catch(() => undefined);
  }

  async #deliverProof(proof: ErasureProof): Promise<boolean> {
    const answer = await this.#device?.link.request('erasure.report', proof);
    return answer?.ok ?? false;
  }

  #makeHandlers(): PageHandlers {
    return {
      snapshot: () => ({ ok: true, value: this.snapshot }),
      'set-language': ({ language }) => {
        this.#parts.record.update((value) => ({ ...value, language }));
        this.#publish();
        return done;
      },
      enrol: (params) => this.#enrol(params),
      ...consultationHandlers({
        device: () => this.#device,
        state: () => this.#lifecycle.state,
        dispatch: (event) => this.#lifecycle.dispatch(event),
      }),
      lock: () => {
        this.#lifecycle.dispatch({ type: 'deactivated', reason: 'locked' });
        return done;
      },
      touched: () => {
        if (this.#idleTimer !== undefined) this.#startIdle();
        return done;
      },
    };
  }

  async #enrol({ ticket }: InvokeParams<'enrol'>): Promise<InvokeResult<'enrol'>> {
    this.#lifecycle.dispatch({ type: 'enrolment-started' });
    const outcome = await this.#attemptEnrolment(ticket);
    const problem = outcome.outcome === 'refused' ? outcome.problem : await this.#keepEnrolled(outcome.enrolled);
    if (problem === undefined) return done;
    this.#lifecycle.dispatch({ type: 'enrolment-refused', problem });
    return { ok: false, refusal: { reason: 'failed' } };
  }

  async #attemptEnrolment(ticket: string): ReturnType<typeof enrol> {
    const { exchange, clock, log } = this.#parts;
    const now = (): number => clock.now();
    try {
      return await enrol(ticket, {
        exchange,
        isRosterGood: async (roster, manifest, site) =>
          (await verifyRoster(roster, manifest, { site, afterVersion: 0, current: undefined, now: now() })).accepted,
        now,
      });
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'enrolment failed');
      return { outcome: 'refused', problem: 'malformed-answer' };
    }
  }

  async #keepEnrolled({ identity, manifest, roster }: Enrolled): Promise<'not-saved' | undefined> {
    const { record, clock, files, journalPath, eventsPath, log } = this.#parts;
    try {
      const trust = await firstTrust(manifest, roster);
      // What an enrolment left that did not come to its end.
      for (const path of [journalPath, eventsPath]) files.remove(path);
      record.update((value) => ({ ...value, enrolment: newEnrolment({ identity, trust }, clock.now()) }));
      this.#device = this.#makeDevice();
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'enrolment not saved');
      return 'not-saved';
    }
    this.#lifecycle.dispatch({ type: 'enrolled' });
    return undefined;
  }
}
