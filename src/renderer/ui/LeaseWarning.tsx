import { useContext } from 'react';
import type { JSX } from 'react';
import { LanguageContext } from '../messages/catalogue.ts';
import { clockTime, dayInWords } from '../messages/time.ts';
import { Notice } from './Notice.tsx';

interface LeaseWarningProps {
  /** When it happens unless the laptop is connected before, milliseconds since the Unix epoch; null: not near. */
  at: number | null;
  words: (day: string, time: string) => string;
}

/** What the laptop does by itself soon if it stays out of contact, in good time for somebody to connect it. */
export function LeaseWarning({ at, words }: LeaseWarningProps): JSX.Element | null {
  const language = useContext(LanguageContext);
  return at === null ? null : <Notice bad words={words(dayInWords(at, language), clockTime(at, language))} />;
}
