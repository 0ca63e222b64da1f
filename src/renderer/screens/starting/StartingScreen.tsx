import type { JSX } from 'react';
import { useMessages } from '../../messages/catalogue.ts';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The laptop is getting ready. */
export function StartingScreen(): JSX.Element {
  const { starting } = useMessages();
  return <WordsScreen name="starting" heading={starting.heading} sentences={[starting.body]} />;
}
