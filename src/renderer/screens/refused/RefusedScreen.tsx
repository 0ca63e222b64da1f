import type { JSX } from 'react';
import type { StartRefusal } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Page } from '../../ui/Page.tsx';
import { startCodes } from './start-codes.ts';
import './refused.css';

/** Something found at the start forbids using the laptop: what, in words, and a code to read out. */
export function RefusedScreen({ reason }: { reason: StartRefusal }): JSX.Element {
  const { refused } = useMessages();
  return (
    <Page name="refused">
      <div className="words">
        <Heading>{refused.heading}</Heading>
        <p data-testid="reason">{refused.reasons[reason]}</p>
        <p>{refused.body}</p>
        <p className="start-code">
          {refused.code} <strong data-testid="start-code">{startCodes[reason]}</strong>
        </p>
      </div>
    </Page>
  );
}
