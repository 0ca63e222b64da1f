import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../ports.ts';
import { createCheckpoints, signWith } from './checkpoints.ts';
import { encodeEnd, type ExportLine, type LineOf } from './verifier/export-lines.ts';

/** Rows read at once. */
const batchSize = 1_000;

/** What was written. */
export interface Exported {
  entries: number;
  lines: number;
}

/**
 * Writes the record with all that proves it, for anybody to check without control: one consistent snapshot, as a stream.
 * @param file must not exist yet
 * @throws the file system's error (`EEXIST` when there is such a file); nothing is left of a file that was begun
 */
export async function exportRecord(deps: { db: Kysely<Database>; clock: Clock }, file: string): Promise<Exported> {
  // So that what is written is under a signed checkpoint.
  await createCheckpoints(deps).newest();
  const written = { entries: 0, lines: 0 };
  await deps.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => writeLines(file, recordLines(trx, deps.clock.now(), written)));
  return written;
}

async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  // SECURITY: nothing is overwritten, and only whoever exports may read it: it names staff (S27, S24).
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await pipeline(Readable.from(lines), out);
  } catch (error) {
    if (!isTaken(error)) await rm(file, { force: true });
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** The export as text, from a transaction whose snapshot it is of. @param written is kept up to date */
export async function* recordLines(
  trx: Transaction<Database>,
  now: number,
  written: Exported = { entries: 0, lines: 0 },
): AsyncGenerator<string> {
  const fleet = await trx.selectFrom('fleet').select(['id', 'audit_key']).executeTakeFirstOrThrow();
  const hash = createHash('sha256');
  for await (const line of linesOf(trx, fleet.id, now)) {
    const text = `${JSON.stringify(line)}\n`;
    hash.update(text);
    written.lines += 1;
    if (line.kind === 'entry') written.entries += 1;
    yield text;
  }
  const end = { fleet: fleet.id, lines: written.lines, digest: hash.digest('base64url') };
  const signature = signWith(fleet.audit_key, encodeEnd(end)).toString('base64url');
  const last: LineOf<'end'> = { kind: 'end', lines: end.lines, digest: end.digest, signature };
  written.lines += 1;
  yield `${JSON.stringify(last)}\n`;
}

async function* linesOf(trx: Transaction<Database>, fleet: string, at: number): AsyncGenerator<ExportLine> {
  const { entries } = await trx
    .selectFrom('audit')
    .select((eb) => eb.fn.countAll<number>().as('entries'))
    .executeTakeFirstOrThrow();
  yield { kind: 'header', sallyport: 1, fleet, at, entries };
  yield* trustLines(trx);
  yield* deviceLines(trx);
  yield* statementLines(trx);
  yield* joinLines(trx);
  yield* signatureLines(trx);
  yield* entryLines(trx);
}

async function* trustLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  const ids = trx.selectFrom('trust_documents').select('id').orderBy('kind').orderBy('site').orderBy('version');
  // One at a time: a roster can be large.
  for (const { id } of await ids.execute()) {
    const row = await trx
      .selectFrom('trust_documents')
      .select(['kind', 'statement', 'approvals'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    yield { kind: row.kind, statement: row.statement.toString('base64url'), approvals: row.approvals };
  }
}

/** Keys only: names and sites of laptops stand in the entries. */
async function* deviceLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  const rows = await trx.selectFrom('devices').select(['id', 'public_key']).orderBy('id').execute();
  for (const { id, public_key } of rows) yield { kind: 'device', id, publicKey: public_key.toString('base64url') };
}

async function* statementLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  const grants = (after: string): Promise<{ id: string; statement: Buffer; approval: ApprovalOf<'grant'> }[]> =>
    trx
      .selectFrom('grants')
      .select(['id', 'statement', 'approval'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute();
  for await (const { id, statement, approval } of paged(grants, ({ id }) => id, lowestId)) {
    yield { kind: 'grant', id, statement: statement.toString('base64url'), approvals: [approval] };
  }
  const orders = (after: string): Promise<OrderRow[]> =>
    trx
      .selectFrom('orders')
      .select(['id', 'device', 'approved', 'receipt'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute();
  for await (const { approved, ...order } of paged(orders, ({ id }) => id, lowestId)) {
    yield { kind: 'order', ...order, ...approved };
  }
}

async function* joinLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  const joins = trx.selectFrom('joins').select(['media_key', 'proof']);
  const page = (after: string): Promise<{ media_key: string; proof: LineOf<'join'>['proof'] }[]> =>
    joins.where('media_key', '>', after).orderBy('media_key').limit(batchSize).execute();
  for await (const { proof } of paged(page, ({ media_key }) => media_key, '')) yield { kind: 'join', proof };
}

type ApprovalOf<K extends 'grant'> = LineOf<K>['approvals'][number];
type OrderRow = Pick<LineOf<'order'>, 'id' | 'device' | 'receipt'> & {
  approved: Pick<LineOf<'order'>, 'statement' | 'approvals'>;
};

/** Below every identifier of a row. */
const lowestId = '00000000-0000-0000-0000-000000000000';

async function* signatureLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  for (const { id: device } of await trx.selectFrom('devices').select('id').orderBy('id').execute()) {
    const heads = trx.selectFrom('device_heads').select(['number', 'hash', 'signature']).where('device', '=', device);
    const page = (after: number): Promise<{ number: number; hash: string; signature: Buffer }[]> =>
      heads.where('number', '>', after).orderBy('number').limit(batchSize).execute();
    for await (const { number, hash, signature } of paged(page, (head) => head.number, 0)) {
      yield { kind: 'head', device, number, hash, signature: signature.toString('base64url') };
    }
  }
  const checkpoints = trx.selectFrom('audit_checkpoints').select(['size', 'checkpoint', 'signature']);
  const page = (after: number): Promise<{ size: number; checkpoint: Buffer; signature: Buffer }[]> =>
    checkpoints.where('size', '>', after).orderBy('size').limit(batchSize).execute();
  for await (const { checkpoint, signature } of paged(page, ({ size }) => size, -1)) {
    yield checkpointLine(checkpoint, signature);
  }
  yield* countersignatureLines(trx);
}

function checkpointLine(checkpoint: Buffer, signature: Buffer): LineOf<'checkpoint'> {
  return {
    kind: 'checkpoint',
    checkpoint: checkpoint.toString('base64url'),
    signature: signature.toString('base64url'),
  };
}

async function* countersignatureLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  for (const { id: device } of await trx.selectFrom('devices').select('id').orderBy('id').execute()) {
    const signed = trx
      .selectFrom('countersignatures')
      .innerJoin('audit_checkpoints', 'audit_checkpoints.size', 'countersignatures.size')
      .select(['countersignatures.size', 'checkpoint', 'countersignatures.signature'])
      .where('device', '=', device);
    const page = (after: number): Promise<{ size: number; checkpoint: Buffer; signature: Buffer }[]> =>
      signed.where('countersignatures.size', '>', after).orderBy('countersignatures.size').limit(batchSize).execute();
    for await (const { checkpoint, signature } of paged(page, ({ size }) => size, -1)) {
      yield { ...checkpointLine(checkpoint, signature), kind: 'countersignature', device };
    }
  }
}

async function* entryLines(trx: Transaction<Database>): AsyncGenerator<ExportLine> {
  const page = (after: number): Promise<EntryRow[]> =>
    trx.selectFrom('audit').selectAll().where('number', '>', after).orderBy('number').limit(batchSize).execute();
  for await (const row of paged(page, ({ number }) => number, 0)) yield { kind: 'entry', ...row, at: row.at.getTime() };
}

type EntryRow = Omit<LineOf<'entry'>, 'kind' | 'at'> & { at: Date };

/** Reads page after page, each after the last key of the one before. */
async function* paged<R, K>(page: (after: K) => Promise<R[]>, keyOf: (row: R) => K, first: K): AsyncGenerator<R> {
  let after = first;
  for (;;) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchSize) return;
    after = keyOf(last);
  }
}
