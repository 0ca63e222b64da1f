import type { JSX } from 'react';
import type { LinkState } from '@sallyport/protocol';
import { useMessages } from '../messages/catalogue.ts';

/** Whether the laptop reaches control, in words; a change is read out. */
export function LinkStatus({ link }: { link: LinkState }): JSX.Element {
  return (
    <span className="link-state" role="status" data-testid="link-state" data-link={link}>
      {useMessages().link[link]}
    </span>
  );
}
