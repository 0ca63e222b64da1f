import { noProgress } from '@sallyport/protocol';
import type { RoomNotification } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../ports.ts';
import { appointment, booked, opened, rao, seat, setUpRoom, start } from './room-testing.ts';

describe('what control says of the stage', () => {
  const progress = { ...noProgress, present: ['officer' as const] };

  test('is kept with the seat, and reaches page and state', async () => {
    const { room, events, toPage } = setUpRoom();
    await room.join(opened);
    const told: RoomNotification[] = [
      { method: 'room.progress', params: { progress } },
      { method: 'room.message', params: { message: 'five-minutes' } },
      { method: 'room.extended', params: { closesAt: start + 90_000 } },
    ];
    for (const notification of told) room.notified(notification);
    await expect.poll(() => toPage).toEqual(told);
    expect(events).toEqual(['joined waiting', `progress ${JSON.stringify(progress)}`, 'five-minutes', 'closes 90000']);
    expect(await room.request('room.join', { room: booked })).toEqual({
      ok: true,
      value: { ...seat, progress, closesAt: start + 90_000 },
    });
  });

  test('S39 staff are not there by its word: neither in the seat nor on the page', async () => {
    const { room, toPage, finds } = setUpRoom();
    const claimed = { ...progress, staffConfirmed: true };
    finds({ phase: 'debrief', progress: claimed });
    await room.join(opened);
    const seated = { value: { progress: { staffConfirmed: false } } };
    expect(await room.request('room.join', { room: booked })).toMatchObject(seated);
    room.notified({ method: 'room.progress', params: { progress: claimed } });
    await expect.poll(() => toPage).toEqual([{ method: 'room.progress', params: { progress } }]);
    expect(await room.request('room.join', { room: booked })).toMatchObject(seated);
    room.confirmed();
    const confirmed = { value: { progress: { staffConfirmed: true } } };
    expect(await room.request('room.join', { room: booked })).toMatchObject(confirmed);
    expect(toPage.at(-1)).toEqual({ method: 'room.progress', params: { progress: claimed } });
  });

  test('S39 the debrief overtakes what is still being verified', async () => {
    const { room, events, toPage } = setUpRoom();
    await room.join(opened);
    for (let count = 0; count < 20; count += 1) {
      room.notified({ method: 'room.participantJoined', params: { participant: rao() } });
    }
    room.notified({ method: 'room.phase', params: { phase: 'debrief' } });
    expect([events, toPage.map(({ method }) => method)]).toEqual([['joined waiting', 'debrief'], ['room.phase']]);
  });

  test('S39 S42 out of its place it changes nothing: for the state, the seat and the page', async () => {
    const { room, events, toPage, finds } = setUpRoom();
    finds({ phase: 'consult' });
    await room.join(opened);
    room.notified({ method: 'room.phase', params: { phase: 'waiting' } });
    room.notified({ method: 'room.message', params: { message: 'soon' } });
    room.notified({ method: 'room.extended', params: { closesAt: appointment.closesAt + 1 } });
    room.notified({ method: 'room.participantJoined', params: { participant: rao() } });
    await expect.poll(() => toPage.map(({ method }) => method)).toEqual(['room.participantJoined']);
    expect(events).toEqual(['joined consult']);
    expect(await room.request('room.join', { room: booked })).toMatchObject({
      value: { phase: 'consult', closesAt: seat.closesAt },
    });
  });

  test('S41 a seat closes no later than people have approved', async () => {
    const { room, finds } = setUpRoom();
    finds({ closesAt: appointment.closesAt + 1 });
    await room.join(opened);
    expect(await room.request('room.join', { room: booked })).toMatchObject({
      value: { closesAt: appointment.closesAt },
    });
  });
});

describe('S42 what staff record by the laptop', () => {
  const officer = { consent: true, present: ['officer' as const] };
  const refusal = { ok: false, refusal: { reason: 'wrong-state' } } as const;

  test('consent and who is there count once control has them', async () => {
    const { room, relayed, events, toPage, controlTakes } = setUpRoom();
    await room.join(opened);
    controlTakes(async () => ({ ok: false, refusal: { reason: 'not-connected' } }));
    expect(await room.prepare(officer)).toEqual({ ok: false, refusal: { reason: 'not-connected' } });
    expect([events, toPage]).toEqual([['joined waiting'], []]);
    controlTakes(async () => ({ ok: true, value: {} }));
    expect(await room.prepare(officer)).toEqual({ ok: true, value: {} });
    const progress = { ...noProgress, present: ['officer'] };
    expect(relayed).toEqual(['room.join', 'room.prepare', 'room.prepare']);
    expect(events).toEqual(['joined waiting', `progress ${JSON.stringify(progress)}`]);
    expect(toPage).toEqual([{ method: 'room.progress', params: { progress } }]);
  });

  test('without consent the room is left, once control has it', async () => {
    const { room, relayed, events, controlTakes } = setUpRoom();
    await room.join(opened);
    controlTakes(async () => ({ ok: false, refusal: { reason: 'not-connected' } }));
    await room.prepare({ consent: false, present: [] });
    expect([room.current, events]).toEqual([booked, ['joined waiting']]);
    controlTakes(async () => ({ ok: true, value: {} }));
    expect(await room.prepare({ consent: false, present: [] })).toEqual({ ok: true, value: {} });
    expect([room.current, events]).toEqual([null, ['joined waiting', 'ended no-consent']]);
    expect(relayed).toEqual(['room.join', 'room.prepare', 'room.prepare', 'room.leave']);
  });

  test('an answer that comes when the room was left, and joined anew, is of no stay', async () => {
    const { room, events, controlTakes } = setUpRoom();
    let arrive: (answer: Answer<unknown>) => void = () => undefined;
    await room.join(opened);
    controlTakes(() => new Promise((resolve) => (arrive = resolve)));
    const refused = room.prepare({ consent: false, present: [] });
    const answer = arrive;
    room.leave();
    await room.join(opened);
    answer({ ok: true, value: {} });
    expect(await refused).toEqual({ ok: true, value: {} });
    expect([room.current, events]).toEqual([booked, ['joined waiting', 'joined waiting']]);
  });

  test('the name is ticked in the consultation, and nothing is recorded out of its phase', async () => {
    const { room, relayed, events, finds } = setUpRoom();
    expect(await room.checkName()).toEqual(refusal);
    finds({ phase: 'consult' });
    await room.join(opened);
    expect(await room.prepare(officer)).toEqual(refusal);
    expect(await room.prepare({ consent: false, present: [] })).toEqual(refusal);
    expect(await room.checkName()).toMatchObject({ ok: true });
    expect(events.at(-1)).toContain('"nameChecked":{"laptop":true,"consultant":false}');
    room.notified({ method: 'room.phase', params: { phase: 'debrief' } });
    expect(await room.checkName()).toEqual(refusal);
    expect(relayed).toEqual(['room.join', 'room.checkName']);
  });
});
