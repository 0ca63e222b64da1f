// Guests on the record: an outsider checks by whose approval each was in a room.
import { createECDH, createHash, randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toBase64url } from '@sallyport/protocol';
import type { AuditEntry, JoinProof } from '@sallyport/protocol';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { guestJoin, guestProof } from '../../test/harness/sample-joins.ts';
import { check, createAuditDay } from './audit-day-testing.ts';
import type { AuditDay } from './audit-day-testing.ts';
import type { Finding } from './audit/verifier/findings.ts';
import { rewriteHistory } from './audit/testing.ts';
import type { Database } from './db/schema.ts';

const fleet = sampleFleet(Date.now() - 60_000);
/** Of the same hospital, and expected by nobody today. */
const locum = samplePerson('Dr Locum');
fleet.hospitalRoster.people.push(locum.named);
const guest = { kind: 'interpreter', id: randomUUID(), name: 'Ines Interpreter' } as const;
let day: AuditDay;

beforeAll(async () => {
  day = await createAuditDay(fleet);
}, 120_000);
afterAll(async () => {
  expect(day.world.faults).toEqual([]);
  await day.world.close();
});

/** What the check finds when a guest joined whom somebody let in, and the entry says what it says. */
async function findingsOf(approver: SamplePerson, said: Partial<AuditEntry> = {}): Promise<readonly Finding[]> {
  const text = await day.afterOwner(async (trx) => {
    const joined = day.entry('room.joined', 1);
    const mediaKey = toBase64url(createECDH('prime256v1').generateKeys());
    const { id, name } = day.laptop.laptop.identity;
    const device = { id, name, prison: { id: fleet.prison, name: fleet.roster.siteName } };
    const join = guestJoin(fleet, joined.at, joined.subject ?? '', guest, { device, mediaKey });
    const digest = createHash('sha256').update(Buffer.from(mediaKey, 'base64url')).digest('base64url');
    await keep(trx, joined.subject ?? '', digest, guestProof(fleet, join, approver));
    const entry: AuditEntry = {
      ...joined,
      actor: { kind: 'person', id: guest.id, name: guest.name },
      detail: { ...joined.detail, mediaKey: digest, vouchedBy: approver.named.id },
      ...said,
    };
    await rewriteHistory(trx, (entries) => [...entries, entry]);
  });
  const { findings } = await check(text, { anchor: day.own.anchor });
  return findings;
}

async function keep(trx: Transaction<Database>, room: string, mediaKey: string, proof: JoinProof): Promise<void> {
  const row = { media_key: mediaKey, room, proof: JSON.stringify(proof), joined_at: new Date() };
  await trx.insertInto('joins').values(row).execute();
}

const said = (findings: readonly Finding[]): string[] => findings.map(({ code, words }) => `${code}: ${words}`);

describe('S38 a guest who joined is on the record with the approval of the room’s consultant (S27)', () => {
  test('which bears it out', async () => {
    expect(said(await findingsOf(fleet.people.consultant))).toEqual([]);
  });

  test('and is named as forged by the approval of a consultant for whom nobody had opened the laptop', async () => {
    expect(said(await findingsOf(locum))).toEqual([expect.stringMatching(/^forged: .*nobody had opened the laptop/)]);
  });

  test.each(['nurse', 'hospitalManager'] as const)('and by the approval of the %s', async (who) => {
    expect(said(await findingsOf(fleet.people[who]))).toEqual([expect.stringMatching(/^forged: .*unknown-credential/)]);
  });

  test('and as altered when the entry names somebody else', async () => {
    const actor = { kind: 'person', id: guest.id, name: 'Ian Impostor' } as const;
    expect(said(await findingsOf(fleet.people.consultant, { actor }))).toEqual([
      expect.stringMatching(/^altered: .*another participant than the proof/),
    ]);
  });
});
