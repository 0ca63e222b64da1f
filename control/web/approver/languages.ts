import { welsh } from './words-cy.ts';
import { english } from './words-en.ts';
import type { Language, Words } from './words.ts';

/** The words of a language. */
export function wordsOf(language: Language): Words {
  return language === 'cy' ? welsh : english;
}
