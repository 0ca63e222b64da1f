import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleAppointment, Refusal } from '@sallyport/protocol';
import { formatTicket, parseTicket } from '@sallyport/protocol';
import type { Browser } from '../harness/browser.ts';
import { ConsoleClient, type Outcome } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { runControl } from '../harness/control-process.ts';
import { typePairingCode } from '../harness/day.ts';
import {
  approvalOf,
  approverOf,
  bookFor,
  findLaptop,
  openFor,
  pairWith,
  proofFor,
  writeTicket,
} from '../harness/errands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { askRoom, openRoomSocket } from '../harness/room-socket.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-07';
const patient = 'A1234BC';

/** What the first consultation's parts refuse, on real parts. Each test stands on those before it. */
describe('refusals', () => {
  let world: World;
  let database: ControlDatabase;
  let kiosk: Kiosk;
  let key: Browser;
  let officer: ConsoleClient;
  let nurse: ConsoleClient;
  let otherNurse: ConsoleClient;
  let consultant: ConsoleClient;
  let device: string;
  let appointment: ConsoleAppointment;

  beforeAll(async () => {
    world = await createWorld();
    database = await openControlDatabase(world);
    // A browser signs the nurse in first: a passkey's counter only goes up.
    key = await world.signIn('nurse', 'key');
    const people = ['officer', 'nurse', 'otherNurse', 'consultant'] as const;
    [officer, nurse, otherNurse, consultant] = (await Promise.all(
      people.map((part) => ConsoleClient.signIn(world, part)),
    )) as [ConsoleClient, ConsoleClient, ConsoleClient, ConsoleClient];
    kiosk = await Kiosk.start();
  });

  afterAll(async () => {
    await kiosk.close();
    await database.close();
    await world.close();
  });

  const count = async (table: string): Promise<number> =>
    Number((await database.run(`select count(*) as count from ${table}`))[0]?.['count']);

  describe('a ticket', () => {
    let ticket = '';

    beforeAll(async () => {
      ticket = await writeTicket(officer, laptop);
    });

    /** Types a ticket. @returns what the screen says about it */
    const offer = async (on: Kiosk, text: string): Promise<string> => {
      await on.page.getByTestId('ticket').fill(text);
      await on.page.getByTestId('enrol').click();
      const words = await on.page.getByTestId('problem').innerText();
      await on.shows('blank');
      return words;
    };
    const forged = async (changes: { secret?: Buffer; anchor?: Buffer }): Promise<string> => {
      const parsed = await parseTicket(ticket);
      if (parsed === undefined) throw new Error('no ticket');
      const secret = Uint8Array.from(changes.secret ?? parsed.secret);
      return formatTicket({ ...parsed, secret, anchor: Uint8Array.from(changes.anchor ?? parsed.anchor) });
    };
    const refusedWords = 'The ticket was refused. It may have been used already, or be too old. Ask for a new one.';

    test('S14 with a wrong character is not sent anywhere', async () => {
      const mistyped = ticket.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      expect(await offer(kiosk, mistyped)).toBe(
        'This is not a complete ticket. Check it for missing or wrong characters.',
      );
    });

    test('S14 with another secret is refused', async () => {
      expect(await offer(kiosk, await forged({ secret: randomBytes(10) }))).toBe(refusedWords);
    });

    test('S14 made for another control is refused by the laptop, which says to stop', async () => {
      expect(await offer(kiosk, await forged({ anchor: randomBytes(16) }))).toBe(
        'The service that answered is not the one this ticket was made for. Stop, and tell the IT team.',
      );
    });

    test('S14 that has expired is refused', async () => {
      const late = await writeTicket(officer, 'HB-09');
      await database.run(
        `update tickets set expires_at = now() - interval '1 minute' where device_name = 'HB-09' and used_at is null`,
      );
      expect(await offer(kiosk, late)).toBe(refusedWords);
    });

    test('S14 after all these the laptop is as blank as before, and control knows no laptop', async () => {
      expect(await count('devices')).toBe(0);
      expect(await count('certificates')).toBe(0);
      await kiosk.powerOff();
      await kiosk.powerOn();
      await kiosk.shows('blank');
      expect(await kiosk.page.evaluate(() => window.sallyport.invoke('snapshot', {}))).toMatchObject({
        value: { state: 'blank', screen: { problem: null } },
      });
    });

    test('S14 works once: used again it is refused, and a second laptop stays blank', async () => {
      await kiosk.enrol(ticket);
      device = await findLaptop(officer, laptop);
      await kiosk.powerOff();
      const second = await Kiosk.start({ desktop: kiosk.desktop, disk: 'second' });
      expect(await offer(second, ticket)).toBe(refusedWords);
      await second.close();
      expect(await count('devices')).toBe(1);
      await kiosk.powerOn();
      await kiosk.shows('inert');
    });
  });

  describe('opening', () => {
    test('S16 is refused two hours before, and the laptop stays inert', async () => {
      const booking = { patient: 'LATER', laptop, consultant: cast.consultant, inMinutes: 120 };
      const { id } = await bookFor(nurse, booking);
      const code = await kiosk.pairingCode();
      expect(await nurse.call('pair', { body: { appointment: id, code } })).toEqual(refusal(409, 'too-early'));
      await kiosk.shows('inert');
    });

    test('S16 an opened laptop cannot join before its room opens, on the screen or past it', async () => {
      const booking = { patient: 'EARLY', laptop, consultant: cast.consultant, inMinutes: 15 };
      const early = await bookFor(nurse, booking);
      await openFor(world, nurse, kiosk, early.id);
      await kiosk.page.locator('[data-testid="join-status"][data-window="too-early"]').waitFor();
      expect(await kiosk.page.getByTestId('join').isDisabled()).toBe(true);
      const answer = await kiosk.page.evaluate(() => window.sallyport.invoke('join', {}));
      expect(answer).toMatchObject({ ok: false, refusal: { reason: 'too-early' } });
      await nurse.must('lockDevice', { params: { id: device }, body: {} });
      await kiosk.shows('inert');
      await nurse.must('cancelAppointment', { params: { id: early.id }, body: { revision: early.revision } });
    });

    test('S17 with a wrong pairing code is refused in words', async () => {
      appointment = await bookFor(nurse, { patient, laptop, consultant: cast.consultant, inMinutes: 2 });
      await typePairingCode(key.page, patient, otherThan(await kiosk.pairingCode()));
      const words = await key.page.getByTestId('error-summary').innerText();
      expect(words).toContain('This is not the pairing code on the laptop.');
      await kiosk.shows('inert');
    });

    test('S15 is not for people of another site or role', async () => {
      const body = { appointment: appointment.id, code: await kiosk.pairingCode() };
      expect(await otherNurse.call('pair', { body })).toEqual(refusal(404, 'not-found'));
      expect(await consultant.call('pair', { body })).toEqual(refusal(403, 'not-allowed'));
      expect(await officer.call('pair', { body })).toEqual(refusal(403, 'not-allowed'));
      expect(await officer.call('lockDevice', { params: { id: device }, body: {} })).toEqual(
        refusal(403, 'not-allowed'),
      );
      expect(await otherNurse.call('lockDevice', { params: { id: device }, body: {} })).toEqual(
        refusal(404, 'not-found'),
      );
    });

    test('S4 needs the approval of the nurse who asked, on the approver, verified, over this statement', async () => {
      const place = approverOf(world);
      const task = await pairWith(nurse, kiosk, appointment.id);
      const params = { id: task.id };
      const tried: [ConsoleClient, ReturnType<typeof approvalOf>, Outcome<never>][] = [
        [nurse, approvalOf(task, otherNurse, place), refusal(409, 'unknown-credential')],
        [nurse, approvalOf(task, consultant, place), refusal(409, 'unknown-credential')],
        [nurse, approvalOf(task, officer, place), refusal(409, 'unknown-credential')],
        [nurse, approvalOf(task, nurse, { ...place, userVerified: false }), refusal(409, 'not-verified')],
        [nurse, approvalOf(task, nurse, { ...place, origin: nurse.origin }), refusal(409, 'wrong-origin')],
        [nurse, approvalOf(task, nurse, { ...place, crossOrigin: true }), refusal(409, 'wrong-origin')],
        [otherNurse, approvalOf(task, nurse, place), refusal(404, 'not-found')],
        [consultant, approvalOf(task, nurse, place), refusal(403, 'not-allowed')],
      ];
      for (const [session, approval, expected] of tried) {
        expect(await session.call('open', { params, body: { approval } })).toEqual(expected);
      }
      const another = await pairWith(nurse, kiosk, appointment.id);
      expect(await nurse.call('open', { params, body: { approval: approvalOf(another, nurse, place) } })).toEqual(
        refusal(409, 'wrong-challenge'),
      );
      await kiosk.shows('inert');
    });

    test('S5 with the approval of an activation that was used opens nothing', async () => {
      const task = await pairWith(nurse, kiosk, appointment.id);
      const sent = { params: { id: task.id }, body: { approval: approvalOf(task, nurse, approverOf(world)) } };
      await nurse.must('open', sent);
      await kiosk.shows('open');
      expect(await nurse.call('open', sent)).toEqual(refusal(409, 'replayed'));
      await nurse.must('lockDevice', { params: { id: device }, body: {} });
      await kiosk.shows('inert');
      expect(await nurse.call('open', sent)).toEqual(refusal(409, 'replayed'));
      await kiosk.shows('inert');
    });
  });

  describe('a room', () => {
    test('S3 a laptop in a room cannot take a second seat, by any door', async () => {
      await openFor(world, nurse, kiosk, appointment.id);
      await kiosk.page.getByTestId('join').click();
      await kiosk.shows('waiting');
      const answers = await kiosk.page.evaluate(
        async (room) => [
          await window.sallyport.invoke('join', {}),
          await window.sallyport.invoke('room', { method: 'room.join', params: { room } }),
        ],
        randomUUID(),
      );
      expect(answers).toEqual([
        { ok: false, refusal: { reason: 'wrong-state' } },
        { ok: false, refusal: { reason: 'seat-taken' } },
      ]);
      await kiosk.shows('waiting');
    });

    test('S3 the database itself refuses a second seat, and a second laptop in the room', async () => {
      const [later] = await database.run(`select id from appointments where patient_reference = 'LATER'`);
      const other = String(later?.['id']);
      await database.run(`insert into rooms (id, node) values ('${other}', '${randomUUID()}')`);
      const seat = (participant: string, room: string) =>
        database.run(`insert into seats (participant, kind, room) values ('${participant}', 'device', '${room}')`);
      await expect(seat(device, other)).rejects.toMatchObject({ code: '23505' });
      await expect(seat(randomUUID(), appointment.id)).rejects.toMatchObject({ code: '23505' });
      expect(await count('seats')).toBe(1);
      await database.run(`delete from rooms where id = '${other}'`);
      await kiosk.shows('waiting');
    });

    test('S15 S16 its socket is for its own consultant, on our own page, signed in', async () => {
      const { origin } = consultant;
      expect(await openRoomSocket(origin, { origin })).toEqual({ status: 401 });
      expect(await openRoomSocket(origin, { cookie: consultant.cookie })).toEqual({ status: 403 });
      expect(await openRoomSocket(origin, { origin: 'https://evil.example', cookie: consultant.cookie })).toEqual({
        status: 403,
      });
      expect(await openRoomSocket(origin, { origin, cookie: nurse.cookie })).toMatchObject({ closed: 4403 });
      const knocked = await openRoomSocket(origin, { origin, cookie: consultant.cookie });
      if (!('socket' in knocked)) throw new Error(`the consultant was turned away: ${JSON.stringify(knocked)}`);
      const { socket } = knocked;
      const proof = await proofFor(world, consultant, appointment.id);
      expect(await askRoom(socket, 'room.join', { room: appointment.id })).toBe('malformed');
      expect(await askRoom(socket, 'room.join', { room: randomUUID(), proof })).toBe('not-found');
      expect(await askRoom(socket, 'room.join', { room: await anothersAppointment(), proof })).toBe('not-allowed');
      expect(await askRoom(socket, 'room.admit', {})).toBe('wrong-state');
      expect(await askRoom(socket, 'room.takeOver', {})).toBe('unknown-method');
      socket.terminate();
      await kiosk.shows('waiting');
      await nurse.must('lockDevice', { params: { id: device }, body: {} });
      await kiosk.shows('inert');
    });

    /** An appointment of a consultant whom only the database knows. */
    const anothersAppointment = async (): Promise<string> => {
      const [person, id] = [randomUUID(), randomUUID()];
      await database.run(
        `insert into people (id, name, role, site) select '${person}', 'Dr Other', 'consultant', id from sites where kind = 'hospital'`,
      );
      await database.run(
        `insert into appointments (id, prison, device, consultant, patient_reference, patient_name, starts_at, ends_at, opens_at, closes_at, booked_by)
         select '${id}', prison, device, '${person}', 'OTHER', 'Other', now() + interval '5 hours', now() + interval '6 hours',
         now() - interval '1 hour', now() + interval '7 hours', booked_by from appointments where id = '${appointment.id}'`,
      );
      return id;
    };
  });

  test('S4 S7 a brick order needs an officer’s own approval; without it nothing is destroyed', async () => {
    const place = approverOf(world);
    const body = { order: 'brick' as const, devices: [device], reason: 'Left on a train' };
    const task = await officer.must('draftOrder', { body });
    const params = { id: task.id };
    for (const stranger of [nurse, consultant, otherNurse]) {
      const approval = approvalOf(task, stranger, place);
      expect(await officer.call('approveOrder', { params, body: { approval } })).toEqual(
        refusal(409, 'unknown-credential'),
      );
      expect(await stranger.call('approveOrder', { params, body: { approval } })).toEqual(refusal(403, 'not-allowed'));
      expect(await stranger.call('draftOrder', { body })).toEqual(refusal(403, 'not-allowed'));
    }
    const wrongPlace = approvalOf(task, officer, { ...place, origin: officer.origin });
    expect(await officer.call('approveOrder', { params, body: { approval: wrongPlace } })).toEqual(
      refusal(409, 'wrong-origin'),
    );
    expect(await count('orders')).toBe(0);
    expect(
      await database.run(`select exists (select from server_shares where device = devices.id) as kept from devices`),
    ).toEqual([{ kept: true }]);
    await kiosk.shows('inert');
  });

  test.each([
    ['altered', `update audit set detail = '{"reason":"none"}' where number = 4`, 'entry 4 was altered'],
    ['removed', `delete from audit where number = 5`, 'entry 5 was removed'],
    [
      'reordered',
      `update audit set number = case number when 6 then -7 else -6 end where number in (6, 7);
       update audit set number = -number where number < 0`,
      'entry 6 does not follow the one before it',
    ],
  ])('S10 a row of the audit chain that was %s is named by control audit verify', async (_, tampering, words) => {
    const asSuperuser = (statements: string) =>
      database.run(`begin; alter table audit disable trigger audit_append_only; ${statements};
        alter table audit enable trigger audit_append_only; commit`);
    await expect(database.run(tampering)).rejects.toThrow('append only');
    await database.run(`create table kept as select * from audit`);
    await asSuperuser(tampering);
    const broken = await runControl(world.configuration, 'audit', 'verify');
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.output).toContain(words);
    await asSuperuser(`truncate audit; insert into audit select * from kept; drop table kept`);
    expect(await runControl(world.configuration, 'audit', 'verify')).toMatchObject({ code: 0 });
  });

  test('S17 five wrong codes lock a person out in control, across its restart; the laptop still has its code', async () => {
    await database.run(`delete from pairing_attempts`);
    await nurse.must('pair', { body: { appointment: appointment.id, code: await kiosk.pairingCode() } });
    const wrong = async () =>
      nurse.call('pair', { body: { appointment: appointment.id, code: otherThan(await kiosk.pairingCode()) } });
    for (const _ of [1, 2, 3]) expect(await wrong()).toEqual(refusal(409, 'wrong-code'));
    // A right one begins the laptop's count anew, but not control's.
    await nurse.must('pair', { body: { appointment: appointment.id, code: await kiosk.pairingCode() } });
    for (const _ of [1, 2]) expect(await wrong()).toEqual(refusal(409, 'wrong-code'));
    const right = async () =>
      nurse.call('pair', { body: { appointment: appointment.id, code: await kiosk.pairingCode() } });
    const lockedOut = refusal(429, 'locked-out');
    expect(await right()).toMatchObject(lockedOut);
    await world.restartControl();
    await kiosk.page.locator('[data-testid="link-state"][data-link="connected"]').waitFor();
    await kiosk.page.getByTestId('pairing-code').waitFor();
    expect(await right()).toMatchObject(lockedOut);
    await typePairingCode(key.page, patient, await kiosk.pairingCode());
    await key.page.getByTestId('error-summary').getByText('Too many wrong pairing codes').waitFor();
  });

  test('S17 the fifth wrong code locks the laptop itself out, across its restart', async () => {
    await database.run(`delete from pairing_attempts`);
    const wrong = async () =>
      nurse.call('pair', { body: { appointment: appointment.id, code: otherThan(await kiosk.pairingCode()) } });
    for (const _ of [1, 2]) expect(await wrong()).toEqual(refusal(409, 'wrong-code'));
    expect(await wrong()).toMatchObject(refusal(429, 'locked-out'));
    await kiosk.page.getByTestId('locked-out').getByText('Too many wrong codes').waitFor();
    await kiosk.powerOff('cut');
    await kiosk.powerOn();
    await kiosk.page.getByTestId('locked-out').waitFor();
    expect(await nurse.call('pair', { body: { appointment: appointment.id, code: 'AAAAAA' } })).toMatchObject(
      refusal(429, 'locked-out'),
    );
  });

  test('S10 every refusal is on the record', async () => {
    const actions = new Set((await database.run('select action from audit')).map(({ action }) => action));
    for (const action of ['enrolment.refused', 'pairing.refused', 'device.open-refused', 'order.approval-refused']) {
      expect(actions).toContain(action);
    }
    expect(await runControl(world.configuration, 'audit', 'verify')).toMatchObject({ code: 0 });
  });
});

function refusal(status: number, reason: Refusal['reason']): Outcome<never> {
  return { ok: false, status, refusal: { reason } };
}

/** Another code of the same form. */
function otherThan(code: string): string {
  return code.replace(/.$/, (last) => (last === '7' ? '8' : '7'));
}
