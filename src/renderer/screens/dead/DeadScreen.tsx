import type { JSX } from 'react';
import { useMessages } from '../../messages/catalogue.ts';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The laptop has erased itself, for good. */
export function DeadScreen(): JSX.Element {
  const { dead } = useMessages();
  return <WordsScreen name="dead" heading={dead.heading} sentences={[dead.body, dead.more]} />;
}
