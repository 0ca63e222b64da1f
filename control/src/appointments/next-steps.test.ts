import type { NextStep } from '@sallyport/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refused } from '../http/handlers.ts';
import { BookingWorld, minute, must, noon, steps } from './booking-testing.ts';

let world: BookingWorld;
beforeAll(async () => {
  world = await BookingWorld.create();
});
afterAll(() => world.database.close());
beforeEach(() => world.clear());

const ticked = { laptop_checked_name_at: new Date(noon), consultant_checked_name_at: new Date(noon) };
const others: NextStep[] = [{ kind: 'none', urgency: 'routine', responsible: 'hospital', words: 'Nothing more' }];

describe('next steps', () => {
  test('are recorded by the appointment’s consultant once the consultation began, and acknowledged by its prison (S15)', async () => {
    const { id } = await world.book();
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
    await world.room(id, { phase: 'debrief', ...ticked });
    expect(await world.recordSteps(id, 'otherConsultant')).toEqual(new Refused('not-found'));
    expect(must(await world.recordSteps(id))).toMatchObject({ nextSteps: { steps, acknowledged: null } });
    expect(await world.acknowledge(id, 'otherNurse')).toEqual(new Refused('not-found'));
    world.now += minute;
    const acknowledged = { by: 'Nurse Evans', at: noon + minute };
    expect(must(await world.acknowledge(id)).nextSteps).toMatchObject({ acknowledged });
    expect(world.record.map((entry) => entry.detail)).toEqual([expect.anything(), { steps: 1 }, {}]);
    expect(JSON.stringify(world.record)).not.toContain('two weeks');
  });

  test('are not recorded before both sides have ticked the patient’s name (S42)', async () => {
    const { id } = await world.book();
    await world.room(id, { phase: 'consult' });
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
    await world.room(id, { laptop_checked_name_at: new Date(noon) });
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
    await world.room(id, { laptop_checked_name_at: null, consultant_checked_name_at: new Date(noon) });
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
    // Nor afterwards, when it ended without.
    await world.room(id, { phase: 'ended' });
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
    await world.room(id, ticked);
    expect(must(await world.recordSteps(id)).nextSteps).not.toBeNull();
  });

  test('sent more than once are recorded once; other ones are refused, and change nothing (S43)', async () => {
    const { id } = await world.book();
    await world.room(id, { phase: 'consult', ...ticked });
    const answers = await Promise.all(Array.from({ length: 4 }, () => world.recordSteps(id)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(must(answers[0] ?? new Refused('failed')).nextSteps?.steps).toEqual(steps);
    expect(await world.recordSteps(id, 'consultant', others)).toEqual(new Refused('wrong-state'));
    expect(await world.recordSteps(id, 'consultant', [...steps, ...others])).toEqual(new Refused('wrong-state'));
    expect((await world.find(id)).nextSteps?.steps).toEqual(steps);
    expect(world.record.map(({ action }) => action)).toEqual(['appointment.booked', 'next-steps.recorded']);
  });

  test('are acknowledged once: by whoever presses twice too, and by nobody after them (S43)', async () => {
    const { id } = await world.book();
    await world.room(id, { phase: 'ended', ...ticked });
    expect(await world.acknowledge(id)).toEqual(new Refused('not-found'));
    must(await world.recordSteps(id));
    const first = must(await world.acknowledge(id));
    world.now += minute;
    expect(await world.acknowledge(id)).toEqual(first);
    expect(await world.acknowledge(id, 'colleague')).toEqual(new Refused('wrong-state'));
    expect(world.record.filter(({ action }) => action === 'next-steps.acknowledged')).toHaveLength(1);
  });

  test('another day they are too late', async () => {
    const { id } = await world.book();
    await world.room(id, { phase: 'ended', ...ticked });
    world.now = noon + 24 * 60 * minute + 1;
    expect(await world.recordSteps(id)).toEqual(new Refused('too-late'));
  });

  test('a room nobody ever joined has nothing to record, even when its window is over', async () => {
    const { id } = await world.book();
    world.now = noon + 60 * minute;
    expect(await world.recordSteps(id)).toEqual(new Refused('wrong-state'));
  });
});
