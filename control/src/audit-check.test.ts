// Control's owner, with the database and the audit key in hand, against an outsider with an export.
import { createECDH, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeStatement, deviceEventHashes, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { AuditEntry, Join } from '@sallyport/protocol';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import { check, createAuditDay, linesOf } from './audit-day-testing.ts';
import type { AuditDay } from './audit-day-testing.ts';
import { rewriteHistory, unguarded } from './audit/testing.ts';
import type { Database } from './db/schema.ts';

const fleet = sampleFleet(Date.now() - 60_000);
/** Of the same hospital, and expected by nobody today. */
const locum = samplePerson('Dr Locum');
fleet.hospitalRoster.people.push(locum.named);
let day: AuditDay;
const entryOf: AuditDay['entry'] = (action, nth) => day.entry(action, nth);
const size = (): number => day.heads.at(-1)?.size ?? 0;

beforeAll(async () => {
  day = await createAuditDay(fleet);
}, 120_000);
afterAll(async () => {
  expect(day.world.faults).toEqual([]);
  await day.world.close();
});

const without = (number: number) => (entries: AuditEntry[]) => entries.filter((entry) => entry.number !== number);
const changed = (number: number, change: Partial<AuditEntry>) => (entries: AuditEntry[]) =>
  entries.map((entry) => (entry.number === number ? { ...entry, ...change } : entry));

describe('S27 T7 control’s owner rewrites what only control said, hashes and signs all anew', () => {
  const cases: [string, () => (entries: AuditEntry[]) => AuditEntry[], () => number][] = [
    ['removes an entry', () => without(entryOf('ticket.created', 1).number), () => entryOf('ticket.created', 1).number],
    [
      'alters an entry',
      () => changed(entryOf('ticket.created').number, { actor: { kind: 'person', id: null, name: 'Nobody' } }),
      () => entryOf('ticket.created').number,
    ],
    [
      'moves an entry',
      () => (entries) => {
        const at = entryOf('device.paired').number - 1;
        const moved = entries[at];
        return moved === undefined
          ? entries
          : [...entries.toSpliced(at, 1).slice(0, at - 3), moved, ...entries.toSpliced(at, 1).slice(at - 3)];
      },
      () => entryOf('device.paired').number - 3,
    ],
    [
      'puts an entry in',
      () => (entries) => {
        const at = entryOf('device.paired').number;
        const invented = { ...entryOf('ticket.created'), action: 'device.locked' };
        return entries.toSpliced(at, 0, invented);
      },
      () => entryOf('device.paired').number + 1,
    ],
    ['cuts the end off', () => (entries) => entries.slice(0, -3), () => size() - 2],
  ];

  test.each(cases)('%s: nothing contradicts itself, and a laptop’s head names it', async (_what, change, at) => {
    const text = await day.afterOwner((trx) => rewriteHistory(trx, change()));
    const { findings, isSound } = await check(text, day.own);
    expect(isSound).toBe(false);
    const [found] = findings.filter(({ entry }) => entry !== undefined);
    const before = [0, ...day.heads.map(({ size }) => size)].filter((size) => size < at());
    expect(['rewritten', 'removed']).toContain(found?.code);
    // Nothing was touched up to the last head before it.
    expect(found?.entry).toBeGreaterThan(Math.max(...before));
    expect(found?.entry).toBeLessThanOrEqual(at());
  });

  test.each(cases)('%s: whoever has an earlier export knows the very entry', async (_what, change, at) => {
    const text = await day.afterOwner((trx) => rewriteHistory(trx, change()));
    const kept = linesOf(day.honest).filter((line) => line.kind === 'entry' || line.kind === 'countersignature');
    const { findings } = await check(text, { kept });
    expect(Math.min(...findings.flatMap(({ entry }) => entry ?? []))).toBe(at());
  });
});

describe('S27 T7 control’s owner rewrites what others signed, hashes and signs all anew: named without any head', () => {
  const known = (): { anchor?: string | undefined } => ({ anchor: day.own.anchor });
  type Case = [
    string,
    () => (trx: Transaction<Database>) => Promise<void>,
    { code: string; words: string; entry?: () => number },
  ];
  const history = (change: () => (entries: AuditEntry[]) => AuditEntry[]) => () => (trx: Transaction<Database>) =>
    rewriteHistory(trx, change());
  const cases: Case[] = [
    [
      'removes what a laptop reported',
      history(() => without(entryOf('device.reported-joined').number)),
      { code: 'removed', words: 'events 3 of laptop', entry: () => entryOf('device.reported-left').number - 1 },
    ],
    [
      'removes the last thing a laptop reported',
      history(() => without(entryOf('device.reported-resumed').number)),
      { code: 'removed', words: 'signed 6 events, and the record ends with its event 5' },
    ],
    [
      'alters what a laptop reported',
      history(() => changed(entryOf('device.reported-left').number, { action: 'device.reported-joined' })),
      { code: 'altered', words: 'is not what laptop', entry: () => entryOf('device.reported-left').number },
    ],
    [
      'alters what a laptop reported, and hashes its later reports anew',
      () => async (trx) => {
        const left = entryOf('device.reported-left');
        const inert = entryOf('device.reported-inert');
        const before = entryOf('device.reported-joined').detail['hash'] as string;
        const { at, number } = left.detail as { at: number; number: number };
        const id = left.subject ?? '';
        const events = [
          { number, at, event: 'joined' },
          { number: number + 1, at: inert.detail['at'] as number, event: 'inert' },
        ] as const;
        const [first, second] = await deviceEventHashes(id, events, before);
        await rewriteHistory(trx, (entries) =>
          entries
            .with(left.number - 1, {
              ...left,
              action: 'device.reported-joined',
              detail: { ...left.detail, hash: first ?? '' },
            })
            .with(inert.number - 1, { ...inert, detail: { ...inert.detail, hash: second ?? '' } }),
        );
      },
      { code: 'altered', words: 'one of its reports in entries', entry: () => entryOf('device.reported-inert').number },
    ],
    [
      'invents a receipt',
      () => async (trx) => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const executed = entryOf('order.executed', 2);
        const id = executed.detail['order'] as string;
        const order = await trx.selectFrom('orders').select('receipt').where('id', '=', id).executeTakeFirstOrThrow();
        const bytes = Buffer.from(order.receipt?.receipt ?? '', 'base64url');
        const signature = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
        const receipt = JSON.stringify({ ...order.receipt, signature });
        await trx.updateTable('orders').set({ receipt }).where('id', '=', id).execute();
        await rewriteHistory(trx, changed(executed.number, { detail: { ...executed.detail, signature } }));
      },
      { code: 'forged', words: 'has no receipt that laptop', entry: () => entryOf('order.executed', 2).number },
    ],
    [
      'puts two of a laptop’s reports in each other’s place',
      history(() => (entries) => {
        const [left, inert] = [entryOf('device.reported-left'), entryOf('device.reported-inert')];
        return entries.with(left.number - 1, inert).with(inert.number - 1, left);
      }),
      { code: 'reordered', words: 'in another place', entry: () => entryOf('device.reported-inert').number },
    ],
    [
      'invents a report of a laptop',
      history(() => (entries) => {
        const last = entryOf('device.reported-resumed');
        return [...entries, { ...last, detail: { ...last.detail, number: 7 } }];
      }),
      { code: 'forged', words: 'did not sign it', entry: () => size() + 1 },
    ],
    [
      'invents an opening',
      history(() => (entries) => [...entries, { ...entryOf('grant.released'), subject: day.other.laptop.id }]),
      { code: 'forged', words: 'was used before', entry: () => size() + 1 },
    ],
    [
      'hides an opening',
      history(() => without(entryOf('grant.released').number)),
      { code: 'removed', words: 'was released, and no entry says so' },
    ],
    [
      'says that somebody else opened the laptop',
      history(() =>
        changed(entryOf('grant.released').number, {
          actor: { kind: 'person', id: fleet.people.officer.named.id, name: fleet.people.officer.named.name },
        }),
      ),
      { code: 'altered', words: 'another person', entry: () => entryOf('grant.released').number },
    ],
    [
      'hides that a consultant joined',
      history(() => without(entryOf('room.joined', 1).number)),
      { code: 'removed', words: 'joined a room, and no entry says so' },
    ],
    [
      'says that somebody else joined',
      history(() =>
        changed(entryOf('room.joined', 1).number, { actor: { ...entryOf('room.joined', 1).actor, name: 'Dr No' } }),
      ),
      { code: 'altered', words: 'another participant than the proof', entry: () => entryOf('room.joined', 1).number },
    ],
    [
      'lets a false consultant join',
      history(() => (entries) => {
        const joined = entryOf('room.joined', 1);
        return [...entries, { ...joined, detail: { ...joined.detail, mediaKey: joined.hash } }];
      }),
      { code: 'forged', words: 'without a proof', entry: () => size() + 1 },
    ],
    [
      'lets another consultant in, who did approve it',
      () => async (trx) => {
        const joined = entryOf('room.joined', 1);
        const room = joined.subject ?? '';
        const { device } = await joinOf(trx, joined);
        const point = createECDH('prime256v1').generateKeys();
        const { id, name } = locum.named;
        const site = { id: fleet.hospital, name: 'Example Infirmary' };
        const changes = {
          device,
          participant: { kind: 'consultant', id, name, site },
          mediaKey: toBase64url(point),
        } as const;
        const proof = { kind: 'consultant', join: fleet.approved(fleet.join(joined.at, room, changes), locum) };
        const mediaKey = createHash('sha256').update(point).digest('base64url');
        const row = { media_key: mediaKey, room, proof: JSON.stringify(proof), joined_at: new Date() };
        await trx.insertInto('joins').values(row).execute();
        const entry = {
          actor: { kind: 'person', id, name } as const,
          detail: { ...joined.detail, mediaKey, vouchedBy: id },
        };
        await rewriteHistory(trx, (entries) => [...entries, { ...joined, ...entry }]);
      },
      { code: 'forged', words: 'for whom nobody had opened the laptop', entry: () => size() + 1 },
    ],
    [
      'takes the approval away from a consultant’s join',
      () => async (trx) => {
        await unguarded(trx, async () => {
          await sql`update joins set proof = jsonb_set(proof, '{join,approvals}', '[]') where proof->>'kind' = 'consultant'`.execute(
            trx,
          );
        });
      },
      { code: 'forged', words: 'too-few-people', entry: () => entryOf('room.joined', 1).number },
    ],
    [
      'hides an order',
      history(() => without(entryOf('order.queued').number)),
      { code: 'removed', words: 'was queued: the entry was removed' },
    ],
    [
      'says that somebody else gave an order',
      history(() => {
        const { number, actor } = entryOf('order.queued');
        const { otherOfficer } = fleet.people;
        return changed(number, { actor: { ...actor, id: otherOfficer.named.id, name: otherOfficer.named.name } });
      }),
      { code: 'altered', words: 'another person than those who approved', entry: () => entryOf('order.queued').number },
    ],
    [
      'says that an order was refused which was executed',
      history(() => changed(entryOf('order.executed').number, { action: 'order.refused' })),
      { code: 'altered', words: 'the outcome', entry: () => entryOf('order.executed').number },
    ],
    [
      'turns a suspension into a brick',
      history(() => {
        const { number, detail } = entryOf('order.queued');
        return changed(number, { detail: { ...detail, kind: 'brick' } });
      }),
      { code: 'altered', words: 'approved order: kind', entry: () => entryOf('order.queued').number },
    ],
    [
      'hides a receipt',
      history(() => without(entryOf('order.executed').number)),
      { code: 'removed', words: 'was answered: the entry was removed' },
    ],
    [
      'hides a new roster',
      history(() => without(entryOf('roster.in-force', 2).number)),
      { code: 'removed', words: 'came into force: the entry was removed' },
    ],
    [
      'dates an opening to a time when its grant was over',
      history(() => {
        const { number, at } = entryOf('grant.released');
        return changed(number, { at: at + 3_600_000 });
      }),
      { code: 'forged', words: 'not good at its time: expired', entry: () => entryOf('grant.released').number },
    ],
    [
      'gives a laptop another key',
      () => async (trx) => {
        const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const public_key = publicKey.export({ type: 'spki', format: 'der' });
        await trx.updateTable('devices').set({ public_key }).where('id', '=', day.laptop.laptop.id).execute();
      },
      { code: 'forged', words: 'people approved another one', entry: () => entryOf('grant.released').number },
    ],
    [
      'writes a roster of its own into the database',
      () => async (trx) => {
        const row = await trx
          .selectFrom('trust_documents')
          .selectAll()
          .where('version', '=', 2)
          .executeTakeFirstOrThrow();
        const text = row.statement.toString('utf8').replace('Nia Nurse', 'Ned Nurse');
        await trx
          .updateTable('trust_documents')
          .set({ statement: Buffer.from(text) })
          .where('id', '=', row.id)
          .execute();
      },
      { code: 'forged', words: 'which is not in the export', entry: () => entryOf('roster.in-force', 2).number },
    ],
    [
      'takes an approval away from an order',
      () => async (trx) => {
        await sql`update orders set approved = jsonb_set(approved, '{approvals}', '[]') where kind = 'suspend'`.execute(
          trx,
        );
      },
      { code: 'forged', words: 'too-few-people', entry: () => entryOf('order.queued').number },
    ],
    [
      'leaves laptops’ signatures beside checkpoints that it signed anew',
      () => async (trx) => {
        const signed = await trx.selectFrom('countersignatures').selectAll().execute();
        await rewriteHistory(trx, changed(entryOf('ticket.created').number, { subject: null }));
        await unguarded(trx, async () => {
          await trx.insertInto('countersignatures').values(signed).execute();
        });
      },
      { code: 'forged', words: 'is not by laptop' },
    ],
  ];

  test.each(cases)('%s', async (_what, act, { code, words, entry }) => {
    const text = await day.afterOwner(act());
    const { findings } = await check(text, known());
    const found = findings.find((finding) => finding.code === code && finding.words.includes(words));
    expect(found, JSON.stringify(findings, null, 1)).toBeDefined();
    if (entry !== undefined) expect(found?.entry).toBe(entry());
  });
});

/** The join statement that an entry of one rests on. */
async function joinOf(trx: Transaction<Database>, { detail }: AuditEntry): Promise<Join> {
  const query = trx
    .selectFrom('joins')
    .select('proof')
    .where('media_key', '=', detail['mediaKey'] as string);
  const { proof } = await query.executeTakeFirstOrThrow();
  const statement = proof.kind === 'device' ? proof.statement : proof.join.statement;
  const join = decodeStatement(fromBase64url(statement) ?? new Uint8Array());
  if (join?.type !== 'join') throw new Error('no join');
  return join;
}
