import type { JSX, ReactNode } from 'react';
import type { LinkState } from '@sallyport/protocol';
import type { ViewName } from '../view.ts';
import { Heading } from './Heading.tsx';
import { Page } from './Page.tsx';

interface WordsScreenProps {
  name: ViewName | 'fault';
  heading: string;
  sentences: readonly string[];
  device?: { name: string; siteName: string };
  link?: LinkState;
  actions?: ReactNode;
  /** What comes after the sentences. */
  children?: ReactNode;
}

/** A screen that only says something. */
export function WordsScreen({ heading, sentences, children, ...page }: WordsScreenProps): JSX.Element {
  return (
    <Page {...page}>
      <div className="words">
        <Heading>{heading}</Heading>
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {children}
      </div>
    </Page>
  );
}
