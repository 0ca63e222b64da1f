import type { BookedDetails } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { findAppointment } from './find-appointment.ts';
import { sendBooking, sendCancellation, sendChange } from './send-booking.ts';
import { appointmentWith, halfPastTwo, ids, playedApi, refusing } from './testing.ts';

const details: BookedDetails = {
  patientReference: 'A1234BC',
  patientName: 'Alex Example',
  nhsNumber: null,
  consultant: ids.consultant,
  device: ids.device,
  startsAt: halfPastTwo,
  minutes: 20,
  guests: [],
};
const booked = appointmentWith();
const change = { id: ids.appointment, revision: 7, around: halfPastTwo };
const t = translator('en');

describe('a booking that is sent', () => {
  test('names the id of its form each time, so that it is booked once (S37)', async () => {
    const { api, asked } = playedApi({ book: () => booked });
    await sendBooking(api, ids.appointment, details);
    expect(await sendBooking(api, ids.appointment, details)).toEqual({ result: 'saved', appointment: booked });
    expect(asked.map(({ input }) => input)).toEqual([
      { body: { id: ids.appointment, ...details } },
      { body: { id: ids.appointment, ...details } },
    ]);
  });

  test('after an earlier try with other words in it, whose answer was lost, is the one that stands (S37)', async () => {
    const { api } = playedApi({
      book: () => refusing('changed-meanwhile'),
      appointments: () => ({ appointments: [booked] }),
    });
    expect(await sendBooking(api, ids.appointment, details)).toEqual({ result: 'otherwise', appointment: booked });
  });

  test.each([
    ['clash', 'time'],
    ['too-late', 'time'],
    ['too-early', 'day'],
  ] as const)('that is refused as %s says so at the field', async (reason, field) => {
    const { api } = playedApi({ book: () => refusing(reason) });
    expect(await sendBooking(api, ids.appointment, details)).toMatchObject({ result: 'problem', problem: { field } });
  });

  test('without an answer says that it can be sent again (S37)', async () => {
    const { api } = playedApi({ book: () => refusing('unreachable') });
    const sent = await sendBooking(api, ids.appointment, details);
    expect(sent.result === 'trouble' && sent.say(t)).toMatch(/nothing is ever saved twice/);
  });

  test('when the session has ended waits behind the sign-in (S45)', async () => {
    const { api } = playedApi({ book: () => refusing('not-signed-in') });
    expect(await sendBooking(api, ids.appointment, details)).toEqual({ result: 'ended' });
  });
});

describe('a change that is sent', () => {
  test('names the revision that was seen (S37)', async () => {
    const { api, asked } = playedApi({ changeAppointment: () => booked });
    expect(await sendChange(api, change, details)).toEqual({ result: 'saved', appointment: booked });
    expect(asked[0]?.input).toEqual({ params: { id: ids.appointment }, body: { revision: 7, ...details } });
  });

  test('after somebody else’s brings theirs back, wherever they moved it (S37)', async () => {
    const moved = appointmentWith({ revision: 8 }, halfPastTwo + 100 * 24 * 3_600_000);
    const { api } = playedApi({
      changeAppointment: () => refusing('changed-meanwhile'),
      appointments: ({ query }: { query: { from: number; to: number } }) => ({
        appointments: moved.startsAt >= query.from && moved.startsAt <= query.to ? [moved] : [],
      }),
    });
    expect(await sendChange(api, change, details)).toEqual({ result: 'otherwise', appointment: moved });
  });

  test('of what is nowhere, or has begun, says so and keeps what was typed', async () => {
    const gone = playedApi({
      changeAppointment: () => refusing('changed-meanwhile'),
      appointments: () => ({ appointments: [] }),
    });
    const nowhere = await sendChange(gone.api, change, details);
    expect(nowhere.result === 'trouble' && nowhere.say(t)).toMatch(/What you typed is still here/);
    const begun = playedApi({ changeAppointment: () => refusing('wrong-state') });
    const tooLate = await sendChange(begun.api, change, details);
    expect(tooLate.result === 'trouble' && tooLate.say(t)).toMatch(/somebody has joined/);
  });
});

test('a cancellation names the revision that was seen (S37)', async () => {
  const { api, asked } = playedApi({ cancelAppointment: () => booked });
  await sendCancellation(api, appointmentWith({ revision: 4 }));
  expect(asked).toEqual([
    { name: 'cancelAppointment', input: { params: { id: ids.appointment }, body: { revision: 4 } } },
  ]);
});

test('an appointment is looked for within what control answers at a time', async () => {
  const { api, asked } = playedApi({ appointments: () => ({ appointments: [] }) });
  expect(await findAppointment(api, ids.appointment, halfPastTwo)).toEqual({ ok: true, value: undefined });
  const spans = asked.map(({ input }) => (input as { query: { from: number; to: number } }).query);
  for (const { from, to } of spans) expect(to - from).toBeLessThanOrEqual(31 * 24 * 3_600_000);
  expect(Math.max(...spans.map(({ to }) => to))).toBeGreaterThan(halfPastTwo + 366 * 24 * 3_600_000);
});
