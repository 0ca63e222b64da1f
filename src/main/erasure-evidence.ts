import type { PlatformEraser, SignedErasureNotice } from '@sallyport/protocol';
import { makeErasureNotice } from './identity/erasure-notice.ts';
import type { Log } from './ports.ts';
import type { Enrolment } from './record.ts';
import { reportTime } from './wipe/wipe-report.ts';
import type { WipeEvidence } from './wipe/wipe.ts';

/** What an open record tells of its own erasure, before it is destroyed. */
export type ErasureEvidence = Omit<WipeEvidence, 'dataVolume'>;

/** What {@link evidenceOf} needs. */
export interface EvidenceParts {
  readonly enrolment: Pick<Enrolment, 'identity' | 'receipts'>;
  /** What the policy in force says to do below the files. */
  readonly erasers: readonly PlatformEraser[];
  /** SHA-256 of the installed software, base64url; null when it has not been measured. */
  readonly software: string | null;
  /** By the clock that statements are judged by, ms since 1970. */
  readonly now: number;
  readonly log: Log;
}

/**
 * Gathers, and signs with the device's own key, what proves an erasure later. Never throws: what cannot be signed must
 * not stand in the way of the wipe, which then leaves no notice and can deliver nothing.
 */
export async function evidenceOf({ enrolment, erasers, software, now, log }: EvidenceParts): Promise<ErasureEvidence> {
  const { identity, receipts } = enrolment;
  const receipt = receipts.findLast(({ order }) => order === 'brick')?.signed ?? null;
  const startedAt = reportTime(now);
  const control = { address: identity.enrolment, caCertificate: identity.caCertificate };
  return {
    startedAt,
    receipt,
    control,
    erasers,
    ...(await signed(() => makeErasureNotice({ identity, receipt, software, at: startedAt }), log)),
  };
}

async function signed(
  make: () => ReturnType<typeof makeErasureNotice>,
  log: Log,
): Promise<{ notice: SignedErasureNotice | null; reportKey: string | null }> {
  try {
    return await make();
  } catch (error) {
    log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'erasure notice not signed');
    return { notice: null, reportKey: null };
  }
}
