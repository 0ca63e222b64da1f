import type {
  DeviceEvent,
  DeviceRequestMethod,
  DeviceRequestParams,
  LinkState,
  RequestRefusal,
  RoomNotification,
  Screen,
  Welcome,
} from '@sallyport/protocol';
import type { ControlNotificationMethod, ControlNotificationParams } from '@sallyport/protocol';
import { isCertificateFor, isDueForRenewal } from './identity/certificates.ts';
import { certificateRequestFor } from './identity/device-keys.ts';
import type { ConsultationJournal } from './consultation-journal.ts';
import { controlDuties } from './control-duties.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { Lifecycle, LifecycleEvent } from './lifecycle/lifecycle.ts';
import { Link } from './link/link.ts';
import type { LinkOptions } from './link/link.ts';
import { Outbox } from './link/outbox.ts';
import { exponentialRetry } from './link/retry-policy.ts';
import type { LinkIdentity } from './link/socket.ts';
import type { Clock, Timer } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { Kept, Log } from './ports.ts';
import type { Enrolment } from './record.ts';
import { part } from './record.ts';
import { Room } from './room/room.ts';
import { leaseCheckDelay, leaseStanding, noteTime, renewLease } from './trust/lease.ts';
import { Pairing } from './trust/pairing.ts';
import { Trust } from './trust/trust.ts';

/** What {@link Device} needs. */
export interface DeviceParts {
  readonly kept: Kept<Enrolment>;
  readonly journal: ConsultationJournal;
  readonly state: () => Lifecycle;
  readonly capabilities: () => Capabilities;
  readonly dispatch: (event: LifecycleEvent) => void;
  /** Called when a screen's facts have changed. */
  readonly onChange: () => void;
  readonly notifyRoom: (notification: RoomNotification) => void;
  readonly openSocket: (identity: LinkIdentity) => ReturnType<LinkOptions['open']>;
  readonly client: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How long an open laptop may be without its link before it becomes inert, ms. */
const linkGrace = 15_000;
const renewalCheck = 12 * 3_600_000;
const minute = 60_000;
/** Refusals of a report that asking again cannot change: the report is given up rather than block those behind it. */
const final: readonly RequestRefusal[] = ['malformed', 'not-found', 'unknown-method', 'too-large'];

/** An enrolled laptop's dealings with control: trust, pairing, link, room, lease and reports. */
export class Device {
  readonly trust: Trust;
  readonly pairing: Pairing;
  readonly link: Link;
  readonly room: Room;
  readonly outbox: Outbox;
  readonly #parts: DeviceParts;
  /** Control's clock less the laptop's own, ms. */
  #offset = 0;
  /** Monotonic ms at which the link was lost. */
  #lostSince: number | undefined;
  #leaseTimer: Timer | undefined;
  #graceTimer: Timer | undefined;
  #renewalTimer: Timer | undefined;
  #refreshing: Promise<boolean> | undefined;

  /** @throws TrustFault when the kept trust does not decode */
  constructor(parts: DeviceParts) {
    const { kept, clock, random, log } = parts;
    this.#parts = parts;
    const { id: device, site } = kept.value.identity.device;
    this.trust = new Trust({ kept: part(kept, 'trust'), subject: { device, site }, now: () => clock.now(), log });
    this.pairing = new Pairing({
      kept: part(kept, 'pairing'),
      clock,
      random,
      grantLifetime: () => this.trust.manifest.policy.grantMinutes * minute,
      onChange: parts.onChange,
    });
    this.link = this.#makeLink(device);
    this.outbox = new Outbox({
      kept: part(kept, 'outbox'),
      deliver: (method, params) => this.#deliver(method, params),
      log,
    });
    this.room = this.#makeRoom();
  }

  /** Control's time as far as it is known, ms since 1970. */
  controlNow(): number {
    return this.#parts.clock.now() + this.#offset;
  }

