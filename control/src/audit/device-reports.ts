import type { Transaction } from 'kysely';
import { deviceChainGenesis, deviceEventHashes, encodeDeviceHead, isSignedBy } from '@sallyport/protocol';
import type { DeviceEvent, DeviceRequestParams, Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer } from '../ports.ts';
import type { DeviceRecordDeps, RecordedDevice } from './device-record.ts';

/** A laptop's event with its hash in the laptop's own chain. */
interface HashedEvent {
  event: DeviceEvent;
  hash: string;
}

/** How far control has a laptop's chain; number 0 and the genesis digest before the first event. */
type Head = { number: number; hash: string };

type Reason = Refusal['reason'];

/** A report whose events follow one another and whose head the laptop has signed. */
interface Report {
  previous: string;
  events: readonly HashedEvent[];
  first: number;
  last: HashedEvent;
  signature: string;
}

/** What became of a report: why it was refused, and whether it marked the laptop. */
interface Outcome {
  reason?: Reason;
  marked: boolean;
}

/** Takes the next events of a laptop's own chain; see `DeviceRecord.report`. */
export async function acceptReport(
  deps: DeviceRecordDeps,
  device: RecordedDevice,
  params: DeviceRequestParams<'record.report'>,
): Promise<Answer<Record<string, never>>> {
  const report = await readReport(deps, device, params);
  const { reason, marked } = await deps.db.transaction().execute(async (trx) => {
    const outcome: Outcome =
      typeof report === 'string' ? { reason: report, marked: false } : await keep(deps, trx, device, report);
    if (outcome.reason !== undefined) await recordRefusal(deps, trx, device, { reason: outcome.reason, params });
    return outcome;
  });
  if (marked) await deps.changes.publish('devices');
  return reason === undefined ? { ok: true, result: {} } : { ok: false, refusal: { reason } };
}

async function readReport(
  deps: DeviceRecordDeps,
  device: RecordedDevice,
  { previous, events, signature }: DeviceRequestParams<'record.report'>,
): Promise<Report | Reason> {
  const first = events[0]?.number ?? 0;
  if (events.some(({ number }, index) => number !== first + index)) return 'malformed';
  const hashes = await deviceEventHashes(device.id, events, previous);
  const hashed = events.map((event, index) => ({ event, hash: hashes[index] ?? '' }));
  const last = hashed.at(-1);
  if (last === undefined) return 'malformed';
  const row = await deps.db
    .selectFrom('devices')
    .select('public_key')
    .where('id', '=', device.id)
    .executeTakeFirstOrThrow();
  const head = encodeDeviceHead({ device: device.id, number: last.event.number, hash: last.hash });
  // SECURITY: what a laptop is said to have reported is signed by its own key, or it is not written (S27).
  if (!(await isSignedBy(Uint8Array.from(row.public_key), head, signature))) return 'bad-signature';
  return { previous, events: hashed, first, last, signature };
}

async function keep(
  deps: DeviceRecordDeps,
  trx: Transaction<Database>,
  device: RecordedDevice,
  report: Report,
): Promise<Outcome> {
  // One report of a laptop at a time, over whichever of its connections.
  await trx.selectFrom('devices').select('id').where('id', '=', device.id).forUpdate().executeTakeFirst();
  const head = await headOf(trx, device.id);
  const reason = refusalOf(report, head);
  if (reason !== undefined) return { reason, marked: await markFork(deps, trx, device, { report, head }) };
  const news = report.events.filter(({ event }) => event.number > head.number);
  if (news.length === 0) return { marked: false };
  for (const one of news) await appendEvent(deps, trx, device, one);
  const { event, hash } = report.last;
  const signature = Buffer.from(report.signature, 'base64url');
  const row = { device: device.id, number: event.number, hash, signature, received_at: new Date(deps.clock.now()) };
  await trx.insertInto('device_heads').values(row).execute();
  const isDamaged = news.some((one) => one.event.event === 'store-damaged');
  if (isDamaged) await deps.marks.damaged(trx, device);
  return { marked: isDamaged };
}

/** SECURITY: two pasts of one laptop are two lives of it: it was put back to a copy of itself (S30). */
async function markFork(
  { marks }: DeviceRecordDeps,
  trx: Transaction<Database>,
  device: RecordedDevice,
  { report, head }: { report: Report; head: Head },
): Promise<boolean> {
  const fork = await forkOf(trx, device.id, { report, head });
  if (fork === undefined) return false;
  await marks.rolledBack(trx, device, { ...fork, knownEvent: head.number });
  return true;
}

/**
 * Where a report contradicts what control has: an event under a number that control has under another hash. A report that
 * ends before the newest known event contradicts it only where a head of that number is kept: an older report that was
 * overtaken by a newer one says nothing new.
 */
async function forkOf(
  trx: Transaction<Database>,
  device: string,
  { report, head }: { report: Report; head: Head },
): Promise<{ forkedEvent: number } | undefined> {
  const { first, previous, events, last } = report;
  if (head.number === 0 || first > head.number + 1) return undefined;
  const end = Math.min(last.event.number, head.number);
  const said = end < first ? previous : events[end - first]?.hash;
  const known = end === head.number ? head.hash : await headAt(trx, device, end);
  return known !== undefined && said !== known ? { forkedEvent: end } : undefined;
}

async function headAt(trx: Transaction<Database>, device: string, number: number): Promise<string | undefined> {
  const query = trx.selectFrom('device_heads').select('hash').where('device', '=', device);
  return (await query.where('number', '=', number).executeTakeFirst())?.hash;
}

async function headOf(trx: Transaction<Database>, device: string): Promise<Head> {
  const query = trx.selectFrom('device_heads').select(['number', 'hash']).where('device', '=', device);
  const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst();
  return row ?? { number: 0, hash: deviceChainGenesis };
}

/**
 * SECURITY: a laptop has one past: a second one under the same numbers is refused, and so is a past with a hole (S27).
 * A hash covers every event before it, so that comparing the last known one compares them all.
 */
function refusalOf({ previous, events, first, last }: Report, head: Head): Reason | undefined {
  if (first > head.number + 1) return 'wrong-previous';
  if (first === head.number + 1) return previous === head.hash ? undefined : 'replayed';
  if (last.event.number < head.number) return 'replayed';
  return events[head.number - first]?.hash === head.hash ? undefined : 'replayed';
}

function appendEvent(
  { audit }: DeviceRecordDeps,
  trx: Transaction<Database>,
  device: RecordedDevice,
  { event, hash }: HashedEvent,
): Promise<void> {
  const { number, at, event: what, detail } = event;
  return audit.append(trx, {
    actor: { kind: 'device', id: device.id, name: device.name },
    action: `device.reported-${what}`,
    subject: device.id,
    detail: { number, at, detail: detail ?? null, hash },
  });
}

async function recordRefusal(
  { audit }: DeviceRecordDeps,
  trx: Transaction<Database>,
  device: RecordedDevice,
  { reason, params }: { reason: Reason; params: DeviceRequestParams<'record.report'> },
): Promise<void> {
  const known = await headOf(trx, device.id);
  await audit.append(trx, {
    actor: { kind: 'device', id: device.id, name: device.name },
    action: 'device.report-refused',
    subject: device.id,
    detail: { reason, from: params.events[0]?.number ?? 0, known: known.number },
  });
}
