import { useContext, useState } from 'react';
import type { JSX } from 'react';
import { useNow } from '../../bridge/use-now.ts';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime } from '../../messages/time.ts';
import { closingWords, heardClosing } from './closing.ts';

/** Says when the room closes by itself, once that is near, and when there is more time than was thought. */
export function ClosingSoon({ closesAt }: { closesAt: number }): JSX.Element | null {
  const { consult } = useMessages();
  const language = useContext(LanguageContext);
  const now = useNow();
  const [known, setKnown] = useState({ closesAt, moreUntil: 0 });
  if (known.closesAt !== closesAt) setKnown(heardClosing(known, closesAt, now));
  const what = closingWords(known, now);
  if (what === undefined) return null;
  return (
    <p data-testid="closing-soon" data-what={what}>
      {consult[what](clockTime(closesAt, language))}
    </p>
  );
}
