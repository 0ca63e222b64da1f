// Opening laptops on real parts: pairing codes, passkeys in software, sealed shares, PostgreSQL, the link.
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { decodeStatement, fromBase64url, latestClose } from '@sallyport/protocol';
import type { ApprovalTask, ConsoleAnswer, Grant } from '@sallyport/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import { pair as pairDirectly } from './activation/pairing.ts';
import { createWorld } from './device-world-testing.ts';
import type { World } from './device-world-testing.ts';
import type { Caller } from './http/handlers.ts';
import type { Laptop } from './laptop-testing.ts';
import type { Answer } from './ports.ts';

const minute = 60_000;
const fleet = sampleFleet(Date.now() - minute);
const { nurse, consultant, officer } = fleet.people;
let world: World;
let staff: Caller;
const laptops: Laptop[] = [];

beforeAll(async () => {
  world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
    roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
  });
  staff = world.caller(nurse, 'healthcare', fleet.prison);
});
afterAll(() => world.close());
beforeEach(async () => {
  world.clock.offset = 0;
  await world.database.db.deleteFrom('pairing_attempts').execute();
});
afterEach(() => {
  for (const laptop of laptops.splice(0)) laptop.cut();
  expect(world.faults).toEqual([]);
});

interface Booked {
  laptop: Laptop;
  appointment: string;
  opensAt: number;
  closesAt: number;
}

/** A connected laptop booked for a consultation that opens in `startsIn` minutes. */
async function booked(startsIn = 0): Promise<Booked> {
  const laptop = await world.laptop();
  laptops.push(laptop);
  await laptop.connect();
  const appointment = randomUUID();
  const opensAt = Date.now() + startsIn * minute;
  const closesAt = opensAt + 40 * minute;
  // A consultant of its own, so that no two appointments clash.
  const doctor = randomUUID();
  const person = { id: doctor, name: 'Dr Rao', role: 'consultant' as const, site: fleet.hospital };
  await world.database.db.insertInto('people').values(person).execute();
  await world.database.db
    .insertInto('appointments')
    .values({
      ...{ id: appointment, prison: fleet.prison, device: laptop.id, consultant: doctor },
      ...{ patient_reference: 'A1234BC', patient_name: 'Alex Example', booked_by: nurse.named.id, cancelled_at: null },
      ...{ opens_at: new Date(opensAt), starts_at: new Date(opensAt), ends_at: new Date(closesAt) },
      closes_at: new Date(closesAt),
    })
    .execute();
  await vi.waitFor(async () => {
    const query = world.database.db.selectFrom('devices').select('state').where('id', '=', laptop.id);
    expect((await query.executeTakeFirstOrThrow()).state).toBe('inert');
  });
  return { laptop, appointment, opensAt, closesAt };
}

async function pair({ appointment, laptop }: Booked, code?: string, caller = staff): Promise<Answer<ApprovalTask>> {
  return world.ask('pair', { body: { appointment, code: code ?? (await laptop.code()) } }, caller);
}

function open(
  task: ApprovalTask,
  person: SamplePerson = nurse,
  caller = staff,
  statement?: Uint8Array,
): Promise<Answer<ConsoleAnswer<'open'>>> {
  const bytes = statement ?? fromBase64url(task.statement) ?? new Uint8Array();
  const approval = person.authenticator.approve(bytes, fleet.place);
  return world.ask('open', { params: { id: task.id }, body: { approval } }, caller);
}

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer.result;
}

function reasonOf(answer: Answer<unknown>): string {
  return answer.ok ? 'ok' : answer.refusal.reason;
}

function grantOf(task: ApprovalTask): Grant {
  const statement = decodeStatement(fromBase64url(task.statement) ?? new Uint8Array());
  if (statement?.type !== 'grant') throw new Error('no grant');
  return statement;
}

