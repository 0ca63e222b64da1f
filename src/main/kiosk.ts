import type { ActivationEnd, InvokeParams, InvokeResult, RoomEnd, Snapshot } from '@sallyport/protocol';
import { ConsultationJournal } from './consultation-journal.ts';
import { Device } from './device.ts';
import type { DeviceParts } from './device.ts';
import type { Erasure, ErasureEvidence } from './erasure.ts';
import { enrol } from './identity/enrolment.ts';
import type { Enrolled, EnrolmentParts } from './identity/enrolment.ts';
import type { NotifyPage, PageHandlers } from './ipc.ts';
import { capabilities } from './lifecycle/capabilities.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import { LifecycleHolder } from './lifecycle/lifecycle-holder.ts';
import type { Activation, Lifecycle, LifecycleEffect } from './lifecycle/lifecycle.ts';
import { snapshotOf } from './lifecycle/snapshot.ts';
import type { Clock, Timer } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { Random } from './platform/random.ts';
import type { Kept, Log } from './ports.ts';
import type { DeviceRecord, Enrolment } from './record.ts';
import { keptEnrolment, newEnrolment, part } from './record.ts';
import type { Stage } from './stage.ts';
import { firstTrust } from './trust/kept-trust.ts';
import { verifyRoster } from './trust/rosters.ts';
import type { KeyStore } from './vault/key-store.ts';

