import { fromBase64url, noProgress, pairingCodeOf } from '@sallyport/protocol';
import type { CheckReport, Progress, Screen, UpcomingAppointment } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { laptopWith, openLaptop, refuses, sampleLaptop, sampleSeat, settled, until } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import { unfinishedCheck } from './room/check.ts';

const now = Date.UTC(2026, 10, 22, 9);
const laptop = await sampleLaptop(now);
const { fleet } = laptop;
const closesAt = now + 30 * 60_000;
const minute = 60_000;
const report: CheckReport = {
  camera: 'working',
  microphone: 'heard',
  speaker: 'unsure',
  network: { lossUp: 0, lossDown: 0, jitter: 5, roundTrip: 40, bitrateUp: 1e6, bitrateDown: 1e6 },
};
const prepared: Progress = { ...noProgress, present: ['officer'] };
const upcoming: UpcomingAppointment[] = [
  { id: fleet.prison, patientReference: 'CANARY77', startsAt: now + 1, endsAt: now + 2, consultant: 'Dr Roe' },
];
const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;
const done = { ok: true, value: {} } as const;

/** A laptop that a nurse has opened. */
async function opened() {
  const running = laptopWith(laptop, {}, manualClock(now));
  const { answers, kiosk } = running;
  answers['trust.fetch'] = () => ({ manifests: [], more: false, rosters: [{ site: fleet.hospital, version: 1 }] });
  answers['trust.roster'] = () => ({
    roster: fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager),
  });
  answers['check.begin'] = () => ({ rtpCapabilities: {} });
  answers['room.join'] = () => sampleSeat(closesAt);
  kiosk.start();
  const socket = running.connect();
  await openLaptop(laptop, running, socket, {}, upcoming);
  const screen = <N extends Screen['screen']>(name: N): Extract<Screen, { screen: N }> => {
    const { screen: shown } = kiosk.snapshot;
    if (shown.screen !== name) throw new Error(`it is ${shown.screen}`);
    return shown as Extract<Screen, { screen: N }>;
  };
  const tell = (method: string, params: unknown) => socket.says({ kind: 'notification', method, params });
  const devices = () => [kiosk.capabilities.camera, kiosk.capabilities.microphone];
  return { ...running, socket, screen, tell, devices };
}

/** In the room, after control said that it has come to a phase. */
async function inRoom(found: Parameters<typeof sampleSeat>[1] = {}) {
  const running = await opened();
  running.answers['room.join'] = () => sampleSeat(closesAt, found);
  expect(await running.kiosk.handlers.join({})).toEqual(done);
  const { socket, screen } = running;
  /** The code as the staff's console derives it from what control has. */
  const codes = async (): Promise<string[]> => {
    const nonces = socket.asked('room.askStaff') as { nonce: string }[];
    return Promise.all(nonces.map(({ nonce }) => pairingCodeOf(fromBase64url(nonce) ?? new Uint8Array())));
  };
  const askedTimes = (times: number) => expect.poll(() => socket.asked('room.askStaff').length).toBe(times);
  const staff = () => screen('inRoom').staffCode;
  return { ...running, codes, askedTimes, staff };
}

const open = [false, false];
const on = [true, true];