  /** What the screen shows of the pairing, in control's time. */
  get pairingView(): Extract<Screen, { screen: 'inert' }>['pairing'] {
    const view = this.pairing.view;
    const offset = Math.trunc(this.#offset);
    if (view.state === 'shown') return { ...view, changesAt: view.changesAt + offset };
    return view.state === 'locked-out' ? { ...view, until: view.until + offset } : view;
  }

  /** How the lease stands now. */
  get standing(): ReturnType<typeof leaseStanding> {
    return leaseStanding(this.#parts.kept.value.lease, this.trust.manifest.policy, this.#parts.clock.now());
  }

  /** Starts everything that needs the network. */
  start(): void {
    this.link.start();
    this.#watchLease();
  }

  /** Stops everything but what the wipe still needs: the link. */
  stopDuties(): void {
    this.pairing.stop();
    for (const timer of [this.#leaseTimer, this.#graceTimer, this.#renewalTimer]) timer?.cancel();
  }

  /** Follows the lifecycle: codes are shown only while inert and in contact; control is told. */
  followed(state: Lifecycle, previous: Lifecycle): void {
    if (previous.name === 'open' && state.name !== 'inRoom' && state.name !== 'open') this.room.leave();
    this.#followPairing();
    this.#tellState();
  }

  /** Keeps an event for the record. */
  record(event: DeviceEvent['event'], detail?: string): void {
    const at = Math.trunc(this.#parts.clock.now());
    const entry: DeviceEvent = { at, event, ...(detail === undefined ? {} : { detail }) };
    this.#parts.journal.append({ at, kind: 'event', event: entry });
    this.outbox.record(entry);
  }

  /** Fetches newer manifests and the newest roster. @returns whether anything was asked and taken without a refusal */
  refreshTrust(): Promise<boolean> {
    this.#refreshing ??= this.#refreshTrust().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refreshTrust(): Promise<boolean> {
    const answer = await this.link.request('trust.fetch', { afterManifest: this.trust.manifest.version });
    if (!answer.ok) return false;
    const refused = await this.trust.update(answer.value);
    if (refused !== undefined) this.record('statement-refused', `trust: ${refused}`);
    return refused === undefined;
  }

  #makeLink(device: string): Link {
    const { clock, log, kept } = this.#parts;
    return new Link({
      open: () => {
        const { link: address, caCertificate, certificate, signingKey } = kept.value.identity;
        return this.#parts.openSocket({ address, caCertificate, certificate, signingKey });
      },
      hello: () => ({
        client: this.#parts.client,
        state: this.#parts.state().name,
        manifestVersion: this.trust.manifest.version,
        rosterVersion: this.trust.rosterVersion,
        grantSequence: this.trust.sequences.grant,
        orderSequence: this.trust.sequences.order,
      }),
      device,
      handlers: controlDuties({
        ...this.#parts,
        trust: this.trust,
        pairing: this.pairing,
        record: (event, detail) => this.record(event, detail),
        refreshTrust: () => this.refreshTrust(),
        now: () => clock.now(),
      }),
      onNotification: (method, params) => this.#notified(method, params),
      onConnected: (welcome) => this.#connected(welcome),
      onState: (state) => this.#linkChanged(state),
      retry: exponentialRetry(() => (this.#parts.random.bytes(1)[0] ?? 0) / 256),
      clock,
      log,
    });
  }

  #makeRoom(): Room {
    const { capabilities, dispatch, notifyRoom, log } = this.#parts;
    return new Room({
      relay: (method, params) => this.link.request(method, params as never),
      now: () => this.controlNow(),
      isAllowed: (method) => capabilities().roomRequests.has(method),
      notifyPage: notifyRoom,
      onPhase: (phase) => dispatch({ type: 'phase-changed', phase }),
      onEnded: (reason) => dispatch({ type: 'room-left', reason }),
      log,
    });
  }

  #connected({ time }: Welcome): void {
    this.#contact(time);
    this.#tellState();
    void this.#settle();
  }

  /** What is done after each handshake: what waits is reported, newer trust is fetched, the certificate is renewed. */
  async #settle(): Promise<void> {
    void this.outbox.flush();
    try {
      await this.refreshTrust();
      await this.#renewCertificate();
    } catch (error) {
      this.#parts.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'not settled after contact');
    }
  }

  #contact(time: number): void {
    const { clock, kept, dispatch, log } = this.#parts;
    this.#offset = time - clock.now();
    try {
      renewLease(part(kept, 'lease'), clock.now());
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'lease not renewed');
      return;
    }
    dispatch({ type: 'resumed', by: 'lease' });
    this.#watchLease();
  }

  #notified<M extends ControlNotificationMethod>(method: M, params: ControlNotificationParams<M>): void {
    if (method === 'lease.renewed') this.#contact((params as ControlNotificationParams<'lease.renewed'>).time);
    else if (method === 'trust.published') void this.refreshTrust().catch(() => undefined);
    else this.room.notified({ method, params } as RoomNotification);
  }

