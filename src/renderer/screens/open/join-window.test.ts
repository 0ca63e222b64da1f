import { linkState, roomEnd } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { joinWindow } from './join-window.ts';

const appointment = { opensAt: 1_800_000_000_000, closesAt: 1_800_003_600_000 };

describe('the booked room can be joined', () => {
  test('from its opening until just before it closes', () => {
    expect(joinWindow(appointment, null, 'connected', appointment.opensAt).state).toBe('ready');
    expect(joinWindow(appointment, null, 'connected', appointment.closesAt - 1).state).toBe('ready');
  });

  test('not before, and then it says how long to wait', () => {
    expect(joinWindow(appointment, null, 'connected', appointment.opensAt - 5000)).toEqual({
      state: 'too-early',
      wait: 5000,
    });
  });

  test('not from its closing on', () => {
    expect(joinWindow(appointment, null, 'connected', appointment.closesAt).state).toBe('too-late');
  });

  test('only while the laptop is connected', () => {
    const joinable = linkState.options.filter(
      (link) => joinWindow(appointment, null, link, appointment.opensAt).state === 'ready',
    );
    expect(joinable).toEqual(['connected']);
  });

  test('S41 not after it ended for good, and again after it was only left or lost', () => {
    const state = (notice: (typeof roomEnd.options)[number]) =>
      joinWindow(appointment, notice, 'connected', appointment.opensAt).state;
    expect(roomEnd.options.filter((notice) => state(notice) === 'ready')).toEqual([
      'left',
      'device-locked',
      'connection-lost',
      'server',
      'debrief',
    ]);
    expect(state('window-over')).toBe('over');
    expect(state('no-consent')).toBe('over');
  });
});
