import { auditWelsh } from './audit-cy.ts';
import { auditEnglish } from './audit-en.ts';
import { clinicWelsh } from './clinic-cy.ts';
import { clinicEnglish } from './clinic-en.ts';
import { commonWelsh } from './common-cy.ts';
import { commonEnglish } from './common-en.ts';
import { erasureWelsh } from './erasure-cy.ts';
import { erasureEnglish } from './erasure-en.ts';
import { fleetWelsh } from './fleet-cy.ts';
import { fleetEnglish } from './fleet-en.ts';
import { guestWelsh } from './guest-cy.ts';
import { guestEnglish } from './guest-en.ts';
import { invitationWelsh } from './invitation-cy.ts';
import { invitationEnglish } from './invitation-en.ts';
import { keyWelsh } from './key-cy.ts';
import { keyEnglish } from './key-en.ts';
import { refusalWelsh } from './refusal-cy.ts';
import { refusalEnglish } from './refusal-en.ts';
import { setupWelsh } from './setup-cy.ts';
import { setupEnglish } from './setup-en.ts';
import { trustWelsh } from './trust-cy.ts';
import { trustEnglish } from './trust-en.ts';
import type { Translation } from './translation.ts';

/** The languages of the consoles: English and Welsh. */
export const languages = ['en', 'cy'] as const;
export type Language = (typeof languages)[number];

const english = {
  ...commonEnglish,
  ...refusalEnglish,
  ...setupEnglish,
  ...keyEnglish,
  ...clinicEnglish,
  ...fleetEnglish,
  ...erasureEnglish,
  ...auditEnglish,
  ...trustEnglish,
  ...invitationEnglish,
  ...guestEnglish,
};
type English = typeof english;

const welsh: Translation<English> = {
  ...commonWelsh,
  ...refusalWelsh,
  ...setupWelsh,
  ...keyWelsh,
  ...clinicWelsh,
  ...fleetWelsh,
  ...erasureWelsh,
  ...auditWelsh,
  ...trustWelsh,
  ...invitationWelsh,
  ...guestWelsh,
};

/** Every message in every language. */
export const catalogues: Record<Language, Translation<English>> = { en: english, cy: welsh };

/** The name of a message. */
export type MessageKey = keyof English;

type Placeholder<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;
/** What a message needs to know, by its `{placeholders}`; nothing when it has none. */
export type MessageArguments<K extends MessageKey> = [Placeholder<English[K]>] extends [never]
  ? []
  : [Record<Placeholder<English[K]>, string | number>];

/** Names of the messages that need to know nothing. */
export type PlainKey = { [K in MessageKey]: MessageArguments<K> extends [] ? K : never }[MessageKey];

/** Writes a message in a language. */
export type Translate = <K extends MessageKey>(key: K, ...values: MessageArguments<K>) => string;

/** The messages of one language. */
export function translator(language: Language): Translate {
  return (key, ...[values]) => fill(catalogues[language][key], values ?? {});
}

function fill(words: string, values: Record<string, string | number>): string {
  return words.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
