import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { LeaseWarning } from '../../ui/LeaseWarning.tsx';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The laptop may not be used: by order of the IT team, or because it was out of contact for too long. */
export function SuspendedScreen({ screen }: { screen: Extract<Screen, { screen: 'suspended' }> }): JSX.Element {
  const { suspended } = useMessages();
  return (
    <WordsScreen
      name="suspended"
      heading={suspended.heading}
      sentences={[suspended.bodies[screen.by], suspended.more]}
      device={screen.device}
      link={screen.link}
    >
      <LeaseWarning at={screen.erasesAt} words={suspended.erasesAt} />
    </WordsScreen>
  );
}