describe('S5 opening a laptop', () => {
  test('with its code and a passkey: the grant says what it should and the share arrives sealed', async () => {
    const day = await booked();
    const task = must(await pair(day));
    const grant = grantOf(task);
    expect(task.credentials).toEqual([nurse.authenticator.credential.id]);
    const { publicKey } = new X509Certificate(day.laptop.identity.certificate);
    const key = createHash('sha256')
      .update(publicKey.export({ format: 'der', type: 'spki' }))
      .digest('base64url');
    expect(grant.device).toEqual({ id: day.laptop.id, name: day.laptop.identity.name, site: fleet.prison, key });
    expect(grant.appointment.id).toBe(day.appointment);
    expect(grant.appointment.consultant.hospital).toEqual({ id: fleet.hospital, name: 'Example Infirmary' });
    expect(grant.openUntil).toBe(latestClose(day.closesAt));
    expect(grant.notAfter - grant.issuedAt).toBe(5 * minute);
    expect(must(await open(task))).toEqual({ device: day.laptop.id, openUntil: latestClose(day.closesAt) });
    expect(Buffer.from(day.laptop.share ?? [])).toEqual(await world.shares.read(day.laptop.id));
    const kept = await world.database.db.selectFrom('grants').selectAll().where('id', '=', task.id).execute();
    expect(kept).toMatchObject([{ device: day.laptop.id, approved_by: nurse.named.id, sequence: 1, ended_at: null }]);
    expect(kept[0]?.opened_at).not.toBeNull();
    expect((await world.actions()).slice(-3)).toEqual(['device.paired', 'grant.released', 'device.opened']);
  });

  test('a replayed approval is refused: twice at once, again, and after the laptop closed', async () => {
    const day = await booked();
    const task = must(await pair(day));
    const outcomes = (await Promise.all([open(task), open(task)])).map(reasonOf).sort();
    expect(outcomes).toEqual(['ok', 'replayed']);
    expect(await day.laptop.request('activation.ended', { grant: 1, reason: 'locked' })).toEqual({
      ok: true,
      result: {},
    });
    expect(reasonOf(await open(task))).toBe('replayed');
    expect(day.laptop.asked.filter((method) => method === 'grant.open')).toHaveLength(1);
    expect((await world.actions()).at(-1)).toBe('device.open-refused');
  });

  test('with one byte of the statement changed is refused (S4)', async () => {
    const task = must(await pair(await booked()));
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    expect(reasonOf(await open(task, nurse, staff, bytes))).toBe('wrong-challenge');
  });

  test('approved by somebody of another role, or sent by somebody else, is refused', async () => {
    const day = await booked();
    const task = must(await pair(day));
    expect(reasonOf(await open(task, officer))).toBe('unknown-credential');
    expect(reasonOf(await open(task, consultant))).toBe('unknown-credential');
    const elsewhere = { ...staff, person: { ...staff.person, id: officer.named.id } };
    expect(reasonOf(await open(task, nurse, elsewhere))).toBe('not-found');
    expect(day.laptop.asked).not.toContain('grant.open');
  });

  test('with a copied passkey, whose counter goes back, is refused and uses nothing up (S4)', async () => {
    const day = await booked();
    const task = must(await pair(day));
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const first = nurse.authenticator.approve(bytes, fleet.place);
    const { id } = nurse.authenticator.credential;
    const counter = Buffer.from(first.authenticatorData, 'base64url').readUInt32BE(33);
    await world.database.db.updateTable('credentials').set({ counter }).where('id', '=', id).execute();
    const copied = await world.ask('open', { params: { id: task.id }, body: { approval: first } }, staff);
    expect(reasonOf(copied)).toBe('counter-went-back');
    expect(day.laptop.asked).not.toContain('grant.open');
    expect(reasonOf(await open(task))).toBe('ok');
  });

  test('after its few minutes is refused', async () => {
    const task = must(await pair(await booked()));
    world.clock.offset = 6 * minute;
    expect(reasonOf(await open(task))).toBe('not-found');
  });

  test('after the share was destroyed is refused, and nothing is sent (S9)', async () => {
    const day = await booked();
    const task = must(await pair(day));
    const { db } = world.database;
    await db.transaction().execute((trx) => world.shares.destroy(trx, [day.laptop.id], Date.now()));
    expect(reasonOf(await open(task))).toBe('wrong-state');
    expect(day.laptop.asked).not.toContain('grant.open');
    expect(reasonOf(await pair(day))).toBe('wrong-state');
  });

  test('whose share does not open under control’s key is refused, on the record, and uses nothing up (S35)', async () => {
    const day = await booked();
    const task = must(await pair(day));
    const { db } = world.database;
    const row = db.selectFrom('server_shares').select(['nonce', 'sealed']).where('device', '=', day.laptop.id);
    const { nonce, sealed } = await row.executeTakeFirstOrThrow();
    const put = (bytes: { nonce: Buffer; sealed: Buffer }) =>
      db.updateTable('server_shares').set(bytes).where('device', '=', day.laptop.id).execute();
    await put({ nonce, sealed: Buffer.alloc(48) });
    expect(reasonOf(await open(task))).toBe('failed');
    expect(day.laptop.asked).not.toContain('grant.open');
    expect((await world.actions()).slice(-2)).toEqual(['shares.unreadable', 'device.open-refused']);
    await put({ nonce, sealed });
    expect(reasonOf(await open(task))).toBe('ok');
  });

  test('what the laptop refuses is refused, and the grant is over', async () => {
    const day = await booked();
    const task = must(await pair(day));
    day.laptop.grantSequence = 9;
    expect(reasonOf(await open(task))).toBe('replayed');
    const kept = await world.database.db.selectFrom('grants').selectAll().where('id', '=', task.id).execute();
    expect(kept).toMatchObject([{ opened_at: null, end_reason: 'refused: replayed' }]);
  });

  test('again later uses the next sequence and ends what was not reported as ended', async () => {
    const day = await booked();
    must(await open(must(await pair(day))));
    day.laptop.report('inert', null);
    await vi.waitFor(async () => expect(reasonOf(await pair(day))).toBe('ok'));
    const task = must(await pair(day));
    must(await open(task));
    expect(grantOf(task).sequence).toBe(3);
    const kept = await world.database.db
      .selectFrom('grants')
      .select(['sequence', 'end_reason'])
      .where('device', '=', day.laptop.id)
      .orderBy('sequence')
      .execute();
    expect(kept).toEqual([
      { sequence: 1, end_reason: 'superseded' },
      { sequence: 3, end_reason: null },
    ]);
  });
});

