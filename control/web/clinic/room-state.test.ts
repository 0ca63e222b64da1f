import { noProgress } from '@sallyport/protocol';
import type { Participant, Progress } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import {
  afterHappening,
  freshRoom,
  guestsOf,
  hindrance,
  laptopOf,
  mayRecord,
  mayShare,
  trackOf,
} from './room-state.ts';
import type { InRoom } from './room-state.ts';
import { PlayedTrack, testGuest, testLaptop } from './room-testing.ts';

const prepared: Progress = { ...noProgress, present: [] };
const checked: Progress = { ...prepared, nameChecked: { laptop: true, consultant: true } };

const picture = (of: Participant) =>
  ({
    participant: of.id,
    source: 'camera',
    // A stand-in: nothing here plays it.
    track: new PlayedTrack('video') as unknown as MediaStreamTrack,
    paused: false,
  }) as const;

const roomIn = (phase: InRoom['phase'], progress: Progress, ...people: Participant[]): InRoom => ({
  ...freshRoom,
  phase,
  progress,
  participants: people,
  remote: people.map(picture),
});

describe('a room as it is shown', () => {
  test('follows what it is told', () => {
    const room = afterHappening(freshRoom, { event: 'progress', value: prepared }, 5);
    expect(room.progress).toBe(prepared);
    expect(afterHappening(room, { event: 'closesAt', value: 7 }, 5).closesAt).toBe(7);
    expect(afterHappening(room, { event: 'message', value: 'soon' }, 5).message).toEqual({ message: 'soon', at: 5 });
  });

  test('knows laptop and guests apart', () => {
    const room = roomIn('consult', checked, testGuest, testLaptop);
    expect([laptopOf(room), guestsOf(room)]).toEqual([testLaptop, [testGuest]]);
  });

  test('knows a newer track of somebody from an older one', () => {
    const room = roomIn('consult', checked, testLaptop);
    const newer = picture(testLaptop);
    const replaced = afterHappening(room, { event: 'remoteTrack', value: newer }, 0);
    expect(replaced.remote).toEqual([newer]);
    const [older] = room.remote;
    expect(older && afterHappening(replaced, { event: 'remoteTrackEnded', value: older }, 0).remote).toEqual([newer]);
  });
});

describe('S42 consent and name', () => {
  test('nobody can be let in before the laptop is there and the patient’s consent is recorded', () => {
    expect(hindrance(roomIn('waiting', prepared))).toBe('away');
    expect(hindrance(roomIn('waiting', noProgress, testLaptop))).toBe('not-prepared');
    expect(hindrance(roomIn('waiting', prepared, testLaptop))).toBeUndefined();
  });

  test('next steps wait for both sides to have confirmed the name, by the room’s word or the appointment’s', () => {
    const half = { ...prepared, nameChecked: { laptop: true, consultant: false } };
    expect([mayRecord(noProgress, half), mayRecord(noProgress, checked), mayRecord(checked)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('so does sharing', () => {
    expect([mayShare(roomIn('consult', prepared)), mayShare(roomIn('consult', checked))]).toEqual([false, true]);
    expect(mayShare(roomIn('waiting', checked))).toBe(false);
  });
});

describe('S39 who is seen and heard', () => {
  const seen = (room: InRoom, whose: Participant) => trackOf(room, whose, 'camera') !== undefined;

  test('is the laptop in the consultation', () => {
    expect(seen(roomIn('consult', prepared, testLaptop), testLaptop)).toBe(true);
    expect(trackOf(roomIn('consult', prepared, testLaptop), undefined, 'camera')).toBeUndefined();
    expect(trackOf(roomIn('consult', prepared, testLaptop), testLaptop, 'microphone')).toBeUndefined();
  });

  test('is nobody while the room waits, whatever arrives', () => {
    expect(seen(roomIn('waiting', prepared, testLaptop), testLaptop)).toBe(false);
    expect(seen(roomIn('waiting', prepared, testGuest), testGuest)).toBe(false);
  });

  test('is the laptop in the debrief only once staff have confirmed, and never an interpreter', () => {
    const dark = roomIn('debrief', checked, testLaptop, testGuest);
    const light = roomIn('debrief', { ...checked, staffConfirmed: true }, testLaptop, testGuest);
    expect([seen(dark, testLaptop), seen(dark, testGuest)]).toEqual([false, false]);
    expect([seen(light, testLaptop), seen(light, testGuest)]).toEqual([true, false]);
    expect(seen(light, { ...testGuest, kind: 'clinician' })).toBe(true);
  });
});
