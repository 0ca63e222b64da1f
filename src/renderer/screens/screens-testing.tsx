// Screens as the main process would have them shown, drawn without a browser.
import { noProgress } from '@sallyport/protocol';
import type { Bridge, DeviceAppointment, Language, Screen } from '@sallyport/protocol';
import type { JSX } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { BridgeContext } from '../bridge/bridge-context.ts';
import { ControlClock } from '../bridge/control-clock.ts';
import { ClockContext } from '../bridge/use-now.ts';
import { Capture } from '../media/capture.ts';
import { CaptureContext } from '../media/capture-context.ts';
import { DeviceCheck } from '../media/device-check.ts';
import { DeviceCheckContext } from '../media/device-check-context.ts';
import { nobody } from '../media/remote-people.ts';
import { RoomContext } from '../media/room-context.ts';
import type { RoomView } from '../media/room-session.ts';
import { LanguageContext } from '../messages/catalogue.ts';
import { ScreenView } from './ScreenView.tsx';

export const device = { name: 'Laptop 7', siteName: 'HMP Example' };
/** 10:05 in the United Kingdom. */
export const at = Date.UTC(2026, 5, 1, 9, 5);
const minute = 60_000;

export const appointment: DeviceAppointment = {
  id: '7d3c1b8e-2a44-4a0e-9f5e-3d2f1c0b9a87',
  patientReference: 'A1234BC',
  patientName: 'Alex Example',
  consultant: {
    id: '1f0e9d8c-7b6a-4958-8776-655443322110',
    name: 'Dr Example',
    hospital: { id: '1f0e9d8c-7b6a-4958-8776-655443322111', name: 'Example General' },
  },
  startsAt: at,
  endsAt: at + 20 * minute,
  opensAt: at - 10 * minute,
  closesAt: at + 40 * minute,
};

type InRoom = Extract<Screen, { screen: 'inRoom' }>;
type Open = Extract<Screen, { screen: 'open' }>;

/** A room as it stands when the patient has agreed and nothing else has happened. */
export function inRoom(change: Partial<InRoom> = {}): InRoom {
  return {
    screen: 'inRoom',
    device,
    link: 'connected',
    phase: 'waiting',
    progress: { ...noProgress, present: ['officer'] },
    appointment,
    openUntil: appointment.closesAt,
    closesAt: appointment.endsAt + 5 * minute,
    message: null,
    staffCode: { state: 'not-needed' },
    keepsSomebodyOut: false,
    ...change,
  };
}

/** An open laptop that has not been checked. */
export function opened(change: Partial<Open> = {}): Open {
  return {
    screen: 'open',
    device,
    link: 'connected',
    appointment,
    openUntil: appointment.closesAt,
    notice: null,
    upcoming: [],
    check: { running: false, report: null },
    ...change,
  };
}

/** Nobody presses anything here. */
const bridge: Bridge = { invoke: () => new Promise(() => undefined), on: () => () => undefined };
const devices = new EventTarget() as unknown as MediaDevices;
const capture = new Capture(devices, () => () => undefined);
const check = new DeviceCheck({
  begin: () => new Promise(() => undefined),
  done: () => new Promise(() => undefined),
  capture,
  sound: () => ({ tone: Promise.resolve(false), heard: () => false, end: () => undefined }),
  network: () => new Promise(() => undefined),
  wait: () => new Promise(() => undefined),
});

/** What a screen says, as markup. @param now control's time, milliseconds since the Unix epoch */
export function shown(
  screen: Screen,
  { language = 'en', view = {}, now = at }: { language?: Language; view?: Partial<RoomView>; now?: number } = {},
): string {
  const room = {
    view: { connection: 'connected', muted: false, ...nobody, ...view } as const,
    since: at - 5 * minute,
    setMuted: () => undefined,
  };
  return renderToStaticMarkup(
    <BridgeContext value={bridge}>
      <LanguageContext value={language}>
        <ClockContext value={new ControlClock(now, () => 0)}>
          <Devices>
            <RoomContext value={room}>
              <ScreenView screen={screen} />
            </RoomContext>
          </Devices>
        </ClockContext>
      </LanguageContext>
    </BridgeContext>,
  );
}

function Devices({ children }: { children: JSX.Element }): JSX.Element {
  return (
    <CaptureContext value={capture}>
      <DeviceCheckContext value={check}>{children}</DeviceCheckContext>
    </CaptureContext>
  );
}
