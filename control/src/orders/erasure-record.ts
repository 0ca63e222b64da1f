import type { Transaction } from 'kysely';
import { stageOfErasure } from '@sallyport/protocol';
import type {
  AuditEntry,
  ErasureProof,
  ErasureStage,
  ErasureStep,
  Refusal,
  VerifiedErasure,
} from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock, NamedDevice } from '../ports.ts';
import type { KeptErasure } from './kept-erasures.ts';
import { destroyShares } from './order-approval.ts';

export type ErasureRecordDeps = Parameters<typeof destroyShares>[0] & { audit: Audit; clock: Clock };

/** A proof whose signatures hold, whose laptop it is, and the order that caused it. */
export interface ProvedErasure extends VerifiedErasure {
  device: NamedDevice;
  proof: ErasureProof;
  /** Null when the laptop's lease had run out. */
  order: { id: string; queuedAt: Date } | null;
}

/**
 * Keeps a proof, and puts every stage it reaches on the record. Control's half of the laptop's keys goes with it.
 * @param before what was kept of the same erasure; undefined when it begins
 */
export async function keepErasure(
  deps: ErasureRecordDeps,
  trx: Transaction<Database>,
  proved: ProvedErasure,
  before: KeptErasure | undefined,
): Promise<void> {
  const { device, report } = proved;
  await writeRow(deps, trx, proved, before);
  // SECURITY: whatever made the laptop erase itself, control keeps no half of its keys (S33).
  await destroyShares(deps, trx, [device.id]);
  const state = report?.phase === 'dead' ? 'dead' : 'wiping';
  await trx.updateTable('devices').set({ state, room: null }).where('id', '=', device.id).execute();
  const reached = stageOfErasure(report);
  if (before === undefined) await record(deps, trx, proved, 'accepted');
  if (reached !== (before?.stage ?? 'accepted')) await record(deps, trx, proved, reached);
}

async function writeRow(
  { clock }: ErasureRecordDeps,
  trx: Transaction<Database>,
  { device, report, proof, order }: ProvedErasure,
  before: KeptErasure | undefined,
): Promise<void> {
  const now = new Date(clock.now());
  const row = {
    caused_by: order?.id ?? null,
    notice: JSON.stringify(proof.notice),
    report: proof.report && JSON.stringify(proof.report),
    report_number: report?.number ?? 0,
    stage: stageOfErasure(report),
    noticed_at: before?.noticed_at ?? now,
    reported_at: now,
  };
  await trx
    .insertInto('erasures')
    .values({ device: device.id, ...row })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}

function record(
  { audit }: ErasureRecordDeps,
  trx: Transaction<Database>,
  proved: ProvedErasure,
  stage: ErasureStage,
): Promise<void> {
  const { device, notice, order } = proved;
  const said = stage === 'accepted' ? saidByNotice(proved) : saidByReport(proved);
  const actor = { kind: 'device', id: device.id, name: device.name } as const;
  const detail = { cause: notice.cause.kind, order: order?.id ?? null, software: notice.software, ...said };
  return audit.append(trx, { actor, action: `erasure.${stage}`, subject: device.id, detail });
}

function saidByNotice({ notice, proof }: ProvedErasure): AuditEntry['detail'] {
  return { signedAt: notice.at, signature: proof.notice.signature };
}

function saidByReport({ report, proof }: ProvedErasure): AuditEntry['detail'] {
  if (report === null || proof.report === null) throw new Error('a stage that no report shows');
  const { number, steps, at } = report;
  return { number, steps: wordsOf(steps), signedAt: at, signature: proof.report.signature };
}

/** Each step with its outcome on one line; at most ten steps of known names, well below what an entry holds. */
function wordsOf(steps: readonly ErasureStep[]): string {
  return steps.map(({ step, outcome }) => `${step} ${outcome}`).join(', ');
}

/** Puts a proof that is not believed on the record. @returns why */
export async function refuseErasure<R extends Refusal['reason']>(
  { audit }: ErasureRecordDeps,
  trx: Transaction<Database>,
  device: string | null,
  reason: R,
): Promise<R> {
  const actor = { kind: 'control', id: null, name: 'control' } as const;
  await audit.append(trx, { actor, action: 'erasure.refused', subject: device, detail: { reason } });
  return reason;
}
