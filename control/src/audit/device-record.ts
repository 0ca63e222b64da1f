import type { Kysely } from 'kysely';
import { decodeCheckpoint, fromBase64url, isSignedBy } from '@sallyport/protocol';
import type { DeviceRequestParams, DeviceRequestResult, Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, Audit, Changes, Clock, DeviceMarks } from '../ports.ts';
import { createCheckpoints, type Checkpoints } from './checkpoints.ts';
import { acceptReport } from './device-reports.ts';
import { proveConsistency } from './tree.ts';

export interface DeviceRecordDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  marks: DeviceMarks;
}

/** A laptop as its certificate proved it. */
export interface RecordedDevice {
  id: string;
  name: string;
}

type Nothing = Answer<Record<string, never>>;

/** What laptops say of themselves, and what they witness of control's record. */
export interface DeviceRecord {
  /**
   * Takes the next events of a laptop's own chain. Idempotent: what is known already is accepted and written once.
   * @returns accepted; `malformed` when the numbers do not follow one another; `bad-signature` when the laptop's key did
   *   not sign the head they lead to; `replayed` when they end before what control has, or when control has other events
   *   under these numbers (the laptop was put back to a copy, and is marked); `wrong-previous` when events before them are
   *   missing. Every refusal is an audit entry. An event that says that the laptop's store was damaged marks it as well.
   */
  report(device: RecordedDevice, params: DeviceRequestParams<'record.report'>): Promise<Nothing>;
  /** The newest checkpoint, and its consistency with a size that the laptop has countersigned. */
  checkpoint(
    device: RecordedDevice,
    params: DeviceRequestParams<'audit.checkpoint'>,
  ): Promise<Answer<DeviceRequestResult<'audit.checkpoint'>>>;
  /**
   * Keeps a laptop's signature over a checkpoint. Idempotent.
   * @returns accepted; `not-found` when it is no checkpoint of control's; `bad-signature`, which is an audit entry
   */
  countersign(device: RecordedDevice, params: DeviceRequestParams<'audit.countersign'>): Promise<Nothing>;
}

/** @returns the record of laptops, for the device link */
export function createDeviceRecord(deps: DeviceRecordDeps): DeviceRecord {
  const checkpoints = createCheckpoints(deps);
  return {
    report: (device, params) => acceptReport(deps, device, params),
    checkpoint: (device, { after }) => giveCheckpoint({ ...deps, checkpoints }, device, after),
    countersign: (device, params) => keepCountersignature({ ...deps, checkpoints }, device, params),
  };
}

type WitnessDeps = DeviceRecordDeps & { checkpoints: Checkpoints };

async function giveCheckpoint(
  deps: WitnessDeps,
  device: RecordedDevice,
  after: number,
): Promise<Answer<DeviceRequestResult<'audit.checkpoint'>>> {
  const { size, checkpoint, signature } = await deps.checkpoints.newest(after);
  // SECURITY: a laptop that has seen a longer record is the witness that this one was cut; it is told, and so are we (S27).
  if (after > size) await recordOf(deps, device, 'checkpoint.behind-laptop', { countersigned: after, entries: size });
  const signed = { checkpoint: checkpoint.toString('base64url'), signature: signature.toString('base64url') };
  const consistency = after > size ? [] : await proveConsistency(deps.db, after, size);
  return { ok: true, result: { checkpoint: signed, consistency } };
}

async function keepCountersignature(
  deps: WitnessDeps,
  device: RecordedDevice,
  { checkpoint, signature }: DeviceRequestParams<'audit.countersign'>,
): Promise<Nothing> {
  const bytes = fromBase64url(checkpoint);
  const size = bytes && decodeCheckpoint(bytes)?.size;
  const kept = size === undefined ? undefined : await deps.checkpoints.find(size);
  if (bytes === undefined || kept === undefined || !kept.checkpoint.equals(bytes)) return refused('not-found');
  const key = await deps.db
    .selectFrom('devices')
    .select('public_key')
    .where('id', '=', device.id)
    .executeTakeFirstOrThrow();
  if (!(await isSignedBy(Uint8Array.from(key.public_key), bytes, signature))) {
    await recordOf(deps, device, 'checkpoint.countersignature-refused', { entries: kept.size });
    return refused('bad-signature');
  }
  await deps.db
    .insertInto('countersignatures')
    .values({
      device: device.id,
      size: kept.size,
      signature: Buffer.from(signature, 'base64url'),
      received_at: new Date(deps.clock.now()),
    })
    .onConflict((conflict) => conflict.columns(['device', 'size']).doNothing())
    .execute();
  return { ok: true, result: {} };
}

function recordOf(
  { db, audit }: DeviceRecordDeps,
  device: RecordedDevice,
  action: string,
  detail: Record<string, number>,
): Promise<void> {
  const actor = { kind: 'device', id: device.id, name: device.name } as const;
  return db.transaction().execute((trx) => audit.append(trx, { actor, action, subject: device.id, detail }));
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
