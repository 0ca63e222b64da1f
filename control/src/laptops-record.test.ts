// What laptops report of themselves and countersign of control's record, over the real link and a real PostgreSQL.
import { deviceChainGenesis, encodeCheckpoint, toBase64url } from '@sallyport/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { createAuditWorld, signedReport } from './audit-world-testing.ts';
import type { AuditWorld, RecordKeeper } from './audit-world-testing.ts';
import { rewriteHistory } from './audit/testing.ts';
import { reasonOf } from './trust-world-testing.ts';

let world: AuditWorld;

beforeAll(async () => {
  world = await createAuditWorld(sampleFleet(Date.now() - 60_000));
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

async function reported({ laptop }: RecordKeeper): Promise<{ action: string; detail: Record<string, unknown> }[]> {
  const query = world.database.db.selectFrom('audit').select(['action', 'detail']).where('subject', '=', laptop.id);
  return (await query.orderBy('number').execute()).filter(({ action }) => action.startsWith('device.report'));
}

async function rolledBack({ laptop }: RecordKeeper): Promise<unknown[]> {
  const query = world.database.db.selectFrom('audit').select('detail').where('subject', '=', laptop.id);
  return (await query.where('action', '=', 'device.rolled-back').execute()).map(({ detail }) => detail);
}

describe('S27 P5.8 a laptop’s own chain', () => {
  test('each event is an entry with its number and hash; the head that the laptop signed is kept', async () => {
    const keeper = await world.keeper();
    expect(reasonOf(await keeper.report('started', 'opened'))).toBe('ok');
    expect(reasonOf(await keeper.report('inert'))).toBe('ok');
    const entries = await reported(keeper);
    expect(entries.map(({ action, detail }) => [action, detail['number']])).toEqual([
      ['device.reported-started', 1],
      ['device.reported-opened', 2],
      ['device.reported-inert', 3],
    ]);
    const query = world.database.db.selectFrom('device_heads').select(['number', 'hash']);
    const heads = await query.where('device', '=', keeper.laptop.id).orderBy('number').execute();
    expect(heads.map(({ number }) => number)).toEqual([2, 3]);
    expect(heads[1]?.hash).toBe(entries[2]?.detail['hash']);
  });

  test('a report whose answer was lost is taken once, alone and with what came after it', async () => {
    const keeper = await world.keeper();
    const first = await keeper.reportOf('started', 'opened');
    const again = { ...first };
    for (const report of [first, again]) {
      expect(reasonOf(await keeper.laptop.request('record.report', report))).toBe('ok');
    }
    const third = { number: 3, at: Date.now(), event: 'inert' } as const;
    const longer = await signedReport(keeper, deviceChainGenesis, [...first.events, third]);
    expect(reasonOf(await keeper.laptop.request('record.report', longer))).toBe('ok');
    expect((await reported(keeper)).map(({ detail }) => detail['number'])).toEqual([1, 2, 3]);
  });

  test('two reports of the same events at the same moment are taken once', async () => {
    const keeper = await world.keeper();
    const report = await keeper.reportOf('started', 'opened');
    const answers = await Promise.all([1, 2].map(() => keeper.laptop.request('record.report', report)));
    expect(answers.map(reasonOf)).toEqual(['ok', 'ok']);
    expect(await reported(keeper)).toHaveLength(2);
  });

  test('a second past under the same numbers is refused, and on the record: the laptop was put back to a copy', async () => {
    const keeper = await world.keeper();
    await keeper.report('started', 'opened');
    const fork = async (events: ('suspended' | 'inert')[]): Promise<string> => {
      const other = events.map((event, index) => ({ number: index + 1, at: Date.now() + 1, event }));
      return reasonOf(
        await keeper.laptop.request('record.report', await signedReport(keeper, deviceChainGenesis, other)),
      );
    };
    expect(await fork(['suspended'])).toBe('replayed');
    expect(await fork(['suspended', 'inert'])).toBe('replayed');
    expect(await fork(['suspended', 'inert', 'inert'])).toBe('replayed');
    const next = [{ number: 3, at: Date.now(), event: 'inert' } as const];
    const forked = await signedReport(keeper, deviceChainGenesis, next);
    expect(reasonOf(await keeper.laptop.request('record.report', forked))).toBe('replayed');
    const entries = await reported(keeper);
    expect(entries.filter(({ action }) => action === 'device.report-refused')).toHaveLength(4);
    expect(entries.at(-1)?.detail).toEqual({ reason: 'replayed', from: 3, known: 2 });
    expect(await rolledBack(keeper)).toEqual([{ forkedEvent: 2, knownEvent: 2 }]);
  });

  test('S30 an older report that a newer one overtook is refused, and is no second past', async () => {
    const keeper = await world.keeper();
    const first = await keeper.reportOf('started');
    const more = [2, 3].map((number) => ({ number, at: Date.now(), event: 'inert' as const }));
    const longer = await signedReport(keeper, deviceChainGenesis, [...first.events, ...more]);
    for (const [report, reason] of [
      [longer, 'ok'],
      [first, 'replayed'],
    ] as const) {
      expect(reasonOf(await keeper.laptop.request('record.report', report))).toBe(reason);
    }
    expect(await rolledBack(keeper)).toEqual([]);
  });

  test('S30 a shorter past than the one it had signed the head of is a second one', async () => {
    const keeper = await world.keeper();
    await keeper.report('started');
    await keeper.report('opened', 'inert');
    const other = [{ number: 1, at: Date.now() + 1, event: 'started' } as const];
    const forked = await signedReport(keeper, deviceChainGenesis, other);
    expect(reasonOf(await keeper.laptop.request('record.report', forked))).toBe('replayed');
    expect(await rolledBack(keeper)).toEqual([{ forkedEvent: 1, knownEvent: 3 }]);
  });

  test('a past with a hole is refused', async () => {
    const keeper = await world.keeper();
    await keeper.report('started');
    const beyond = await signedReport(keeper, deviceChainGenesis, [{ number: 3, at: Date.now(), event: 'inert' }]);
    expect(reasonOf(await keeper.laptop.request('record.report', beyond))).toBe('wrong-previous');
    const [one, three] = [1, 3].map((number) => ({ number, at: Date.now(), event: 'inert' as const }));
    if (one === undefined || three === undefined) throw new Error('unreachable');
    const holed = await signedReport(keeper, deviceChainGenesis, [one, three]);
    expect(reasonOf(await keeper.laptop.request('record.report', holed))).toBe('malformed');
  });

  test('what another laptop signed, or nobody, is refused', async () => {
    const [keeper, other] = [await world.keeper(), await world.keeper()];
    const report = await keeper.reportOf('started');
    expect(reasonOf(await other.laptop.request('record.report', report))).toBe('bad-signature');
    const changed = { ...report, events: [{ number: 1, at: Date.now(), event: 'opened' }] };
    expect(reasonOf(await keeper.laptop.request('record.report', changed))).toBe('bad-signature');
    expect((await reported(keeper)).map(({ detail }) => detail)).toEqual([
      { reason: 'bad-signature', from: 1, known: 0 },
    ]);
  });
});

describe('S27 P5.9 laptops countersign', () => {
  const countersignatures = (keeper: RecordKeeper): Promise<{ size: number }[]> =>
    world.database.db
      .selectFrom('countersignatures')
      .select('size')
      .where('device', '=', keeper.laptop.id)
      .orderBy('size')
      .execute();

  test('each newest checkpoint goes on from the one before, and is kept with the signature', async () => {
    const keeper = await world.keeper();
    const first = await keeper.countersign();
    for (let round = 0; round < 5; round += 1) {
      world.clock.offset += 5_000;
      await keeper.report('inert');
      await keeper.countersign();
    }
    expect(keeper.witnessed?.size).toBeGreaterThanOrEqual(first.size + 5);
    expect(await countersignatures(keeper)).toHaveLength(6);
  });

  test('however many ask at once, there is one checkpoint', async () => {
    world.clock.offset += 5_000;
    const keepers = await Promise.all([world.keeper(), world.keeper(), world.keeper()]);
    const heads = await Promise.all(keepers.map((keeper) => keeper.countersign()));
    expect(new Set(heads.map(({ root }) => root)).size).toBe(1);
  });

  test('a laptop that has seen more than the last seconds’ checkpoint gets a newer one', async () => {
    world.clock.offset += 5_000;
    const keeper = await world.keeper();
    const { size } = await keeper.countersign();
    await keeper.report('inert');
    const answer = await keeper.laptop.request('audit.checkpoint', { after: size + 1 });
    expect(reasonOf(answer)).toBe('ok');
    expect(await countersignatures(keeper)).toHaveLength(1);
    keeper.witnessed = undefined;
    expect((await keeper.countersign()).size).toBe(size + 1);
  });

  test('a laptop that asks without end is told to wait', async () => {
    const { laptop } = await world.keeper();
    const asked = Array.from({ length: 40 }, () => laptop.request('audit.checkpoint', { after: 0 }));
    const answers = (await Promise.all(asked)).map(reasonOf);
    expect(answers[0]).toBe('ok');
    expect(answers.at(-1)).toBe('too-many');
  });

  test('the same countersignature again changes nothing', async () => {
    world.clock.offset += 5_000;
    const keeper = await world.keeper();
    await keeper.countersign();
    await keeper.countersign();
    expect(await countersignatures(keeper)).toHaveLength(1);
  });

  test('what is no checkpoint of control’s is not-found; a signature of somebody else is refused and on the record', async () => {
    world.clock.offset += 5_000;
    const [keeper, other] = [await world.keeper(), await world.keeper()];
    const { root, size } = await keeper.countersign();
    const invented = encodeCheckpoint({ fleet: other.laptop.id, size, root, at: Date.now() });
    const send = (checkpoint: string, signature: string): Promise<string> =>
      keeper.laptop.request('audit.countersign', { checkpoint, signature }).then(reasonOf);
    expect(await send(toBase64url(invented), keeper.sign(invented))).toBe('not-found');
    expect(await send('e30', keeper.sign(invented))).toBe('not-found');
    const query = world.database.db.selectFrom('audit_checkpoints').select('checkpoint').where('size', '=', size);
    const { checkpoint } = await query.executeTakeFirstOrThrow();
    expect(await send(checkpoint.toString('base64url'), other.sign(checkpoint))).toBe('bad-signature');
    expect((await world.actions()).at(-1)).toBe('checkpoint.countersignature-refused');
  });

  test('a record cut behind a laptop’s back: the laptop sees it, and the record says so', async () => {
    world.clock.offset += 5_000;
    const keeper = await world.keeper();
    const { size } = await keeper.countersign();
    await rewriteHistory(world.database.db, (entries) => entries.slice(0, -2));
    world.clock.offset += 5_000;
    const answer = await keeper.laptop.request('audit.checkpoint', { after: size });
    expect(answer).toMatchObject({ ok: true, result: { consistency: [] } });
    expect((await world.actions()).at(-1)).toBe('checkpoint.behind-laptop');
  });

  test('the database itself keeps what was signed', async () => {
    for (const table of ['device_heads', 'audit_checkpoints', 'countersignatures']) {
      await expect(sql.raw(`delete from ${table}`).execute(world.database.db)).rejects.toThrow('append only');
    }
  });
});
