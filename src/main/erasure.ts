import type { ErasureProof, PlatformEraser as ChosenEraser } from '@sallyport/protocol';
import type { DataPlaces } from './data-places.ts';
import { wipeTargets } from './data-places.ts';
import type { ErasureEvidence } from './erasure-evidence.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './identity/control-http.ts';
import { signBytes } from './identity/signing-keys.ts';
import type { ProofWay } from './identity/proof-delivery.ts';
import { impatient, postingProof, ProofDelivery } from './identity/proof-delivery.ts';
import type { Clock } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { MachineFile } from './platform/machine-file.ts';
import { replaceFile } from './platform/replace-file.ts';
import type { Log } from './ports.ts';
import { deviceShareEraser } from './vault/device-share.ts';
import type { KeyStore } from './vault/key-store.ts';
import type { PlatformEraser, PowerSwitch } from './wipe/platform/platform-eraser.ts';
import { PowerOff } from './wipe/power-off.ts';
import type { Tombstone, WipeStatus } from './wipe/tombstone.ts';
import { markDelivered, proofOf, readTombstone, undeliveredProof, wipeStatus } from './wipe/tombstone.ts';
import type { WipeOptions } from './wipe/wipe.ts';
import { startOrResumeWipe, wipeBackOff } from './wipe/wipe.ts';

/** What {@link Erasure} needs. */
export interface ErasureOptions {
  readonly places: DataPlaces;
  readonly files: Files;
  readonly clock: Clock;
  readonly keyStore: KeyStore;
  readonly machine: MachineFile;
  /** What this laptop can do below its files, of what a policy chose. Must not throw. */
  readonly choose: (
    chosen: readonly ChosenEraser[],
    machine: MachineFile,
  ) => { readonly erasers: readonly PlatformEraser[]; readonly powerSwitch: PowerSwitch | undefined };
  readonly exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
  readonly log: Log;
}

/** How long the link may take to acknowledge a proof before it is posted instead, ms. */
const linkPatience = 3000;
/** How long control may take to acknowledge the last report before the client starts anew, and goes on with it, ms. */
const chance = 5000;
/** How long keys may stay in memory while a step of the wipe fails, before the client starts anew all the same, ms. */
const memoryPatience = 30_000;

/** The laptop's erasure, and the delivery of its proof, across restarts. */
export class Erasure {
  readonly #options: ErasureOptions;
  #powerOff: PowerOff | undefined;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /** What the disk says: read before anything else at a start. */
  get status(): WipeStatus {
    return wipeStatus(this.#reading());
  }

  /** Whether a tombstone could be left where it has to be: tried out, with another name. */
  get canBegin(): boolean {
    const { files, places } = this.#options;
    const path = `${places.tombstone}.trial`;
    try {
      replaceFile(files, path, new Uint8Array());
      files.remove(path);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Erases the laptop, while what the vault held is still in this process' memory.
   * @param evidence undefined when there is none: the laptop was never enrolled
   * @param overLink hands a proof over the link, while that stands
   * @returns when the client has to start anew so that nothing is left in memory: `dead` once everything is erased, proved
   * and either acknowledged or given its chance; `wiping` when a step still fails, for the next start. Never rejects, and
   * does not resolve before the tombstone is durable.
   */
  async begin(evidence: ErasureEvidence | undefined, overLink: ProofWay): Promise<'dead' | 'wiping'> {
    const delivery = this.#makeDelivery([impatient(overLink, this.#options.clock, linkPatience), this.#post]);
    const onProof = (proof: ErasureProof, isRoundOver: boolean): void => {
      if (isRoundOver) delivery.offer(proof);
      // The link stands already; anything else has to wait until the whole round is done.
      else void overLink(proof).catch(() => false);
    };
    const dead = await this.#inTime(this.#run(this.#startWith(evidence), onProof));
    if (dead !== undefined) await this.#chance(dead, delivery);
    delivery.stop();
    return dead === undefined ? 'wiping' : 'dead';
  }

  /**
   * Goes on with an erasure that was cut off, before anything else at a start.
   * @returns once everything is erased and proved; never rejects
   */
  async resume(): Promise<void> {
    const delivery = this.#makeDelivery([this.#post]);
    await this.#run({ kind: 'resume' }, (proof, isRoundOver) => {
      if (isRoundOver) delivery.offer(proof);
    });
    delivery.stop();
  }

  /** What a dead laptop still does: delivers its proof until it is taken, and powers itself off when the policy says so. */
  rest(): void {
    const reading = this.#reading();
    if (reading.state !== 'present' || reading.tombstone.phase !== 'dead') return;
    const waiting = undeliveredProof(reading);
    this.#powerOff = this.#makePowerOff(reading.tombstone);
    if (waiting === undefined) this.#powerOff?.settled();
    else this.#makeDelivery([this.#post]).offer(waiting.proof);
  }

  #reading(): ReturnType<typeof readTombstone> {
    return readTombstone(this.#options.files, this.#options.places.tombstone);
  }

  #startWith(evidence: ErasureEvidence | undefined): WipeOptions['start'] {
    const { clock } = this.#options;
    const { erasers, dataVolume } = this.#fallback;
    const none = { startedAt: clock.now(), receipt: null, notice: null, reportKey: null, control: null, erasers };
    return { kind: 'begin', evidence: { ...(evidence ?? none), dataVolume } };
  }

