import { useState } from 'react';
import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { PrepareScreen } from './PrepareScreen.tsx';
import { WaitingForConsultant } from './WaitingForConsultant.tsx';

/** In the room, and not admitted yet: staff say who is there and that the patient agrees, then the patient waits. */
export function WaitingScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  const [changing, setChanging] = useState(false);
  const { present } = screen.progress;
  return present === null || changing ? (
    <PrepareScreen screen={screen} present={present ?? []} onDone={() => setChanging(false)} />
  ) : (
    <WaitingForConsultant screen={screen} onChange={() => setChanging(true)} />
  );
}
