// The day of `audit-world-testing.ts`, its honest export, and what control's owner can make of it, for tests of the check.
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { AuditEntry, TreeHead } from '@sallyport/protocol';
import { createAuditWorld } from './audit-world-testing.ts';
import type { AuditFleet, AuditWorld, RecordKeeper } from './audit-world-testing.ts';
import { signWith } from './audit/checkpoints.ts';
import { recordLines } from './audit/export.ts';
import { checkExport, type OwnKnowledge, type Report } from './audit/verifier/check-export.ts';
import { encodeEnd, exportLine, type ExportLine, type LineOf } from './audit/verifier/export-lines.ts';
import type { Database } from './db/schema.ts';
import { must } from './trust-world-testing.ts';

export interface AuditDay {
  world: AuditWorld;
  /** The laptop of the day, and one that stayed in its drawer. */
  laptop: RecordKeeper;
  other: RecordKeeper;
  /** The export of the honest record. */
  honest: string;
  /** Heads that the laptop countersigned on the way, the last of them over the whole record. */
  heads: TreeHead[];
  /** What an outsider knows: the laptop's heads, and the digest of the first manifest. */
  own: OwnKnowledge;
  /** An entry of the honest record, the nth of its action from 0. */
  entry(action: string, nth?: number): AuditEntry;
  /** The export after what control's owner does, which is undone afterwards. */
  afterOwner(act: (trx: Transaction<Database>) => Promise<void>): Promise<string>;
  /** An export's end, signed by control's owner for the lines that stand before it now. */
  resigned(text: string): Promise<string>;
}

/** A laptop is opened, suspended, resumed; a roster changes; another laptop is bricked; laptops countersign all along. */
export async function createAuditDay(fleet: AuditFleet): Promise<AuditDay> {
  const world = await createAuditWorld(fleet);
  const [laptop, other] = [await world.keeper(), await world.keeper()];
  const heads: TreeHead[] = [];
  const countersign = async (): Promise<void> => {
    // Checkpoints are made once in a few seconds.
    world.clock.offset += 5_000;
    heads.push(await laptop.countersign());
  };
  await laptop.report('started');
  await other.report('started');
  const appointment = await world.open(laptop.laptop);
  await laptop.report('opened');
  await world.meet(laptop, appointment);
  await laptop.report('joined');
  await countersign();
  await other.countersign();
  const proposal = must(await world.proposeRoster([fleet.people.nurse.named]));
  must(await world.approve(proposal, fleet.people.prisonManager));
  await laptop.report('left', 'inert');
  await world.order('suspend', laptop.laptop);
  await countersign();
  await world.order('resume', laptop.laptop);
  await laptop.report('resumed');
  await countersign();
  await other.report('inert');
  await world.order('brick', other.laptop);
  await countersign();
  const honest = await world.database.db.transaction().execute((trx) => textOf(world, trx));
  const own = { heads, anchor: anchorOf(honest) };
  return {
    ...{ world, laptop, other, honest, heads, own },
    entry: (action, nth = 0) => entryOf(honest, action, nth),
    afterOwner: (act) => afterOwner(world, act),
    resigned: (text) => resigned(world, text),
  };
}

/** Checks an export as it is read from a file: in pieces that end anywhere. */
export function check(text: string, knowing: OwnKnowledge): Promise<Report> {
  return checkExport(chunksOf(Buffer.from(text)), knowing);
}

/** An export's lines. */
export function linesOf(text: string): ExportLine[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => exportLine.parse(JSON.parse(line)));
}

/** An export's lines of one kind. */
export function linesOfKind<K extends ExportLine['kind']>(text: string, kind: K): LineOf<K>[] {
  return linesOf(text).filter((line): line is LineOf<K> => line.kind === kind);
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

async function textOf({ clock }: AuditWorld, trx: Transaction<Database>): Promise<string> {
  let text = '';
  for await (const line of recordLines(trx, clock.now())) text += line;
  return text;
}

function anchorOf(text: string): string {
  const [first] = linesOfKind(text, 'manifest');
  return createHash('sha256')
    .update(Buffer.from(first?.statement ?? '', 'base64url'))
    .digest('base64url');
}

function entryOf(text: string, action: string, nth: number): AuditEntry {
  const found = linesOfKind(text, 'entry').filter((entry) => entry.action === action)[nth];
  if (found === undefined) throw new Error(`no entry ${action}`);
  const { kind: _kind, ...entry } = found;
  return entry;
}

async function afterOwner(world: AuditWorld, act: (trx: Transaction<Database>) => Promise<void>): Promise<string> {
  let text = '';
  const undone = new Error('undone');
  const doing = world.database.db.transaction().execute(async (trx) => {
    await act(trx);
    text = await textOf(world, trx);
    throw undone;
  });
  await doing.catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return text;
}

async function resigned({ database }: AuditWorld, text: string): Promise<string> {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const body = `${lines.join('\n')}\n`;
  const { id, audit_key } = await database.db.selectFrom('fleet').selectAll().executeTakeFirstOrThrow();
  const end = { lines: lines.length, digest: createHash('sha256').update(body).digest('base64url') };
  const signature = signWith(audit_key, encodeEnd({ fleet: id, ...end })).toString('base64url');
  return `${body}${JSON.stringify({ kind: 'end', ...end, signature })}\n`;
}
