import { createHash } from 'node:crypto';
import type {
  DeviceEvent,
  DeviceRequestMethod,
  DeviceRequestParams,
  LinkState,
  Manifest,
  RequestRefusal,
  RoomNotification,
  Welcome,
} from '@sallyport/protocol';
import type { ControlNotificationMethod, ControlNotificationParams } from '@sallyport/protocol';
import { Countersigning } from './audit/countersigning.ts';
import type { ConsultationJournal } from './consultation-journal.ts';
import type { DutyParts } from './control-duties.ts';
import { makeDeviceLink } from './device-link.ts';
import type { DeviceLinkParts } from './device-link.ts';
import { makeDeviceCheck, makeDeviceRoom, makeStaffCode } from './device-room.ts';
import type { DeviceRoomParts } from './device-room.ts';
import { CertificateRenewal } from './identity/certificate-renewal.ts';
import { publicKeyOf, signBytes } from './identity/signing-keys.ts';
import { LeaseDuty } from './lease-duty.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { Lifecycle, LifecycleEvent } from './lifecycle/lifecycle.ts';
import type { SnapshotFacts } from './lifecycle/snapshot.ts';
import { LinkLoss } from './link-loss.ts';
import type { Link } from './link/link.ts';
import type { LinkOptions } from './link/link.ts';
import type { NewDeviceEvent } from './link/outbox-entries.ts';
import { Outbox } from './link/outbox.ts';
import type { OutboxJournal } from './link/outbox.ts';
import type { LinkIdentity } from './link/socket.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { Kept, Log } from './ports.ts';
import type { Enrolment } from './record.ts';
import { part } from './record.ts';
import type { Check } from './room/check.ts';
import type { Room } from './room/room.ts';
import type { Lease } from './trust/lease.ts';
import { Pairing } from './trust/pairing.ts';
import type { StaffCode } from './trust/staff-code.ts';
import { TrustRefresh } from './trust/trust-refresh.ts';
import { Trust } from './trust/trust.ts';

