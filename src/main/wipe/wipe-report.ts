import type { ErasureReport, ErasureStep, ErasureStepName } from '@sallyport/protocol';
import { encodeErasureReport, fromBase64url, instant, sha256, toBase64url } from '@sallyport/protocol';
import type { Tombstone } from './tombstone.ts';

/** Signs bytes with a private key in PEM: ECDSA P-256 with SHA-256, r ‖ s, base64url. */
export type SignWith = (privateKey: string, bytes: Uint8Array<ArrayBuffer>) => Promise<string>;

/** Steps of which none has been tried. */
export function pendingSteps(names: readonly ErasureStepName[]): ErasureStep[] {
  return names.map((step) => ({ step, outcome: 'pending', at: null }));
}

/** The steps with what came of trying one of them. */
export function stepsAfter(steps: readonly ErasureStep[], tried: ErasureStep): ErasureStep[] {
  return steps.map((step) => (step.step === tried.step ? tried : step));
}

/** Whether two lists of steps say the same but for the times: then the second is no news. */
export function sayTheSame(left: readonly ErasureStep[], right: readonly ErasureStep[]): boolean {
  const said = (steps: readonly ErasureStep[]): string => steps.map(({ step, outcome }) => step + outcome).join();
  return said(left) === said(right);
}

/** A time that every report can hold, whatever the device's clock shows. @param earliest ms since 1970 */
export function reportTime(now: number, earliest: number = instant.minValue ?? 0): number {
  const latest = instant.maxValue ?? now;
  return Math.trunc(Math.min(Math.max(now, earliest), latest));
}

/**
 * Signs the next report of a wipe. Whether it becomes the newest is for the tombstone to say.
 * @returns undefined when there is no notice to report on, or no key any more, or the key does not sign: a wipe that
 * cannot be proved goes on all the same
 */
export async function signNextReport(
  { notice, reportKey, reported, startedAt }: Tombstone,
  {
    steps,
    phase,
    now,
  }: { readonly steps: ErasureStep[]; readonly phase: ErasureReport['phase']; readonly now: number },
  sign: SignWith,
): Promise<NonNullable<Tombstone['reported']> | undefined> {
  const bytes = notice === null ? undefined : fromBase64url(notice.notice);
  if (bytes === undefined || reportKey === null) return undefined;
  try {
    const number = (reported?.number ?? 0) + 1;
    const digest = toBase64url(await sha256(bytes));
    const report = encodeErasureReport({ notice: digest, number, steps, phase, at: reportTime(now, startedAt) });
    return { number, report: { report: toBase64url(report), signature: await sign(reportKey, report) } };
  } catch {
    return undefined;
  }
}
