import { noProgress, phase, screen as screenSchema } from '@sallyport/protocol';
import type { Phase, Screen } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { captureFor, viewOf } from './view.ts';

const device = { name: 'Laptop 7', siteName: 'HMP Example' };
const appointment = {
  id: '7d3c1b8e-2a44-4a0e-9f5e-3d2f1c0b9a87',
  patientReference: 'A1234BC',
  patientName: 'Alex Example',
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
  open(false),
  { screen: 'suspended', device, link, by: 'order', erasesAt: null },
  { screen: 'wiping' },
  { screen: 'dead' },
];
const inRoom = phase.options.map((name) => room(name));
const screens = [...outside, ...inRoom];

function open(running: boolean): Screen {
  const check = { running, report: null };
  return { screen: 'open', device, link, appointment, openUntil, notice: null, upcoming: [], check };
}

function room(name: Phase, staffConfirmed = false): Screen {
  return {
    screen: 'inRoom',
    device,
    link,
    phase: name,
    progress: { ...noProgress, present: [], staffConfirmed },
    appointment,
    openUntil,
    closesAt: openUntil,
    message: null,
    staffCode: { state: 'not-needed' },
    keepsSomebodyOut: false,
  };
}

describe('the view', () => {
  test('every screen of the contract is tried here, and each is one', () => {
    const known = screenSchema.options.map((option) => option.shape.screen.value);
    expect(new Set(screens.map((screen) => screen.screen))).toEqual(new Set(known));
    for (const screen of screens) expect(screenSchema.safeParse(screen).success).toBe(true);
  });

  test('is the screen, and in a room its phase', () => {
    expect(outside.map(viewOf)).toEqual(outside.map((screen) => screen.screen));
    expect(inRoom.map(viewOf)).toEqual(['waiting', 'consult', 'handover', 'ended']);
  });

  test('S39 a debrief is shown only once staff have confirmed that they are at the laptop', () => {
    expect(viewOf(room('debrief'))).toBe('handover');
    expect(viewOf(room('debrief', true))).toBe('debrief');
  });

  test('S40 camera and microphone run in consult, in a confirmed debrief and in a check that measures, and nowhere else', () => {
    const running = screens.filter((screen) => captureFor(screen, true) !== 'nothing');
    expect(running.map(viewOf)).toEqual(['consult']);
    expect(captureFor(room('consult'), false)).toBe('call');
    expect(captureFor(room('debrief'), true)).toBe('nothing');
    expect(captureFor(room('debrief', true), false)).toBe('call');
    expect(captureFor(open(true), true)).toBe('check');
    expect(captureFor(open(true), false)).toBe('nothing');
  });
});