/** What {@link Kiosk} needs. */
export interface KioskParts {
  readonly record: Kept<DeviceRecord> & { close(): void };
  readonly keyStore: KeyStore;
  readonly journalPath: string;
  readonly erasure: Erasure;
  readonly exchange: EnrolmentParts['exchange'];
  readonly openSocket: DeviceParts['openSocket'];
  readonly notify: NotifyPage;
  readonly client: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What carries each effect out. */
type EffectRunners = {
  readonly [T in LifecycleEffect['type']]: (effect: Extract<LifecycleEffect, { type: T }>) => void;
};

/** How long control may take to acknowledge an erasure's receipt over the link before it is posted instead, ms. */
const receiptPatience = 3000;
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
    'start-activation': ({ activation }) => this.#startActivation(activation),
    'end-activation': ({ grant, reason }) => this.#endActivation(grant, reason),
    'start-idle-timer': () => this.#startIdle(),
    'stop-idle-timer': () => this.#stopIdle(),
    record: ({ event, detail }) => this.#device?.record(event, detail),
    wipe: () => void this.#wipe(),
  };
  readonly #parts: KioskParts;
  readonly #lifecycle: LifecycleHolder;
  #device: Device | undefined;
  #journal: ConsultationJournal | undefined;
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
    const device = this.#device;
    if (device === undefined) return;
    const { openGrant, receipts } = this.#enrolment.value;
    // SECURITY: a brick that was executed, or a lease that ran out, comes before any network (S9, S21).
    if (receipts.some(({ order }) => order === 'brick') || device.lease.standing === 'erase') {
      this.#lifecycle.dispatch({ type: 'erase' });
      return;
    }
    if (openGrant !== null) this.#ended(openGrant, 'restarted');
    device.record('started');
    device.start();
  }

  /** Somebody took the laptop away, or its system went to sleep: inert at once. */
  away(): void {
    this.#lifecycle.dispatch({ type: 'deactivated', reason: 'suspend' });
    this.#device?.away();
  }

  /** The page is gone: whoever was in a room is out of it. */
  pageGone(reason: string): void {
    this.#device?.record('page-gone', reason);
    this.#lifecycle.dispatch({ type: 'room-left', reason: 'connection-lost' });
  }

  /** The page sent what the contract does not allow. */
  pageRefused(detail: string): void {
    this.#device?.record('page-refused', detail);
  }

  get #enrolment(): Kept<Enrolment> {
    return keptEnrolment(this.#parts.record);
  }

  #initial(): Lifecycle {
    const { enrolment } = this.#parts.record.value;
    if (enrolment === null) return { name: 'blank', busy: false, problem: null };
    if (enrolment.suspendedByOrder) return { name: 'suspended', by: 'order' };
    if (this.#device?.lease.standing !== 'held') return { name: 'suspended', by: 'lease' };
    return { name: 'inert', notice: enrolment.openGrant === null ? null : 'restarted' };
  }

  #makeDevice(): Device {
    const { record, keyStore, journalPath, files, random, log } = this.#parts;
    const kept = keptEnrolment(record);
    this.#journal = new ConsultationJournal({
      path: journalPath,
      device: kept.value.identity.device.id,
      keyStore,
      floor: part(kept, 'journal'),
      files,
      random,
      log,
    });
    return new Device({
      ...this.#parts,
      kept,
      journal: this.#journal,
      state: () => this.#lifecycle.state,
      capabilities: () => this.capabilities,
      dispatch: (event) => this.#lifecycle.dispatch(event),
      onChange: () => this.#publish(),
      notifyRoom: (notification) => this.#parts.notify('room', notification),
    });
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
    this.#device?.room.leave();
    this.#device?.record('left', reason);
  }

  #endActivation(grant: number, reason: ActivationEnd): void {
    this.#activationTimer?.cancel();
    void this.#journal?.close();
    this.#ended(grant, reason);
  }

  #startActivation({ grant, openUntil }: Activation): void {
    const { clock } = this.#parts;
    this.#enrolment.update((value) => ({ ...value, openGrant: grant }));
    // SECURITY: whichever clock is furthest decides when the laptop shuts (S1).
    const left = openUntil - (this.#device?.now() ?? clock.now());
    const over = (): void => this.#lifecycle.dispatch({ type: 'deactivated', reason: 'over' });
    this.#activationTimer = clock.setTimer(Math.max(0, left), over);
  }

  #ended(grant: number, reason: ActivationEnd): void {
    this.#enrolment.update((value) => ({ ...value, openGrant: null }));
    this.#device?.outbox.activationEnded(grant, reason);
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
    const { erasure, record } = this.#parts;
    const evidence = this.#evidence();
    this.#device?.stopDuties();
    await this.#journal?.close();
    // SECURITY: nothing is written any more: what is erased stays erased (S9).
    record.close();
    const delivery = this.#deliverReceipt(evidence);
    await erasure.run(evidence);
    if (await delivery) erasure.delivered();
    this.#lifecycle.dispatch({ type: 'erased' });
    erasure.deliver();
  }

  #evidence(): ErasureEvidence | undefined {
    const { enrolment } = this.#parts.record.value;
    if (enrolment === null) return undefined;
    const { enrolment: address, caCertificate } = enrolment.identity;
    const receipt = enrolment.receipts.findLast(({ order }) => order === 'brick')?.signed;
    return { receipt, address, caCertificate };
  }

  /** Tries the link first; false when control has not acknowledged the receipt in time. */
  async #deliverReceipt(evidence: ErasureEvidence | undefined): Promise<boolean> {
    const link = this.#device?.link;
    if (link === undefined || evidence?.receipt === undefined) return false;
    const patience = new Promise<false>((resolve) => {
      this.#parts.clock.setTimer(receiptPatience, () => resolve(false));
    });
    return Promise.race([link.request('receipt.deliver', evidence.receipt).then(({ ok }) => ok), patience]);
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
      join: () => this.#join(),
      leave: () => {
        this.#lifecycle.dispatch({ type: 'room-left', reason: 'left' });
        return done;
      },
      lock: () => {
        this.#lifecycle.dispatch({ type: 'deactivated', reason: 'locked' });
        return done;
      },
      room: async ({ method, params }) =>
        (await this.#device?.room.request(method, params)) ?? { ok: false, refusal: { reason: 'wrong-state' } },
      touched: () => {
        if (this.#idleTimer !== undefined) this.#startIdle();
        return done;
      },
    };
  }

  async #join(): Promise<InvokeResult<'join'>> {
    const { state } = this.#lifecycle;
    const device = this.#device;
    if (state.name !== 'open' || device === undefined) return { ok: false, refusal: { reason: 'wrong-state' } };
    const joined = await device.room.join(state.activation);
    return joined.ok ? done : joined;
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
    const { record, clock, log } = this.#parts;
    try {
      const trust = await firstTrust(manifest, roster);
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
