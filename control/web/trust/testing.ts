import { encodeStatement, toBase64url } from '@sallyport/protocol';
import type { Credential, Invitation, Manifest, Order, Person, Proposal, Roster, Statement } from '@sallyport/protocol';

/** A small fleet for tests of pages: its lists in force at noon of a winter's day, and what people propose. */
export const noon = Date.UTC(2026, 0, 5, 12);
export const day = 86_400_000;

/** An identifier that ends in two digits. */
export const id = (last: string): string => `7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a${last}`;

/** A passkey, different for every name. */
export function passkey(name: string): Credential {
  const text = toBase64url(new TextEncoder().encode(name));
  return { id: `AAAA${text}`, publicKey: `BBBB${text}` };
}

/** A person with one passkey. */
export function person(name: string, last: string): Person {
  return { id: id(last), name, credentials: [passkey(name)] };
}

export const ada = person('Ada Trustee', '01');
export const alan = person('Alan Trustee', '02');
export const ifor = person('Ifor Officer', '03');
export const olwen = person('Olwen Officer', '04');
export const megan = person('Megan Manager', '05');
export const nia = person('Nia Nurse', '06');
export const owen = person('Owen Nurse', '07');

const common = { sallyport: 1, fleet: id('10'), issuedAt: noon, notAfter: noon + 365 * day } as const;
export const prison = { id: id('11'), name: 'HMP Exemplar' };

export const manifest: Manifest = {
  ...common,
  type: 'manifest',
  version: 3,
  previous: 'A'.repeat(43),
  trustees: { threshold: 2, people: [ada, alan] },
  fleetOfficers: [ifor, olwen],
  sites: [{ ...prison, kind: 'prison', managers: [megan], threshold: 1 }],
  policy: {
    rpId: 'example.org',
    approverOrigin: 'https://approve.example.org',
    activationMinutes: 120,
    grantMinutes: 5,
    idleMinutes: 10,
    suspendAfterHours: 168,
    eraseAfterHours: 720,
    approverBuild: 'C'.repeat(43),
    auditKey: 'DDDD',
    authenticators: [],
    platformErasers: [],
  },
};

export const roster: Roster = {
  ...common,
  type: 'roster',
  site: prison.id,
  siteName: prison.name,
  version: 7,
  previous: 'A'.repeat(43),
  people: [nia, owen],
};

export const order: Order = {
  ...common,
  type: 'order',
  manifestVersion: 3,
  order: 'brick',
  devices: [
    { id: id('21'), name: 'HB-07', sequence: 1 },
    { id: id('22'), name: 'HB-08', sequence: 1 },
  ],
  reason: 'Stolen from the van',
};

/** A statement's bytes as control sends them. */
export function bytesOf(statement: Statement): string {
  return toBase64url(encodeStatement(statement));
}

/** Something proposed, with one quorum that nobody has approved yet. */
export function proposed(kind: Proposal['kind'], statement: Statement, previous?: Statement): Proposal {
  const task = { id: id('31'), statement: bytesOf(statement), credentials: ['AAAA'] };
  return {
    id: id('31'),
    kind,
    site: kind === 'roster' ? prison : null,
    task: previous === undefined ? task : { ...task, previous: bytesOf(previous) },
    awaitsCaller: true,
    proposedBy: ada.name,
    proposedAt: noon,
    expiresAt: noon + 7 * day,
    quorums: [{ role: 'trustee', needed: 2, approvedBy: [] }],
  };
}

/** Somebody invited. */
export function invited(who: Pick<Person, 'id' | 'name'>, made: Credential | null): Invitation {
  return {
    id: id('41'),
    person: { id: who.id, name: who.name },
    role: 'healthcare',
    site: prison,
    invitedBy: megan.name,
    expiresAt: noon + day,
    passkey: made,
  };
}
