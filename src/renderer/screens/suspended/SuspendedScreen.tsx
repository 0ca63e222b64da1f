import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The IT team has suspended the laptop. */
export function SuspendedScreen({ screen }: { screen: Extract<Screen, { screen: 'suspended' }> }): JSX.Element {
  const { suspended } = useMessages();
  return (
    <WordsScreen
      name="suspended"
      heading={suspended.heading}
      sentences={[suspended.body, suspended.more]}
      device={screen.device}
      link={screen.link}
    />
  );
}