describe('S40 the check of an open laptop', () => {
  test('camera, microphone and media are on while it lasts, and what it comes to is shown, reported and on the record', async () => {
    const { kiosk, socket, screen, devices, reported } = await opened();
    expect([devices(), screen('open').check]).toEqual([open, { running: false, report: null }]);
    expect(await kiosk.handlers.check({})).toEqual({ ok: true, value: { rtpCapabilities: {} } });
    expect([devices(), kiosk.capabilities.network]).toEqual([on, 'link-and-media']);
    expect(screen('open').check).toEqual({ running: true, report: null });
    socket.sent.length = 0;
    await kiosk.handlers.room({ method: 'room.createTransport', params: { direction: 'send' } });
    const seat = await kiosk.handlers.room({ method: 'room.join', params: { room: fleet.prison } });
    expect(seat).toEqual({ ok: false, refusal: { reason: 'not-allowed' } });
    expect(kiosk.handlers['check-done']({ report })).toEqual(done);
    expect([devices(), kiosk.capabilities.network]).toEqual([open, 'link']);
    expect(screen('open').check).toEqual({ running: false, report });
    expect(await kiosk.handlers.room({ method: 'room.createTransport', params: { direction: 'send' } })).toEqual(
      wrongState,
    );
    expect(socket.asked('room.createTransport')).toHaveLength(1);
    expect(socket.asked('check.end')).toEqual([{ report }]);
    await until('it is reported', () => reported().includes('checked good'));
  });

  test('whether the tone was heard is added afterwards, once', async () => {
    const { kiosk, socket, screen } = await opened();
    await kiosk.handlers.check({});
    void kiosk.handlers['check-done']({ report });
    for (const speaker of ['not-heard', 'heard'] as const) {
      void kiosk.handlers['check-done']({ report: { ...report, speaker, camera: 'failed' } });
    }
    expect(screen('open').check).toEqual({ running: false, report: { ...report, speaker: 'not-heard' } });
    expect(socket.asked('check.end')).toHaveLength(2);
  });

  test('ends by itself after half a minute, and does not keep the laptop from becoming inert', async () => {
    const { kiosk, socket, screen, devices, clock } = await opened();
    for (let checks = 0; checks < 3; checks += 1) {
      await kiosk.handlers.check({});
      expect(devices()).toEqual(on);
      clock.pass(30_000);
      expect([devices(), screen('open').check]).toEqual([open, { running: false, report: unfinishedCheck }]);
    }
    expect(socket.asked('check.end')).toEqual(Array.from({ length: 3 }, () => ({ report: unfinishedCheck })));
    clock.pass(laptop.fleet.manifest.policy.idleMinutes * minute - 90_000);
    expect(screen('inert').notice).toBe('idle');
  });

  test('ends when the laptop is locked, and when its page is gone', async () => {
    const { kiosk, socket, screen, devices } = await opened();
    await kiosk.handlers.check({});
    kiosk.pageGone('killed');
    expect([devices(), screen('open').check.running]).toEqual([open, false]);
    await kiosk.handlers.check({});
    await kiosk.handlers.lock({});
    expect([devices(), kiosk.snapshot.screen.screen]).toEqual([open, 'inert']);
    expect(socket.asked('check.end')).toEqual([{ report: null }, { report: null }]);
  });

  test('ends with the join, and what it came to outlives the room', async () => {
    const { kiosk, screen, devices, clock } = await opened();
    await kiosk.handlers.check({});
    void kiosk.handlers['check-done']({ report });
    await kiosk.handlers.check({});
    await kiosk.handlers.join({});
    expect([devices(), screen('inRoom').phase]).toEqual([open, 'waiting']);
    clock.pass(30_000);
    await kiosk.handlers.leave({});
    expect(screen('open').check).toEqual({ running: false, report });
  });

  test('is not begun where control does not', async () => {
    const { kiosk, answers, devices } = await opened();
    answers['check.begin'] = refuses('not-found');
    expect(await kiosk.handlers.check({})).toEqual({ ok: false, refusal: { reason: 'not-found' } });
    expect(devices()).toEqual(open);
  });
});

describe('S42 what staff record by the laptop', () => {
  test('consent and who is there, then the name: shown, asked of control, on the record without the patient', async () => {
    const { kiosk, socket, screen, tell, devices, reported } = await inRoom();
    tell('room.phase', { phase: 'consult' });
    await settled();
    expect([devices(), screen('inRoom').phase]).toEqual([open, 'waiting']);
    expect(await kiosk.handlers.prepare({ consent: true, present: ['officer'] })).toEqual(done);
    expect(screen('inRoom').progress).toEqual(prepared);
    tell('room.phase', { phase: 'consult' });
    await until('it is admitted', () => screen('inRoom').phase === 'consult');
    expect(devices()).toEqual(on);
    expect(await kiosk.handlers['check-name']({})).toEqual(done);
    expect(screen('inRoom').progress.nameChecked).toEqual({ laptop: true, consultant: false });
    expect([socket.asked('room.prepare'), socket.asked('room.checkName')]).toEqual([
      [{ consent: true, present: ['officer'] }],
      [{}],
    ]);
    await until('it is reported', () => reported().includes('name-checked'));
    expect(reported().slice(-3)).toEqual(['joined waiting', 'prepared', 'name-checked']);
  });

  test('a patient who does not agree: the room is left', async () => {
    const { kiosk, screen, reported } = await inRoom();
    expect(await kiosk.handlers.prepare({ consent: false, present: [] })).toEqual(done);
    expect(screen('open').notice).toBe('no-consent');
    await until('it is reported', () => reported().includes('left no-consent'));
    expect(reported()).not.toContain('prepared');
  });

  test('messages, and that the room closes later, are shown', async () => {
    const { screen, tell } = await inRoom();
    tell('room.message', { message: 'five-minutes' });
    tell('room.extended', { closesAt: closesAt - 1 });
    await until('they are shown', () => screen('inRoom').message === 'five-minutes');
    expect(screen('inRoom').closesAt).toBe(closesAt - 1);
  });
});

