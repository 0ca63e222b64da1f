import { createContext, useContext } from 'react';
import type { Language } from '@sallyport/protocol';
import { cy } from './cy.ts';
import { en } from './en.ts';
import type { Messages } from './en.ts';

/** The catalogue of each language. */
export const catalogues: Readonly<Record<Language, Messages>> = { en, cy };

/** The language of the screens below. */
export const LanguageContext = createContext<Language>('en');

/** The words of the language the screens are in. */
export function useMessages(): Messages {
  return catalogues[useContext(LanguageContext)];
}
