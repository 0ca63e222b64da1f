// What a laptop of the tests signs: receipts and the notice of its erasure with its own key, the reports with a fresh one.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  decodeStatement,
  encodeErasureNotice,
  encodeErasureReport,
  fixedErasureSteps,
  fromBase64url,
  sha256,
  toBase64url,
} from '@sallyport/protocol';
import type {
  ApprovedStatement,
  ErasureCause,
  ErasureProof,
  ErasureReport,
  ErasureStep,
  Receipt,
  SignedErasureNotice,
  SignedErasureReport,
  SignedReceipt,
} from '@sallyport/protocol';

/** Signs a receipt for an order. @throws when the order does not name the device */
export async function signReceipt(
  order: ApprovedStatement,
  { device, outcome, signingKey }: { device: string; outcome: Receipt['outcome']; signingKey: string },
): Promise<SignedReceipt> {
  const bytes = fromBase64url(order.statement) ?? new Uint8Array();
  const statement = decodeStatement(bytes);
  const named = statement?.type === 'order' ? statement.devices.find(({ id }) => id === device) : undefined;
  if (statement?.type !== 'order' || named === undefined) throw new Error('not an order for this laptop');
  const receipt = Buffer.from(
    JSON.stringify({
      ...{ sallyport: 1, type: 'receipt', device, statement: toBase64url(await sha256(bytes)) },
      ...{ order: statement.order, sequence: named.sequence, outcome, at: Date.now() },
    }),
  );
  return { receipt: toBase64url(receipt), signature: signed(receipt, createPrivateKey(signingKey)) };
}

/** Who erases itself, and why. */
export interface TestErasure {
  device: string;
  /** The laptop's own key, PEM. */
  signingKey: string;
  cause: ErasureCause;
  receipt: SignedReceipt | null;
  /** ms since the Unix epoch; now unless stated. */
  at?: number;
}

/** How far an erasure has come, as a test says it. */
export interface TestProgress {
  /** Steps verified so far; all unless stated. */
  verified?: number;
  phase?: ErasureReport['phase'];
  number?: number;
  /** Replaces steps. */
  steps?: ErasureStep[];
}

/** One erasure of a laptop: its notice is signed once. */
export class LaptopErasure {
  /** When its notice was signed. */
  readonly at: number;
  readonly #receipt: SignedReceipt | null;
  readonly #notice: SignedErasureNotice;
  readonly #digest: string;
  readonly #key: KeyObject;
  #number = 0;

  constructor({ device, signingKey, cause, receipt, at = Date.now() }: TestErasure) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const reportKey = toBase64url(publicKey.export({ format: 'der', type: 'spki' }));
    const bytes = encodeErasureNotice({ device, cause, reportKey, software: 'S'.repeat(43), at });
    this.#notice = { notice: toBase64url(bytes), signature: signed(bytes, createPrivateKey(signingKey)) };
    this.#digest = createHash('sha256').update(bytes).digest('base64url');
    this.#key = privateKey;
    this.at = at;
    this.#receipt = receipt;
  }

  /** The proof before the first report. */
  accepted(): ErasureProof {
    return { receipt: this.#receipt, notice: this.#notice, report: null };
  }

  /** The proof with the next report, or with one of a number. */
  progress(progress: TestProgress = {}): ErasureProof {
    return { ...this.accepted(), report: this.#report(progress) };
  }

  /** The proof that nothing is left to do. */
  dead(): ErasureProof {
    return this.progress({ phase: 'dead' });
  }

  #report({ verified = fixedErasureSteps.length, phase = 'wiping', number, steps }: TestProgress): SignedErasureReport {
    this.#number = number ?? this.#number + 1;
    const bytes = encodeErasureReport({
      notice: this.#digest,
      number: this.#number,
      steps: steps ?? stepsUpTo(verified),
      phase,
      at: Date.now(),
    });
    return { report: toBase64url(bytes), signature: signed(bytes, this.#key) };
  }
}

/** The fixed steps, the first few of them verified. */
export function stepsUpTo(verified: number): ErasureStep[] {
  return fixedErasureSteps.map((step, index) =>
    index < verified ? { step, outcome: 'verified', at: Date.now() } : { step, outcome: 'pending', at: null },
  );
}

function signed(bytes: Uint8Array, key: KeyObject): string {
  return toBase64url(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }));
}