describe('S5 an answer that never came', () => {
  async function grantRow(task: ApprovalTask) {
    const query = world.database.db.selectFrom('grants').select(['opened_at', 'ended_at', 'end_reason']);
    return query.where('id', '=', task.id).executeTakeFirstOrThrow();
  }

  /** The laptop is gone in the middle of being opened, before it obeyed or just after. */
  async function cutWhileOpening(day: Booked, obeyed: boolean): Promise<ApprovalTask> {
    const task = must(await pair(day));
    day.laptop.instead.set('grant.open', () => {
      day.laptop.instead.delete('grant.open');
      if (obeyed) day.laptop.grantSequence = grantOf(task).sequence;
      day.laptop.cut();
      return new Promise(() => undefined);
    });
    expect(reasonOf(await open(task))).toBe('not-connected');
    expect(await grantRow(task)).toMatchObject({ opened_at: null, ended_at: null });
    return task;
  }

  test('is learnt from what the laptop says when it is back', async () => {
    const day = await booked();
    const task = await cutWhileOpening(day, true);
    await day.laptop.connect();
    expect((await grantRow(task)).opened_at).not.toBeNull();
    expect((await grantRow(task)).ended_at).toBeNull();
    const entries = await world.database.db
      .selectFrom('audit')
      .selectAll()
      .orderBy('number', 'desc')
      .limit(1)
      .execute();
    expect(entries).toMatchObject([
      { action: 'device.opened', actor: { kind: 'device' }, detail: { learnedLater: true } },
    ]);
  });

  test('or that it never opened', async () => {
    const day = await booked();
    const task = await cutWhileOpening(day, false);
    await day.laptop.connect();
    expect(await grantRow(task)).toMatchObject({ opened_at: null, end_reason: 'never-opened' });
  });

  test('or from the state it reports, or from the end of what it opened for', async () => {
    const [reporting, ending] = [await booked(), await booked()];
    for (const day of [reporting, ending]) {
      day.laptop.instead.set('grant.open', async () => ({ ok: false, refusal: { reason: 'timed-out' } }));
    }
    const reported = must(await pair(reporting));
    expect(reasonOf(await open(reported))).toBe('timed-out');
    reporting.laptop.report('open', null);
    await vi.waitFor(async () => expect((await grantRow(reported)).opened_at).not.toBeNull());
    const ended = must(await pair(ending));
    expect(reasonOf(await open(ended))).toBe('timed-out');
    must(await ending.laptop.request('activation.ended', { grant: grantOf(ended).sequence, reason: 'idle' }));
    const kept = await grantRow(ended);
    expect(kept.end_reason).toBe('idle');
    expect(kept.opened_at).not.toBeNull();
  });
});

