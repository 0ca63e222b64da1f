import { line } from '@sallyport/protocol';
import type { PlainKey, Translate } from './messages/catalogue.ts';

/** Words that wait for the language of whoever reads them. */
export type Say = (t: Translate) => string;

/**
 * What is wrong with one line of words that somebody typed, in words: how much too long it is, or that it holds marks that
 * cannot be seen (they change the direction of writing, or hide what is really there).
 * @param label the field's name
 * @param most characters it may have, as the contract counts them (UTF-16 units)
 * @returns undefined when nothing is wrong; spaces around it do not count
 */
export function wrongLine(typed: string, label: PlainKey, most: number): Say | undefined {
  const words = typed.trim();
  const count = words.length;
  if (count > most) return (t) => t('form.tooLong', { field: t(label), most, count });
  return line(most).safeParse(words).success ? undefined : (t) => t('form.unseen', { field: t(label) });
}
