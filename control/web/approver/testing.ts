import { encodeStatement, sha256, toBase64url } from '@sallyport/protocol';
import type { Grant, Join, Manifest, Order, Person, Roster, Statement } from '@sallyport/protocol';
import { describe } from './description.ts';
import type { Described, Description, Item, Section } from './description.ts';
import { wordsOf } from './languages.ts';
import type { Language } from './words.ts';

/** Statements for tests: one small fleet, at noon of a summer's day in London. */
export const noon = Date.UTC(2026, 6, 15, 11);
export const place = { origin: 'https://approve.example', rpId: 'example' };
export const nonce = new Uint8Array(16).fill(7);
const year = 365 * 86_400_000;

/** An identifier that ends in two digits. */
export const id = (last: string): string => `7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a${last}`;

/** A person with passkeys of their own. */
export function person(name: string, last: string, passkeys = 1): Person {
  const credential = (index: number) => ({ id: `AAA${index}${last}AA`, publicKey: `BBB${index}${last}BB` });
  return { id: id(last), name, credentials: Array.from({ length: passkeys }, (_, index) => credential(index)) };
}

const common = { sallyport: 1, fleet: id('10'), issuedAt: noon, notAfter: noon + 300_000 } as const;
const prison = { id: id('12'), name: 'HMP Exemplar' };
const hospital = { id: id('16'), name: 'Example Infirmary' };

export const grant: Grant = {
  ...common,
  type: 'grant',
  manifestVersion: 1,
  device: { id: id('11'), name: 'HB-07', site: prison.id, key: toBase64url(new Uint8Array(32).fill(1)) },
  sequence: 1,
  pairingNonce: toBase64url(nonce),
  appointment: {
    id: id('13'),
    consultant: { id: id('14'), name: 'Dr Rao', hospital },
    opensAt: noon,
    closesAt: noon + 30 * 60_000,
  },
  openUntil: noon + 90 * 60_000,
};

export const join: Join = {
  ...common,
  type: 'join',
  manifestVersion: 1,
  appointment: id('13'),
  device: { id: id('11'), name: 'HB-07', prison },
  participant: { kind: 'consultant', id: id('14'), name: 'Dr Rao', site: hospital },
  mediaKey: toBase64url(new Uint8Array(65).fill(4)),
};

export const guestJoin: Join = {
  ...join,
  participant: { kind: 'interpreter', id: id('17'), name: 'Ines Interpreter', site: hospital },
};

export const order: Order = {
  ...common,
  type: 'order',
  manifestVersion: 1,
  order: 'brick',
  devices: [{ id: id('11'), name: 'HB-07', sequence: 1 }],
  reason: 'Left on a train',
};

export const manifest: Manifest = {
  ...common,
  notAfter: noon + year,
  type: 'manifest',
  version: 1,
  previous: null,
  trustees: { threshold: 2, people: [person('Ada Trustee', '20'), person('Alan Trustee', '21', 2)] },
  fleetOfficers: [person('Ifor Officer', '22')],
  sites: [{ ...prison, kind: 'prison', managers: [person('Megan Manager', '23')], threshold: 1 }],
  policy: {
    rpId: place.rpId,
    approverOrigin: place.origin,
    activationMinutes: 90,
    grantMinutes: 5,
    idleMinutes: 10,
    suspendAfterHours: 168,
    eraseAfterHours: 720,
    approverBuild: toBase64url(new Uint8Array(32).fill(2)),
    auditKey: toBase64url(new Uint8Array(91).fill(3)),
    authenticators: [],
    platformErasers: [],
  },
};

export const roster: Roster = {
  ...common,
  notAfter: noon + year,
  type: 'roster',
  site: prison.id,
  siteName: prison.name,
  version: 1,
  previous: null,
  people: [person('Nia Nurse', '24'), person('Noel Nurse', '25')],
};

/** The version that follows another, changed, with the bytes of the one before. */
export async function following<T extends Manifest | Roster>(
  before: T,
  changed: Partial<T>,
): Promise<{ next: T; previous: Uint8Array<ArrayBuffer> }> {
  const previous = encodeStatement(before);
  const link = { version: before.version + 1, previous: toBase64url(await sha256(previous)) };
  return { next: { ...before, ...link, ...changed }, previous };
}

/** What the approver makes of a statement. */
export function describedIn(
  language: Language,
  statement: Statement,
  previous?: Uint8Array<ArrayBuffer>,
): Promise<Described> {
  return describe(statement, previous, wordsOf(language), place);
}

/** What the approver shows. @throws when it refuses */
export async function shownIn(
  language: Language,
  statement: Statement,
  previous?: Uint8Array<ArrayBuffer>,
): Promise<Description> {
  const described = await describedIn(language, statement, previous);
  if (!described.described) throw new Error(described.words);
  return described.description;
}

/** Everything the person would read, line by line. */
export function linesOf({ title, lead, check, sections, contents, warnings }: Description): string[] {
  const checked = check === undefined ? [] : [check.instruction, check.code, check.otherwise];
  const shown = [...linesOfSections(sections), contents.summary, ...linesOfSections(contents.sections)];
  return [title, lead, ...checked, ...shown, ...warnings];
}

/** Everything that sections say, line by line. */
export function linesOfSections(sections: readonly Section[]): string[] {
  return sections.flatMap(({ heading, note, items, parts }) => [
    ...[heading, ...(note === undefined ? [] : [note])],
    ...items.flatMap(linesOfItem),
    ...linesOfSections(parts ?? []),
  ]);
}

function linesOfItem({ text, detail, codes }: Item): string[] {
  return [
    text,
    ...(detail === undefined ? [] : [detail]),
    ...(codes ?? []).map(({ label, code }) => `${label} ${code}`),
  ];
}
