import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { BlankScreen } from './blank/BlankScreen.tsx';
import { ConsultScreen } from './consult/ConsultScreen.tsx';
import { DeadScreen } from './dead/DeadScreen.tsx';
import { DebriefScreen } from './debrief/DebriefScreen.tsx';
import { EndedScreen } from './ended/EndedScreen.tsx';
import { HandoverScreen } from './handover/HandoverScreen.tsx';
import { InertScreen } from './inert/InertScreen.tsx';
import { OpenScreen } from './open/OpenScreen.tsx';
import { RefusedScreen } from './refused/RefusedScreen.tsx';
import { StartingScreen } from './starting/StartingScreen.tsx';
import { SuspendedScreen } from './suspended/SuspendedScreen.tsx';
import { WaitingScreen } from './waiting/WaitingScreen.tsx';
import { WipingScreen } from './wiping/WipingScreen.tsx';

/** The screen that the main process told the page to show. */
export function ScreenView({ screen }: { screen: Screen }): JSX.Element {
  switch (screen.screen) {
    case 'starting':
      return <StartingScreen />;
    case 'refused':
      return <RefusedScreen reason={screen.reason} />;
    case 'blank':
      return <BlankScreen screen={screen} />;
    case 'inert':
      return <InertScreen screen={screen} />;
    case 'open':
      return <OpenScreen screen={screen} />;
    case 'inRoom':
      return <RoomScreen screen={screen} />;
    case 'suspended':
      return <SuspendedScreen screen={screen} />;
    case 'wiping':
      return <WipingScreen />;
    case 'dead':
      return <DeadScreen />;
  }
}

function RoomScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  switch (screen.phase) {
    case 'waiting':
      return <WaitingScreen screen={screen} />;
    case 'consult':
      return <ConsultScreen screen={screen} />;
    case 'debrief':
      return screen.progress.staffConfirmed ? <DebriefScreen screen={screen} /> : <HandoverScreen screen={screen} />;
    case 'ended':
      return <EndedScreen link={screen.link} />;
  }
}