/** What {@link Device} needs. */
export interface DeviceParts {
  readonly kept: Kept<Enrolment>;
  readonly journal: ConsultationJournal;
  readonly events: OutboxJournal;
  readonly state: () => Lifecycle;
  readonly capabilities: () => Capabilities;
  readonly dispatch: (event: LifecycleEvent) => void;
  /** Called when a screen's facts have changed. */
  readonly onChange: () => void;
  readonly notifyRoom: (notification: RoomNotification) => void;
  readonly openSocket: (identity: LinkIdentity) => ReturnType<LinkOptions['open']>;
  readonly client: string;
  readonly recordGeneration: DeviceLinkParts['recordGeneration'];
  readonly isDamaged: DutyParts['isDamaged'];
  readonly onDamaged: DutyParts['onDamaged'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const minute = 60_000;
/** Refusals of an activation's end that asking again cannot change: it is given up rather than block those behind it. */
const final: readonly RequestRefusal[] = ['malformed', 'not-found', 'unknown-method', 'too-large'];

/** An enrolled laptop's dealings with control: trust, pairing, link, room, lease and reports. */
export class Device {
  readonly trust: Trust;
  readonly pairing: Pairing;
  readonly link: Link;
  readonly room: Room;
  readonly check: Check;
  readonly staffCode: StaffCode;
  readonly outbox: Outbox;
  readonly #parts: DeviceParts;
  readonly #refresh: TrustRefresh;
  readonly #renewal: CertificateRenewal;
  readonly #countersigning: Countersigning;
  readonly #leaseDuty: LeaseDuty;
  readonly #loss: LinkLoss;

  /** @throws TrustFault when the kept trust does not decode */
  constructor(parts: DeviceParts) {
    const { kept, clock, random, log } = parts;
    this.#parts = parts;
    const hours = (): Manifest['policy'] => this.trust.manifest.policy;
    this.#leaseDuty = new LeaseDuty({ ...parts, kept: part(kept, 'lease'), hours });
    this.#loss = new LinkLoss(parts);
    this.trust = this.#makeTrust();
    this.pairing = new Pairing({
      kept: part(kept, 'pairing'),
      clock,
      random,
      grantLifetime: () => this.trust.manifest.policy.grantMinutes * minute,
      onChange: parts.onChange,
    });
    this.#refresh = new TrustRefresh({
      trust: this.trust,
      request: (method, params) => this.link.request(method, params),
      onRefused: (reason) => this.record('statement-refused', `trust: ${reason}`),
    });
    this.#renewal = new CertificateRenewal({
      kept: part(kept, 'identity'),
      request: (request) => this.link.request('certificate.renew', { request }),
      clock,
      log,
    });
    this.link = this.#makeLink();
    this.outbox = new Outbox({
      journal: parts.events,
      device: kept.value.identity.device.id,
      sign: (bytes) => this.#sign(bytes),
      deliver: (method, params) => this.#deliver(method, params),
      log,
    });
    this.#countersigning = this.#makeCountersigning();
    const around = this.#aroundRoom();
    this.room = makeDeviceRoom(around);
    this.check = makeDeviceCheck(around);
    this.staffCode = makeStaffCode(around, this.room);
  }

  /** How long it may be out of contact. */
  get lease(): Lease {
    return this.#leaseDuty.lease;
  }

  /** The time by which statements are judged and an activation ends, ms since 1970; see {@link Lease.latest}. */
  now(): number {
    return this.lease.latest;
  }

  /** Control's time as far as it is known, ms since 1970: what screens count by. */
  controlNow(): number {
    return this.lease.controlNow;
  }

  /** What screens show of all this, in control's time. */
  get shown(): Pick<SnapshotFacts, 'now' | 'link' | 'pairing' | 'keepsSomebodyOut' | 'lease'> {
    const { suspendsAt, erasesAt } = this.lease;
    return {
      now: this.controlNow(),
      link: this.link.state,
      pairing: this.#pairingShown,
      keepsSomebodyOut: this.room.keepsSomebodyOut,
      lease: { suspendsAt, erasesAt },
    };
  }

  /** Starts everything that needs the network. */
  start(): void {
    this.link.start();
    this.lease.watch();
  }

  /** Stops everything but what the wipe still needs: the link. */
  stopDuties(): void {
    this.pairing.stop();
    this.lease.stop();
    this.#renewal.stop();
    this.#countersigning.stop();
    this.#loss.stop();
    this.check.stop();
    this.staffCode.stop();
  }

  /** The laptop goes to sleep, or has woken up: what the lease has counted is written down and looked at. */
  away(): void {
    this.#leaseDuty.away();
  }

  /** Gives up the seat, and whatever was asked of staff in it. */
  leaveRoom(): void {
    this.staffCode.stop();
    this.room.leave();
  }

  /** Follows the lifecycle: codes are shown only while inert and in contact; control is told. */
  followed(state: Lifecycle, previous: Lifecycle): void {
    if (previous.name === 'open' && state.name !== 'inRoom' && state.name !== 'open') this.room.leave();
    this.#followPairing();
    this.#tellState();
  }

  /** Keeps an event for the record. */
  record(event: DeviceEvent['event'], detail?: string): void {
    const at = Math.trunc(this.controlNow());
    const entry: NewDeviceEvent = { at, event, ...(detail === undefined ? {} : { detail }) };
    this.#parts.journal.append({ at, kind: 'event', event: entry });
    this.outbox.record(entry);
  }

  get #pairingShown(): SnapshotFacts['pairing'] {
    const { view } = this.pairing;
    const offset = Math.trunc(this.controlNow() - this.#parts.clock.now());
    if (view.state === 'shown') return { ...view, changesAt: view.changesAt + offset };
    return view.state === 'locked-out' ? { ...view, until: view.until + offset } : view;
  }

  #makeTrust(): Trust {
    const { kept } = this.#parts;
    const { device, signingKey } = kept.value.identity;
    const key = createHash('sha256').update(publicKeyOf(signingKey)).digest('base64url');
    return new Trust({
      kept: part(kept, 'trust'),
      subject: { device: device.id, site: device.site, key },
      now: () => this.now(),
      onInForce: (what) => this.#trustChanged(what),
    });
  }

  #makeCountersigning(): Countersigning {
    const { kept, clock, log } = this.#parts;
    return new Countersigning({
      kept: part(kept, 'witness'),
      trusted: () => ({ fleet: this.trust.manifest.fleet, auditKey: this.trust.manifest.policy.auditKey }),
      request: (method, params) => this.link.request(method, params),
      sign: (bytes) => this.#sign(bytes),
      onRefused: (detail) => this.record('checkpoint-refused', detail),
      clock,
      log,
    });
  }

  #sign(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    return signBytes(this.#parts.kept.value.identity.signingKey, bytes);
  }

  #makeLink(): Link {
    return makeDeviceLink({
      ...this.#parts,
      trust: this.trust,
      pairing: this.pairing,
      refresh: this.#refresh,
      leaseDuty: this.#leaseDuty,
      record: (event, detail) => this.record(event, detail),
      now: () => this.now(),
      onNotification: (method, params) => this.#notified(method, params),
      onConnected: (welcome) => this.#connected(welcome),
      onState: (state) => this.#linkChanged(state),
    });
  }

  #aroundRoom(): DeviceRoomParts {
    return {
      ...this.#parts,
      identity: () => this.#parts.kept.value.identity,
      trust: this.trust,
      lease: this.lease,
      link: this.link,
      sign: (bytes) => this.#sign(bytes),
      refresh: () => void this.#refreshed(),
      record: (event, detail) => this.record(event, detail),
    };
  }

  #connected({ time }: Welcome): void {
    this.#leaseDuty.contact(time);
    this.#tellState();
    void this.#settle();
  }

  /** After each handshake what waits is reported, newer trust fetched, the certificate renewed, the record countersigned. */
  async #settle(): Promise<void> {
    void this.outbox.flush();
    await this.#refreshed();
    await this.#renewal.check().catch((error: unknown) => this.#failed('certificate not renewed', error));
    await this.#countersigning.run();
  }

  async #refreshed(): Promise<void> {
    await this.#refresh.refresh().catch((error: unknown) => this.#failed('trust not refreshed', error));
  }

  #failed(what: string, error: unknown): void {
    this.#parts.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, what);
  }

  /** What is open was opened by somebody, for somebody: when trust no longer names them it shuts at once. */
  #trustChanged(what: string): void {
    this.record('trust-updated', what);
    this.room.trustChanged();
    this.lease.watch();
    const state = this.#parts.state();
    if (state.name !== 'open' && state.name !== 'inRoom') return;
    const { approver, appointment } = state.activation;
    // SECURITY: a leaver's grant ends with their place on the roster (S6).
    if (this.trust.refusalOf({ approver, consultant: appointment.consultant }) !== undefined) {
      this.#parts.dispatch({ type: 'deactivated', reason: 'revoked' });
    }
  }

  #notified<M extends ControlNotificationMethod>(method: M, params: ControlNotificationParams<M>): void {
    if (method === 'lease.renewed') {
      this.#leaseDuty.contact((params as ControlNotificationParams<'lease.renewed'>).time);
    } else if (method === 'trust.published') void this.#refreshed();
    else this.room.notified({ method, params } as RoomNotification);
  }

  #linkChanged(state: LinkState): void {
    if (state === 'connected') this.#loss.regained();
    else this.#loss.lost();
    this.#followPairing();
    this.#parts.onChange();
  }

  #followPairing(): void {
    const isShown = this.#parts.capabilities().controlRequests.has('pairing.check') && this.link.state === 'connected';
    if (isShown) void this.pairing.start();
    else this.pairing.stop();
  }

  #tellState(): void {
    this.link.notifyState({ state: this.#parts.state().name, room: this.room.current });
  }

  async #deliver<M extends DeviceRequestMethod>(method: M, params: DeviceRequestParams<M>): Promise<boolean> {
    const answer = await this.link.request(method, params);
    // Events are a chain: one that is refused waits, for whatever reason, rather than leave a hole.
    if (answer.ok || (method !== 'record.report' && final.includes(answer.refusal.reason))) return true;
    if (answer.refusal.retryAfter !== undefined) {
      this.#parts.clock.setTimer(answer.refusal.retryAfter * 1000, () => void this.outbox.flush());
    }
    return false;
  }
}
