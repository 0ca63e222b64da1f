import type { ReactNode } from 'react';
import type { Manifest, Roster } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { useNow } from '../ui/Session.tsx';
import { validityOf, wordsForValidity } from './validity.ts';

/** Until when a list is valid, and in good time before that what it means and what to do. */
export function Ends({ list }: { list: Manifest | Roster }): ReactNode {
  const { t, language } = useSpeech();
  const validity = validityOf(list, useNow());
  const words = wordsForValidity(validity, list.type, t);
  return (
    <>
      <span>{formatMoment(list.notAfter, language)}</span>
      {words === undefined ? null : (
        <span
          className={`app-notice app-notice--${validity.name === 'over' ? 'danger' : 'warning'}`}
          data-testid={`validity-${list.type}`}
          data-validity={validity.name}
        >
          {words}
        </span>
      )}
    </>
  );
}
