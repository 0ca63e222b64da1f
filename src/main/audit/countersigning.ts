import { digest, emptyRoot, fromBase64url, isConsistent, verifyCheckpoint } from '@sallyport/protocol';
import type {
  Checkpoint,
  DeviceRequestMethod,
  DeviceRequestParams,
  DeviceRequestResult,
  TreeHead,
} from '@sallyport/protocol';
import * as z from 'zod';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Answer, Kept, Log } from '../ports.ts';

/** The head of control's record that the device has countersigned last; of none, the empty record's. */
export const keptWitness = z.strictObject({ size: z.int().min(0), root: digest });
export type KeptWitness = z.infer<typeof keptWitness>;

/** The device has countersigned nothing yet. */
export const noWitness: KeptWitness = { size: 0, root: emptyRoot };

/** What {@link Countersigning} needs. */
export interface CountersigningOptions {
  readonly kept: Kept<KeptWitness>;
  /** The fleet and its audit key, as the manifest in force names them. */
  readonly trusted: () => { readonly fleet: string; readonly auditKey: string };
  /** Asks control. */
  readonly request: <M extends DeviceRequestMethod>(
    method: M,
    params: DeviceRequestParams<M>,
  ) => Promise<Answer<DeviceRequestResult<M>>>;
  /** The device's signature over bytes, r ‖ s, base64url. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** Puts on the device's own record that a checkpoint was refused. */
  readonly onRefused: (detail: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Why a checkpoint is not countersigned. */
type Reason = 'not-signed' | 'another-fleet' | 'shorter' | 'inconsistent';

const hour = 3_600_000;

/**
 * The device as a witness of control's record: it countersigns checkpoints as long as each goes on from the last one it
 * countersigned, so that whoever owns control cannot rewrite what a laptop has seen.
 */
export class Countersigning {
  readonly #options: CountersigningOptions;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  /** The last refusal that was put on the record. */
  #recorded: string | undefined;

  constructor(options: CountersigningOptions) {
    this.#options = options;
  }

  /** Countersigns control's newest checkpoint, and again every hour. One at a time; never throws. */
  run(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(hour, () => void this.run());
    this.#running ??= this.#attempt().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Stops doing so every hour. */
  stop(): void {
    this.#timer?.cancel();
  }

  async #attempt(): Promise<void> {
    try {
      await this.#countersign();
    } catch (error) {
      this.#options.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'not countersigned');
    }
  }

  async #countersign(): Promise<void> {
    const { kept, request, sign } = this.#options;
    const before = kept.value;
    const answer = await request('audit.checkpoint', { after: before.size });
    if (!answer.ok) return;
    const { checkpoint } = answer.value.checkpoint;
    const judged = await this.#judge(answer.value, before);
    const bytes = fromBase64url(checkpoint);
    if (typeof judged === 'string' || bytes === undefined) {
      this.#refuse(typeof judged === 'string' ? judged : 'not-signed', before);
      return;
    }
    // SECURITY: kept before it is sent: whatever happens in between, nothing that contradicts it is ever signed (S27).
    if (judged.size !== before.size) kept.update(() => ({ size: judged.size, root: judged.root }));
    this.#recorded = undefined;
    await request('audit.countersign', { checkpoint, signature: await sign(bytes) });
  }

  async #judge(
    { checkpoint, consistency }: DeviceRequestResult<'audit.checkpoint'>,
    before: TreeHead,
  ): Promise<Checkpoint | Reason> {
    const { fleet, auditKey } = this.#options.trusted();
    const verified = await verifyCheckpoint(checkpoint, auditKey);
    if (verified === undefined) return 'not-signed';
    if (verified.fleet !== fleet) return 'another-fleet';
    if (verified.size < before.size) return 'shorter';
    // SECURITY: a record from which an entry was removed, or in which one was changed or moved, gets no signature (S27).
    return (await isConsistent(before, verified, consistency)) ? verified : 'inconsistent';
  }

  /** The record says it once, with the head this laptop knows: that is what an auditor compares with. */
  #refuse(reason: Reason, { size, root }: TreeHead): void {
    const detail = `${reason}, known ${size}:${root}`;
    this.#options.log.warn({ reason, size, root }, 'checkpoint refused');
    if (this.#recorded === detail) return;
    this.#recorded = detail;
    this.#options.onRefused(detail);
  }
}
