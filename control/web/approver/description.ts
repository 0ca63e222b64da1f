import { formatPairingCode, fromBase64url, pairingCodeOf } from '@sallyport/protocol';
import type { Grant, Manifest, Order, Person, Roster, Statement } from '@sallyport/protocol';
import { english } from './words-en.ts';
import { welsh } from './words-cy.ts';
import type { Language, Words } from './words.ts';

/** What a statement means, ready to be shown. Every word of it is text, never markup. */
export interface Description {
  title: string;
  lead: string;
  /** What the person must compare with the laptop's screen. */
  check?: { instruction: string; code: string; otherwise: string };
  sections: readonly Section[];
  warnings: readonly string[];
  /** The gravest kind of approval gets the gravest button. */
  grave: boolean;
}

export interface Section {
  heading: string;
  note?: string;
  items: readonly string[];
}

/** Where this approver stands: compared with what a manifest says. */
export interface OwnPlace {
  origin: string;
  rpId: string;
}

/** The words of a language. */
export function wordsOf(language: Language): Words {
  return language === 'cy' ? welsh : english;
}

/**
 * Says in plain words exactly what a statement does.
 * @param statement what would be approved
 * @param place the approver's own origin and relying party
 * @returns the description, or undefined when the statement carries a pairing nonce that is none
 */
export async function describe(
  statement: Statement,
  language: Language,
  place: OwnPlace,
): Promise<Description | undefined> {
  const words = wordsOf(language);
  switch (statement.type) {
    case 'grant':
      return describeGrant(statement, words, language);
    case 'order':
      return describeOrder(statement, words);
    case 'manifest':
      return describeManifest(statement, words, language, place);
    case 'roster':
      return describeRoster(statement, words, language);
    default:
      return statement satisfies never;
  }
}

async function describeGrant(grant: Grant, words: Words, language: Language): Promise<Description | undefined> {
  const nonce = fromBase64url(grant.pairingNonce);
  if (nonce?.byteLength !== 16) return undefined;
  const { consultant, opensAt, closesAt } = grant.appointment;
  return {
    title: words.grant.title,
    lead: words.grant.lead(grant.device.name),
    check: {
      instruction: words.grant.check,
      code: formatPairingCode(await pairingCodeOf(nonce)),
      otherwise: words.grant.otherCode,
    },
    sections: [
      { heading: words.grant.laptop, items: [grant.device.name] },
      { heading: words.grant.consultant, items: [consultant.name] },
      {
        heading: words.grant.room,
        items: [words.from(formatMoment(opensAt, language), formatMoment(closesAt, language))],
      },
      { heading: words.grant.openUntil, items: [formatMoment(grant.openUntil, language)] },
    ],
    warnings: [words.grant.shared],
    grave: false,
  };
}

function describeOrder(order: Order, words: Words): Description {
  return {
    title: words.order.title[order.order],
    lead: words.order.lead[order.order](order.devices.length),
    sections: [
      { heading: words.order.laptops, items: order.devices.map((device) => device.name) },
      { heading: words.order.reason, items: [order.reason] },
    ],
    warnings: [
      ...words.order.consequences[order.order],
      ...(order.devices.length > 1 ? [words.order.secondPerson] : []),
    ],
    grave: order.order === 'brick',
  };
}

function describeManifest(manifest: Manifest, words: Words, language: Language, place: OwnPlace): Description {
  const { policy, trustees } = manifest;
  const people = (list: readonly Person[]) => namesOf(list, words);
  return {
    title: words.manifest.title(manifest.version),
    lead: words.manifest.lead,
    sections: [
      {
        heading: words.manifest.trustees,
        note: words.manifest.trusteesNote(trustees.threshold),
        items: people(trustees.people),
      },
      { heading: words.manifest.officers, note: words.manifest.officersNote, items: people(manifest.fleetOfficers) },
      ...manifest.sites.map((site) => ({
        heading: words.manifest.site[site.kind](site.name),
        note: `${words.manifest.managersNote(site.threshold)} ${words.manifest.siteNumber(site.id)}.`,
        items: people(site.managers),
      })),
      { heading: words.manifest.rules, items: words.manifest.policy(policy) },
      { heading: words.validUntil, items: [formatMoment(manifest.notAfter, language)] },
    ],
    // SECURITY: a manifest that moves approvals elsewhere hands the fleet to whoever serves that place (S20).
    warnings: [
      ...(policy.approverOrigin === place.origin ? [] : [words.manifest.otherApprover(policy.approverOrigin)]),
      ...(policy.rpId === place.rpId ? [] : [words.manifest.otherRelyingParty(policy.rpId)]),
    ],
    grave: false,
  };
}

function describeRoster(roster: Roster, words: Words, language: Language): Description {
  return {
    title: words.roster.title(roster.siteName, roster.version),
    lead: words.roster.lead,
    sections: [
      {
        heading: words.roster.people,
        items: roster.people.length === 0 ? [words.roster.nobody] : namesOf(roster.people, words),
      },
      { heading: words.validUntil, items: [formatMoment(roster.notAfter, language)] },
    ],
    warnings: [words.roster.note],
    grave: false,
  };
}

function namesOf(people: readonly Person[], words: Words): string[] {
  return people.map((person) => words.person(person.name, person.credentials.length));
}

/** A moment on London's clock: prisons and hospitals work by it. */
export function formatMoment(instant: number, language: Language): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const month = wordsOf(language).months[Number(of('month')) - 1] ?? of('month');
  return wordsOf(language).moment(`${Number(of('day'))} ${month} ${of('year')}`, `${of('hour')}:${of('minute')}`);
}

/** Time left as a stopwatch shows it; undefined when more than a day is left, or none. */
export function timeLeft(milliseconds: number): string | undefined {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds <= 0 || seconds > 86_400) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
