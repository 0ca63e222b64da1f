import { signedReceipt } from '@sallyport/protocol';
import type { SignedReceipt } from '@sallyport/protocol';
import type { DataPlaces } from './data-places.ts';
import { wipeTargets } from './data-places.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './identity/control-http.ts';
import { deliverReceipt } from './identity/receipt-delivery.ts';
import type { Clock } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { Log } from './ports.ts';
import { deviceShareEraser } from './vault/device-share.ts';
import type { KeyStore } from './vault/key-store.ts';
import { noneEraser } from './wipe/platform-eraser.ts';
import { markReceiptDelivered, readTombstone, undeliveredReceipt, wipeStatus } from './wipe/tombstone.ts';
import type { WipeStatus } from './wipe/tombstone.ts';
import { startOrResumeWipe, wipeBackOff } from './wipe/wipe.ts';

/** What {@link Erasure} needs. */
export interface ErasureOptions {
  readonly places: DataPlaces;
  readonly files: Files;
  readonly clock: Clock;
  readonly keyStore: KeyStore;
  readonly exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
  readonly log: Log;
}

/** What a wipe leaves behind to prove itself with. */
export interface ErasureEvidence {
  readonly receipt: SignedReceipt | undefined;
  /** host:port of control's enrolment port, and its authority, PEM. */
  readonly address: string;
  readonly caCertificate: string;
}

/** The laptop's erasure, and the delivery of its receipt, across restarts. */
export class Erasure {
  readonly #options: ErasureOptions;
  #isDelivering = false;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /** What the disk says: read before anything else at a start. */
  get status(): WipeStatus {
    return wipeStatus(readTombstone(this.#options.files, this.#options.places.tombstone));
  }

  /**
   * Erases the laptop, or goes on with it.
   * @param evidence undefined when resuming: the tombstone has it
   * @returns once everything is erased and proved; never rejects
   */
  async run(evidence?: ErasureEvidence): Promise<void> {
    const { places, files, clock, keyStore, log } = this.#options;
    try {
      await startOrResumeWipe({
        files,
        share: deviceShareEraser(keyStore),
        targets: wipeTargets(places),
        platform: noneEraser,
        tombstonePath: places.tombstone,
        clock,
        backOff: wipeBackOff,
        onProgress: ({ round, step, outcome }) => log.info({ round, step, outcome }, 'wipe'),
        ...(evidence === undefined ? {} : { evidence: evidenceOf(evidence) }),
      });
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'wipe not started');
      // What cannot be erased must not be used either: the laptop stays where it is, wiping.
      await new Promise(() => undefined);
    }
  }

  /** Notes that control has the receipt. */
  delivered(): void {
    const { files, places, log } = this.#options;
    try {
      markReceiptDelivered(files, places.tombstone);
      log.info({}, 'receipt delivered');
    } catch (error) {
      log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'delivery not noted');
    }
  }

  /** Posts the receipt that control has not acknowledged, until it is taken; does nothing when there is none. */
  deliver(): void {
    const { files, places, exchange, clock } = this.#options;
    const waiting = undeliveredReceipt(readTombstone(files, places.tombstone));
    const receipt = waiting && receiptOf(waiting.receipt);
    if (this.#isDelivering || receipt === undefined || !waiting?.control) return;
    this.#isDelivering = true;
    const { address, caCertificatePem } = waiting.control;
    const { hostname, port } = new URL(address);
    const contact = { address: `${hostname}:${port === '' ? '443' : port}`, caCertificate: caCertificatePem };
    deliverReceipt({ receipt, ...contact, exchange, clock, onDelivered: () => this.delivered() });
  }
}

function evidenceOf({ receipt, address, caCertificate }: ErasureEvidence): {
  receipt: Uint8Array | undefined;
  control: { address: string; caCertificatePem: string };
} {
  const bytes = receipt && Buffer.from(JSON.stringify(receipt));
  return { receipt: bytes, control: { address: `https://${address}`, caCertificatePem: caCertificate } };
}

function receiptOf(bytes: Uint8Array): SignedReceipt | undefined {
  try {
    return signedReceipt.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