describe('when and for whom', () => {
  test('too early, in time from ten minutes before, too late', async () => {
    expect(reasonOf(await pair(await booked(11)))).toBe('too-early');
    expect(reasonOf(await pair(await booked(9)))).toBe('ok');
    expect(reasonOf(await pair(await booked(-41)))).toBe('too-late');
  });

  test('another site’s staff, a cancelled and an unknown appointment: not found (S15)', async () => {
    const day = await booked();
    const outsider = world.caller(nurse, 'healthcare', randomUUID());
    expect(reasonOf(await pair(day, undefined, outsider))).toBe('not-found');
    expect(reasonOf(await pair({ ...day, appointment: randomUUID() }))).toBe('not-found');
    const cancelled = { cancelled_at: new Date() };
    await world.database.db.updateTable('appointments').set(cancelled).where('id', '=', day.appointment).execute();
    expect(reasonOf(await pair(day))).toBe('not-found');
    expect((await world.actions()).at(-1)).toBe('pairing.refused');
  });

  test('somebody who is not on the site’s roster: not allowed', async () => {
    const stranger = world.caller(officer, 'healthcare', fleet.prison);
    expect(reasonOf(await pair(await booked(), undefined, stranger))).toBe('not-allowed');
  });

  test('a laptop that is away, or not inert', async () => {
    const day = await booked();
    day.laptop.report('suspended', null);
    await vi.waitFor(async () => expect(reasonOf(await pair(day))).toBe('wrong-state'));
    day.laptop.cut();
    await vi.waitFor(async () => expect(reasonOf(await pair(day))).toBe('not-connected'));
  });
});

describe('S17 wrong codes', () => {
  test('lock the laptop and the person out after five, across a restart, for a quarter of an hour', async () => {
    const day = await booked();
    for (let attempt = 0; attempt < 5; attempt += 1) expect(reasonOf(await pair(day, 'ZZZZZZ'))).toBe('wrong-code');
    const sixth = await pair(day);
    expect(sixth).toMatchObject({ ok: false, refusal: { reason: 'locked-out' } });
    expect(sixth.ok ? 0 : sixth.refusal.retryAfter).toBeGreaterThan(14 * 60);
    // A new process knows only the database.
    const restarted = { ...world.activation };
    const asked = { appointment: day.appointment, code: await day.laptop.code() };
    expect(reasonOf(await pairDirectly(restarted, asked, staff))).toBe('locked-out');
    const another = await booked();
    expect(reasonOf(await pair(another))).toBe('locked-out');
    expect(day.laptop.asked.filter((method) => method === 'pairing.check')).toHaveLength(5);
    expect(another.laptop.asked).toEqual([]);
    world.clock.offset = 15 * minute + 1000;
    expect(reasonOf(await pair(day))).toBe('ok');
  });

  test('twenty at once are still five guesses', async () => {
    const day = await booked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pair(day, 'ZZZZZZ')));
    expect(answers.map(reasonOf).filter((reason) => reason === 'wrong-code')).toHaveLength(5);
    expect(day.laptop.asked.filter((method) => method === 'pairing.check')).toHaveLength(5);
  });

  test('right codes are not counted; a laptop that locks out by itself is believed', async () => {
    const day = await booked();
    for (let attempt = 0; attempt < 6; attempt += 1) expect(reasonOf(await pair(day))).toBe('ok');
    day.laptop.instead.set('pairing.check', async () => ({
      ok: false,
      refusal: { reason: 'locked-out', retryAfter: 60 },
    }));
    expect(await pair(day)).toEqual({ ok: false, refusal: { reason: 'locked-out', retryAfter: 60 } });
  });

  test('a try that meets a locked laptop counts like any other', async () => {
    const day = await booked();
    day.laptop.instead.set('pairing.check', async () => ({
      ok: false,
      refusal: { reason: 'locked-out', retryAfter: 60 },
    }));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await pair(day)).toMatchObject({ refusal: { retryAfter: 60 } });
    }
    const sixth = await pair(day);
    expect(sixth.ok ? 0 : sixth.refusal.retryAfter).toBeGreaterThan(14 * 60);
    expect(day.laptop.asked.filter((method) => method === 'pairing.check')).toHaveLength(5);
  });
});

describe('locking', () => {
  test('staff lock a laptop of their site, and nobody else’s (S15)', async () => {
    const day = await booked();
    must(await open(must(await pair(day))));
    const params = { id: day.laptop.id };
    const outsider = world.caller(nurse, 'healthcare', randomUUID());
    expect(reasonOf(await world.ask('lockDevice', { params, body: {} }, outsider))).toBe('not-found');
    expect(reasonOf(await world.ask('lockDevice', { params, body: {} }, staff))).toBe('ok');
    expect(day.laptop.state).toBe('inert');
    expect(await day.laptop.request('activation.ended', { grant: 1, reason: 'locked' })).toEqual({
      ok: true,
      result: {},
    });
    expect(world.left).toContainEqual({ id: day.laptop.id, reason: 'device-locked' });
    const kept = await world.database.db.selectFrom('grants').selectAll().where('device', '=', day.laptop.id).execute();
    expect(kept).toMatchObject([{ end_reason: 'locked' }]);
    day.laptop.cut();
    await vi.waitFor(async () =>
      expect(reasonOf(await world.ask('lockDevice', { params, body: {} }, staff))).toBe('not-connected'),
    );
  });
});