  #linkChanged(state: LinkState): void {
    const { dispatch, clock, onChange } = this.#parts;
    this.#graceTimer?.cancel();
    if (state !== 'connected') {
      // SECURITY: a laptop out of reach cannot be locked from afar: without its link it becomes inert (S1).
      dispatch({ type: 'room-left', reason: 'connection-lost' });
      const since = (this.#lostSince ??= clock.monotonic());
      const left = Math.max(0, since + linkGrace - clock.monotonic());
      this.#graceTimer = clock.setTimer(left, () => dispatch({ type: 'deactivated', reason: 'link-lost' }));
    } else this.#lostSince = undefined;
    this.#followPairing();
    onChange();
  }

  #followPairing(): void {
    const isShown = this.#parts.capabilities().controlRequests.has('pairing.check') && this.link.state === 'connected';
    if (isShown) void this.pairing.start();
    else this.pairing.stop();
  }

  #tellState(): void {
    this.link.notifyState({ state: this.#parts.state().name, room: this.room.current });
  }

  #watchLease(): void {
    const { clock, kept } = this.#parts;
    this.#leaseTimer?.cancel();
    const delay = leaseCheckDelay(kept.value.lease, this.trust.manifest.policy, clock.now());
    this.#leaseTimer = clock.setTimer(delay, () => this.#checkLease());
  }

  #checkLease(): void {
    const { clock, kept, dispatch, log } = this.#parts;
    try {
      noteTime(part(kept, 'lease'), clock.now());
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'time not noted');
    }
    const { standing } = this;
    if (standing === 'erase') {
      dispatch({ type: 'erase' });
      return;
    }
    if (standing === 'suspend') dispatch({ type: 'suspended', by: 'lease' });
    this.#watchLease();
  }

  async #deliver<M extends DeviceRequestMethod>(method: M, params: DeviceRequestParams<M>): Promise<boolean> {
    const answer = await this.link.request(method, params);
    if (answer.ok || final.includes(answer.refusal.reason)) return true;
    if (answer.refusal.retryAfter !== undefined) {
      this.#parts.clock.setTimer(answer.refusal.retryAfter * 1000, () => void this.outbox.flush());
    }
    return false;
  }

  async #renewCertificate(): Promise<void> {
    const { clock, kept, log } = this.#parts;
    this.#renewalTimer?.cancel();
    this.#renewalTimer = clock.setTimer(renewalCheck, () => void this.#renewCertificate().catch(() => undefined));
    const { certificate, caCertificate, signingKey } = kept.value.identity;
    if (!isDueForRenewal(certificate, clock.now())) return;
    const request = await certificateRequestFor(signingKey);
    const answer = await this.link.request('certificate.renew', { request });
    if (!answer.ok) return;
    const renewed = answer.value.certificate;
    // SECURITY: only a certificate for our own key from the pinned authority replaces the one we have (S14).
    if (!isCertificateFor(renewed, { caCertificate, signingKey, now: clock.now() })) {
      log.warn({}, 'renewed certificate refused');
      return;
    }
    kept.update((value) => ({ ...value, identity: { ...value.identity, certificate: renewed } }));
    log.info({}, 'certificate renewed');
  }
}
