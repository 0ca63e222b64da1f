import type { JSX } from 'react';
import { useMessages } from '../../messages/catalogue.ts';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The laptop is erasing itself. */
export function WipingScreen(): JSX.Element {
  const { wiping } = useMessages();
  return <WordsScreen name="wiping" heading={wiping.heading} sentences={[wiping.body]} />;
}