describe('S39 the debrief', () => {
  const consulting = { phase: 'consult', progress: prepared } as const;

  test('the laptop is dark at once, and until staff have typed the code of its own nonce', async () => {
    const { kiosk, devices, tell, codes, askedTimes, staff, screen, reported } = await inRoom(consulting);
    expect(devices()).toEqual(on);
    tell('room.phase', { phase: 'debrief' });
    expect([devices(), staff()]).toEqual([open, { state: 'asking' }]);
    await askedTimes(1);
    const [code = ''] = await codes();
    expect(await kiosk.handlers['confirm-staff']({ code: 'ZZZZZZ' })).toEqual({
      ok: false,
      refusal: { reason: 'wrong-code' },
    });
    expect(devices()).toEqual(open);
    expect(await kiosk.handlers['confirm-staff']({ code })).toEqual(done);
    expect([devices(), staff(), screen('inRoom').progress.staffConfirmed]).toEqual([on, { state: 'not-needed' }, true]);
    await until('it is reported', () => reported().includes('staff-confirmed'));
    expect(reported().slice(-2)).toEqual(['staff-code-refused wrong-code', 'staff-confirmed']);
  });

  test('T7 control’s word that staff are there counts for nothing', async () => {
    const { devices, tell, staff, screen } = await inRoom({ ...consulting, phase: 'debrief' });
    expect([devices(), staff()]).toEqual([open, { state: 'asking' }]);
    tell('room.progress', { progress: { ...prepared, staffConfirmed: true } });
    await settled();
    expect([devices(), staff(), screen('inRoom').progress.staffConfirmed]).toEqual([open, { state: 'asking' }, false]);
  });

  test('T7 nor does it when the laptop joins', async () => {
    const { devices, staff, screen } = await inRoom({
      phase: 'debrief',
      progress: { ...prepared, staffConfirmed: true },
    });
    expect([devices(), staff(), screen('inRoom').progress.staffConfirmed]).toEqual([open, { state: 'asking' }, false]);
  });

  test('who leaves and comes back is asked anew, by another code', async () => {
    const { kiosk, devices, codes, askedTimes, staff } = await inRoom({ ...consulting, phase: 'debrief' });
    await askedTimes(1);
    const [first = ''] = await codes();
    await kiosk.handlers['confirm-staff']({ code: first });
    expect(devices()).toEqual(on);
    await kiosk.handlers.leave({});
    await kiosk.handlers.join({});
    expect([devices(), staff()]).toEqual([open, { state: 'asking' }]);
    await askedTimes(2);
    const [, second = ''] = await codes();
    expect(second).not.toBe(first);
    expect((await kiosk.handlers['confirm-staff']({ code: first })).ok).toBe(false);
    expect(await kiosk.handlers['confirm-staff']({ code: second })).toEqual(done);
    expect(devices()).toEqual(on);
  });

  test('five wrong codes shut the door for five minutes, also for whoever leaves and comes back', async () => {
    const { kiosk, clock, codes, askedTimes, staff, devices, screen } = await inRoom({
      ...consulting,
      phase: 'debrief',
    });
    await askedTimes(1);
    for (let tried = 0; tried < 5; tried += 1) await kiosk.handlers['confirm-staff']({ code: 'ZZZZZZ' });
    const locked = { state: 'locked-out', until: now + 5 * minute };
    expect([staff(), devices()]).toEqual([locked, open]);
    await kiosk.handlers.leave({});
    await kiosk.handlers.join({});
    expect(staff()).toEqual(locked);
    expect(screen('inRoom').phase).toBe('debrief');
    clock.pass(5 * minute);
    await askedTimes(2);
    const code = (await codes()).at(-1) ?? '';
    expect(await kiosk.handlers['confirm-staff']({ code })).toEqual(done);
  });

  test('a code that control has not taken yet is asked for again, until the room is left', async () => {
    const { kiosk, clock, answers, socket, tell, askedTimes } = await inRoom(consulting);
    answers['room.askStaff'] = refuses('failed');
    tell('room.phase', { phase: 'debrief' });
    await askedTimes(1);
    await settled();
    clock.pass(1000);
    await askedTimes(2);
    await kiosk.handlers.leave({});
    await settled();
    clock.pass(minute);
    await settled();
    expect(socket.asked('room.askStaff')).toHaveLength(2);
  });
});

describe('the laptop’s other appointments', () => {
  test('S8 are shown while it is open, and kept nowhere but in the sealed journal', async () => {
    const { kiosk, screen, record, disk, shown } = await opened();
    expect(screen('open').upcoming).toEqual(upcoming);
    await kiosk.handlers.lock({});
    await settled();
    expect(JSON.stringify([record.value, kiosk.snapshot, shown.at(-1)])).not.toContain('CANARY77');
    const files = ['/data/journal', '/data/record'].flatMap((folder) =>
      disk.list(folder).map((name) => Buffer.from(disk.read(`${folder}/${name}`) ?? []).toString('latin1')),
    );
    expect(files.length).toBeGreaterThan(1);
    expect(files.join('')).not.toContain('CANARY77');
  });
});
