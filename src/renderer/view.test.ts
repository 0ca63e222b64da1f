import { phase, screen as screenSchema } from '@sallyport/protocol';
import type { Screen } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { usesCapture, viewOf } from './view.ts';
import type { ViewName } from './view.ts';

const device = { name: 'Laptop 7', siteName: 'HMP Example' };
const appointment = {
  id: '7d3c1b8e-2a44-4a0e-9f5e-3d2f1c0b9a87',
  patientReference: 'A1234BC',
  consultant: {
    id: '1f0e9d8c-7b6a-4958-8776-655443322110',
    name: 'Dr Example',
    hospital: { id: '1f0e9d8c-7b6a-4958-8776-655443322111', name: 'Example General' },
  },
  startsAt: 1_800_000_000_000,
  endsAt: 1_800_001_800_000,
  opensAt: 1_799_999_400_000,
  closesAt: 1_800_003_600_000,
};
const openUntil = 1_800_003_600_000;
const link = 'connected';

const outside: Screen[] = [
  { screen: 'starting' },
  { screen: 'refused', reason: 'record-tampered' },
  { screen: 'blank', busy: false, problem: null },
  { screen: 'inert', device, link, pairing: { state: 'unavailable' }, notice: null, suspendsAt: null },
  { screen: 'open', device, link, appointment, openUntil, notice: null },
  { screen: 'suspended', device, link, by: 'order', erasesAt: null },
  { screen: 'wiping' },
  { screen: 'dead' },
];
const inRoom = phase.options.map((name): Screen => ({
  screen: 'inRoom',
  device,
  link,
  phase: name,
  appointment,
  openUntil,
  keepsSomebodyOut: false,
}));
const screens = [...outside, ...inRoom];

describe('the view', () => {
  test('every screen of the contract is tried here, and each is one', () => {
    const known = screenSchema.options.map((option) => option.shape.screen.value);
    expect(new Set(screens.map((screen) => screen.screen))).toEqual(new Set(known));
    for (const screen of screens) expect(screenSchema.safeParse(screen).success).toBe(true);
  });

  test('is the screen, and in a room its phase', () => {
    expect(outside.map(viewOf)).toEqual(outside.map((screen) => screen.screen));
    expect(inRoom.map(viewOf)).toEqual(['waiting', 'consult', 'debrief', 'ended']);
  });

  test('camera and microphone run in the device check and in a room, and nowhere else', () => {
    const running = screens.map(viewOf).filter(usesCapture);
    expect(running).toEqual(['open', 'waiting', 'consult', 'debrief'] satisfies ViewName[]);
  });
});
