// An honest day's export, as an outsider sees it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { check, createAuditDay, linesOf } from './audit-day-testing.ts';
import type { AuditDay } from './audit-day-testing.ts';
import { patient } from './audit-world-testing.ts';
import { describeReport } from './audit/verifier/words.ts';

let day: AuditDay;
beforeAll(async () => {
  day = await createAuditDay(sampleFleet(Date.now() - 60_000));
}, 120_000);
afterAll(async () => {
  expect(day.world.faults).toEqual([]);
  await day.world.close();
});

describe('S27 an honest record', () => {
  test('holds, and the check says who witnessed it', async () => {
    const report = await check(day.honest, day.own);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ isSound: true, manifest: 1, entries: day.heads.at(-1)?.size });
    expect(report.unchecked).toEqual([expect.stringContaining('never opened')]);
    expect(describeReport(report)[0]).toMatch(/^The record holds: \d+ entries, manifest version 1\.$/);
    expect(report.witnesses).toContainEqual(expect.stringContaining(day.laptop.laptop.identity.name));
  });

  test('and without the outsider’s own knowledge the check says plainly what that leaves open', async () => {
    const { unchecked, isSound } = await check(day.honest, {});
    expect(isSound).toBe(true);
    expect(unchecked.join('\n')).toContain('Whoever wrote the export could have made them');
    expect(unchecked.join('\n')).toContain(day.own.anchor);
  });

  test.each<[string, () => Parameters<typeof check>[1], string]>([
    [
      'another first manifest',
      () => ({ anchor: day.entry('ticket.created').hash }),
      'another one than the given digest',
    ],
    ['another version 1', () => ({ manifests: new Map([[1, day.entry('ticket.created').hash]]) }), 'than your copy'],
    [
      'a newer version',
      () => ({
        manifests: new Map([
          [1, day.own.anchor ?? ''],
          [2, ''],
        ]),
      }),
      'of which you have a copy',
    ],
  ])('is no record of a fleet of which the outsider knows %s', async (_what, knowing, words) => {
    const { isSound, findings } = await check(day.honest, knowing());
    expect([isSound, findings.map((finding) => finding.words)]).toEqual([false, [expect.stringContaining(words)]]);
  });

  test('is exported without what no check needs: no key, share, session or patient', async () => {
    const { db } = day.world.database;
    const fleetRow = await db.selectFrom('fleet').selectAll().executeTakeFirstOrThrow();
    const tickets = await db.selectFrom('tickets').select('secret').execute();
    const devices = await db.selectFrom('devices').select(['id', 'sealing_key']).execute();
    const shares = await Promise.all(devices.map(({ id }) => day.world.shares.read(id)));
    const sealed = await db.selectFrom('server_shares').select('sealed').execute();
    const secrets = [
      patient,
      ...fleetRow.audit_key.split('\n').slice(1, -2),
      ...[...tickets.map(({ secret }) => secret), ...devices.map((row) => row.sealing_key)]
        .concat(shares.filter((share) => share !== null))
        .concat(sealed.map((row) => row.sealed))
        .flatMap((bytes) => [bytes.toString('base64url'), bytes.toString('hex')]),
    ];
    expect(secrets.length).toBeGreaterThan(10);
    for (const secret of secrets) expect(day.honest).not.toContain(secret);
    const allowed = [
      'header',
      'manifest',
      'roster',
      'device',
      'grant',
      'order',
      'join',
      'head',
      'checkpoint',
      'countersignature',
    ];
    expect(new Set(linesOf(day.honest).map(({ kind }) => kind))).toEqual(new Set([...allowed, 'entry', 'end']));
  });
});