  /**
   * What to do below the files when no policy says it any more: a volume that was made to be erased is erased, and nothing
   * is done to a machine that nobody prepared.
   */
  get #fallback(): WipeOptions['fallback'] {
    const { dataVolume } = this.#options.machine;
    return dataVolume === undefined ? { erasers: [], dataVolume: null } : { erasers: ['luks2'], dataVolume };
  }

  /** @returns the dead laptop's tombstone */
  async #run(start: WipeOptions['start'], onProof: NonNullable<WipeOptions['onProof']>): Promise<Tombstone> {
    const { places, files, clock, keyStore, log } = this.#options;
    try {
      return await startOrResumeWipe({
        files,
        share: deviceShareEraser(keyStore),
        targets: wipeTargets(places),
        tombstonePath: places.tombstone,
        start,
        erasersFor: (chosen) => this.#chosen(chosen).erasers,
        fallback: this.#fallback,
        sign: signBytes,
        clock,
        backOff: wipeBackOff,
        onProgress: ({ round, step, outcome }) => log.info({ round, step, outcome }, 'wipe'),
        onProof,
      });
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'wipe not started');
      // What cannot be erased must not be used either: the laptop stays where it is, wiping.
      return new Promise(() => undefined);
    }
  }

  /** The volume is the tombstone's: a description of the machine that has gone since does not save it. */
  #chosen({ erasers, dataVolume }: Pick<Tombstone, 'erasers' | 'dataVolume'>): ReturnType<ErasureOptions['choose']> {
    const { choose, machine } = this.#options;
    return choose(erasers, dataVolume === null ? machine : { ...machine, dataVolume });
  }

  /** @returns undefined when it takes too long while the tombstone already stands */
  async #inTime(run: Promise<Tombstone>): Promise<Tombstone | undefined> {
    for (;;) {
      const dead = await Promise.race([run, this.#pause(memoryPatience)]);
      if (dead !== undefined || this.status !== 'none') return dead;
    }
  }

  /** Gives control a while to acknowledge the last report; the next start goes on with it otherwise. */
  async #chance(dead: Tombstone, delivery: ProofDelivery): Promise<void> {
    const proof = proofOf(dead);
    if (proof === undefined) return;
    delivery.offer(proof);
    await Promise.race([delivery.taken(), this.#pause(chance)]);
  }

  #makeDelivery(ways: readonly ProofWay[]): ProofDelivery {
    return new ProofDelivery({ ways, clock: this.#options.clock, onDelivered: (proof) => this.#delivered(proof) });
  }

  /** Posts a proof to whomever the tombstone names. */
  readonly #post: ProofWay = async (proof) => {
    const reading = this.#reading();
    const control = reading.state === 'present' ? reading.tombstone.control : null;
    return control !== null && postingProof({ ...control, exchange: this.#options.exchange })(proof);
  };

  #delivered(proof: ErasureProof): void {
    const { files, places, log } = this.#options;
    const reading = this.#reading();
    if (reading.state !== 'present' || reading.tombstone.reported?.report.report !== proof.report?.report) return;
    try {
      markDelivered(files, places.tombstone);
      log.info({ number: reading.tombstone.reported?.number, phase: reading.tombstone.phase }, 'proof delivered');
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'delivery not noted');
    }
    if (reading.tombstone.phase === 'dead') this.#powerOff?.settled();
  }

  #makePowerOff(tombstone: Tombstone): PowerOff | undefined {
    const { clock, log } = this.#options;
    const { powerSwitch } = this.#chosen(tombstone);
    return (
      powerSwitch &&
      new PowerOff({
        powerSwitch,
        clock,
        onPowerOff: () => log.info({}, 'powers off'),
        onRefused: (error) => log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'not powered off'),
      })
    );
  }

  #pause(milliseconds: number): Promise<undefined> {
    return new Promise((resolve) => void this.#options.clock.setTimer(milliseconds, () => resolve(undefined)));
  }
}
