import type { JSX } from 'react';
import type { LinkState } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { WordsScreen } from '../../ui/WordsScreen.tsx';

/** The room is over; the main process is about to show what comes next. */
export function EndedScreen({ link }: { link: LinkState }): JSX.Element {
  const { ended } = useMessages();
  return <WordsScreen name="ended" heading={ended.heading} sentences={[ended.body]} link={link} />;
}
