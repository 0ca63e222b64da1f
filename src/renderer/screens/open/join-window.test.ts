import { linkState } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { joinWindow } from './join-window.ts';

const appointment = { opensAt: 1_800_000_000_000, closesAt: 1_800_003_600_000 };

describe('the booked room can be joined', () => {
  test('from its opening until just before it closes', () => {
    expect(joinWindow(appointment, 'connected', appointment.opensAt).state).toBe('ready');
    expect(joinWindow(appointment, 'connected', appointment.closesAt - 1).state).toBe('ready');
  });

  test('not before, and then it says how long to wait', () => {
    expect(joinWindow(appointment, 'connected', appointment.opensAt - 5000)).toEqual({
      state: 'too-early',
      wait: 5000,
    });
  });

  test('not from its closing on', () => {
    expect(joinWindow(appointment, 'connected', appointment.closesAt).state).toBe('too-late');
  });

  test('only while the laptop is connected', () => {
    const joinable = linkState.options.filter(
      (link) => joinWindow(appointment, link, appointment.opensAt).state === 'ready',
    );
    expect(joinable).toEqual(['connected']);
  });
});
