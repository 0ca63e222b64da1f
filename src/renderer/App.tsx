import { useEffect, useSyncExternalStore } from 'react';
import type { JSX } from 'react';
import type { Bridge, Snapshot } from '@sallyport/protocol';
import { BridgeContext } from './bridge/bridge-context.ts';
import type { ControlClock } from './bridge/control-clock.ts';
import type { SnapshotSource } from './bridge/snapshot-source.ts';
import { ClockContext } from './bridge/use-now.ts';
import { LanguageContext } from './messages/catalogue.ts';
import type { Capture } from './media/capture.ts';
import { CaptureContext, useCaptureFor } from './media/capture-context.ts';
import type { DeviceCheck } from './media/device-check.ts';
import { DeviceCheckContext, useCheckFollowing, useDeviceCheck } from './media/device-check-context.ts';
import { RoomProvider } from './media/RoomProvider.tsx';
import { useCues } from './media/use-cues.ts';
import { ScreenView } from './screens/ScreenView.tsx';
import { StartingScreen } from './screens/starting/StartingScreen.tsx';
import { ErrorBoundary } from './ui/ErrorBoundary.tsx';
import { FaultScreen } from './ui/FaultScreen.tsx';
import { captureFor, viewOf } from './view.ts';

interface AppProps {
  bridge: Bridge;
  source: SnapshotSource;
  capture: Capture;
  check: DeviceCheck;
}

/** The page: whatever the newest snapshot says, in the language it says. */
export function App({ bridge, source, capture, check }: AppProps): JSX.Element {
  const page = useSyncExternalStore(source.subscribe, source.current);
  switch (page.state) {
    case 'loading':
      return <StartingScreen />;
    case 'failed':
      return <FaultScreen onAgain={() => void source.start()} />;
    case 'ready':
      return (
        <BridgeContext value={bridge}>
          <CaptureContext value={capture}>
            <DeviceCheckContext value={check}>
              <SnapshotView snapshot={page.snapshot} clock={page.clock} />
            </DeviceCheckContext>
          </CaptureContext>
        </BridgeContext>
      );
  }
}

function SnapshotView({ snapshot, clock }: { snapshot: Snapshot; clock: ControlClock }): JSX.Element {
  const { screen, language } = snapshot;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext value={language}>
      <ClockContext value={clock}>
        <ErrorBoundary view={viewOf(screen)}>
          <Screens screen={screen} />
        </ErrorBoundary>
      </ClockContext>
    </LanguageContext>
  );
}

/** Camera, microphone and room last from screen to screen; when a screen fails they end with it. */
function Screens({ screen }: { screen: Snapshot['screen'] }): JSX.Element {
  useCheckFollowing(screen);
  useCaptureFor(captureFor(screen, useDeviceCheck().state.stage === 'measuring'));
  useCues(screen);
  if (screen.screen !== 'inRoom' || screen.phase === 'ended') return <ScreenView screen={screen} />;
  const { id } = screen.appointment;
  return (
    <RoomProvider key={id} room={id}>
      <ScreenView screen={screen} />
    </RoomProvider>
  );
}
