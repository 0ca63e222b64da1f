// What somebody who owns control can write, and why a laptop does not obey it.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Grant, Manifest, NamedSite, Order, Roster } from '@sallyport/protocol';
import { fromBase64url, toBase64url } from '@sallyport/protocol';
import { digestOf } from '../harness/forge.ts';
import type { Siege } from '../harness/siege.ts';
import type { ApprovalPlace } from '../harness/software-authenticator.ts';
import type { Part } from '../harness/world.ts';

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;
const otherDevice = () => ({ id: randomUUID(), name: 'HB-08' });
const hour = 3_600_000;

/** A grant that is wrong in one thing. */
export interface ForgedGrant {
  what: string;
  reason: string;
  changes?: (siege: Siege) => Partial<Grant>;
  /** Who approves it; the nurse unless stated. */
  by?: readonly (Part | 'attacker')[];
  place?: (siege: Siege) => Partial<ApprovalPlace>;
  /** Changes the statement's text after it was approved. */
  spoil?: (text: string) => string;
}

export const forgedGrants: ForgedGrant[] = [
  { what: 'S4 that nobody approved', reason: 'too-few-people', by: [] },
  { what: 'S4 approved by a passkey nobody knows', reason: 'unknown-credential', by: ['attacker'] },
  { what: 'S4 approved by a fleet officer', reason: 'unknown-credential', by: ['officer'] },
  { what: 'S4 approved by the site’s manager', reason: 'unknown-credential', by: ['prisonManager'] },
  { what: 'S4 approved by a nurse of another prison', reason: 'unknown-credential', by: ['otherNurse'] },
  { what: 'S4 approved by the consultant', reason: 'unknown-credential', by: ['consultant'] },
  {
    what: 'S5 for another laptop',
    reason: 'wrong-device',
    changes: ({ forge }) => ({ device: { ...forge.spoils.device, ...otherDevice() } }),
  },
  {
    what: 'S5 for this laptop at another site',
    reason: 'wrong-site',
    changes: ({ forge }) => ({ device: { ...forge.spoils.device, site: randomUUID() } }),
  },
  { what: 'S4 of another fleet', reason: 'wrong-fleet', changes: () => ({ fleet: randomUUID() }) },
  { what: 'S4 with one digit changed after the approval', reason: 'wrong-challenge', spoil: openAnother },
  { what: 'S4 with a space added after the approval', reason: 'malformed', spoil: (text) => text.replace(',', ', ') },
  {
    what: 'S5 that is too old',
    reason: 'expired',
    changes: () => ({ issuedAt: minutesAgo(10), notAfter: minutesAgo(5), openUntil: minutesAgo(-10) }),
  },
  {
    what: 'S5 from the future',
    reason: 'not-yet-valid',
    changes: () => ({ issuedAt: minutesAgo(-20), notAfter: minutesAgo(-24), openUntil: minutesAgo(-30) }),
  },
  { what: 'S5 to be kept for later', reason: 'lives-too-long', changes: () => ({ notAfter: minutesAgo(-60) }) },
  { what: 'S5 to stay open all day', reason: 'lives-too-long', changes: () => ({ openUntil: minutesAgo(-600) }) },
  { what: 'S6 under a manifest to come', reason: 'unknown-manifest', changes: () => ({ manifestVersion: 2 }) },
  {
    what: 'S4 approved on the console’s page instead of the approver’s',
    reason: 'wrong-origin',
    place: ({ world }) => ({ origin: world.addresses.console }),
  },
  { what: 'S4 approved in a frame of another page', reason: 'wrong-origin', place: () => ({ crossOrigin: true }) },
  {
    what: 'S4 approved for another relying party',
    reason: 'wrong-relying-party',
    place: () => ({ rpId: 'sallyport.example' }),
  },
  { what: 'S4 approved without verifying the person', reason: 'not-verified', place: () => ({ userVerified: false }) },
  {
    what: 'S25 that vouches for another laptop’s key under this one’s name',
    reason: 'wrong-device',
    changes: ({ forge }) => ({ device: { ...forge.spoils.device, key: digestOf(randomBytes(91)) } }),
  },
  {
    what: 'S25 for a consultant whom no hospital names',
    reason: 'unknown-credential',
    changes: ({ attacker, forge }) => withConsultant(forge, { id: attacker.named.id, name: attacker.named.name }),
  },
  {
    what: 'S25 for a false name of the consultant',
    reason: 'unknown-credential',
    changes: ({ forge }) => withConsultant(forge, { name: 'Dr Mallory' }),
  },
  {
    what: 'S25 for a consultant of a site that is no hospital',
    reason: 'wrong-site',
    changes: ({ forge }) => withConsultant(forge, { hospital: prisonOf(forge) }),
  },
  {
    what: 'S5 that would use up all the numbers to come',
    reason: 'too-far-ahead',
    changes: () => ({ sequence: 2 ** 31 - 1 }),
  },
  {
    what: 'S1 for a pairing code that was never typed',
    reason: 'wrong-code',
    changes: () => ({ pairingNonce: toBase64url(randomBytes(16)) }),
  },
];

function prisonOf({ spoils }: Siege['forge']): NamedSite {
  const { site: id, siteName: name } = spoils.roster.contents;
  return { id, name };
}

function withConsultant(forge: Siege['forge'], changes: Partial<Grant['appointment']['consultant']>): Partial<Grant> {
  const { id, consultant, opensAt, closesAt } = forge.appointment;
  return { appointment: { id, consultant: { ...consultant, ...changes }, opensAt, closesAt } };
}

/** A brick order that is wrong in one thing. */
export interface ForgedOrder {
  what: string;
  outcome: object;
  changes?: (siege: Siege) => Partial<Order>;
  by: readonly Part[];
}

const refused = (reason: string): object => ({ result: 'refused', reason });
const thisOneAndAnother = ({ forge }: Siege): Partial<Order> => ({
  devices: [...forge.order('brick').devices, { ...otherDevice(), sequence: 1 }],
});

export const forgedOrders: ForgedOrder[] = [
  { what: 'S4 that nobody approved', outcome: refused('too-few-people'), by: [] },
  { what: 'S4 approved by a nurse', outcome: refused('unknown-credential'), by: ['nurse'] },
  { what: 'S4 approved by a trustee', outcome: refused('unknown-credential'), by: ['trustee'] },
  {
    what: 'S5 for another laptop',
    outcome: { reason: 'wrong-device' },
    changes: () => ({ devices: [{ ...otherDevice(), sequence: 1 }] }),
    by: ['officer'],
  },
  {
    what: 'S7 for two laptops with one person’s approval',
    outcome: refused('too-few-people'),
    changes: thisOneAndAnother,
    by: ['officer'],
  },
  {
    what: 'S7 for two laptops, approved twice by one person',
    outcome: refused('too-few-people'),
    changes: thisOneAndAnother,
    by: ['officer', 'officer'],
  },
  {
    what: 'S7 for fifty laptops with one tricked approval',
    outcome: refused('too-few-people'),
    changes: ({ forge }) => ({
      devices: [
        ...forge.order('brick').devices,
        ...Array.from({ length: 49 }, () => ({ ...otherDevice(), sequence: 1 })),
      ],
    }),
    by: ['officer'],
  },
  {
    what: 'S5 that would use up all the numbers to come',
    outcome: refused('too-far-ahead'),
    changes: ({ forge }) => ({
      devices: forge.order('brick').devices.map((one) => ({ ...one, sequence: 2 ** 31 - 1 })),
    }),
    by: ['officer'],
  },
  {
    what: 'S5 that lives for ever',
    outcome: refused('lives-too-long'),
    changes: () => ({ notAfter: Date.now() + 3 * 366 * 24 * hour }),
    by: ['officer'],
  },
  {
    what: 'S5 that is too old',
    outcome: refused('expired'),
    changes: () => ({ issuedAt: minutesAgo(90), notAfter: minutesAgo(60) }),
    by: ['officer'],
  },
];

/** Trust documents that would make the attacker somebody. */
export interface ForgedTrust {
  what: string;
  reason: string;
  manifest?: (siege: Siege) => Partial<Manifest>;
  roster?: (siege: Siege) => Partial<Roster>;
  by: readonly (Part | 'attacker')[];
}

const asTrustee = ({ attacker }: Siege): Partial<Manifest> => ({
  version: 2,
  trustees: { threshold: 1, people: [attacker.named] },
});
const asNurse = ({ attacker, forge }: Siege): Partial<Roster> => ({
  people: [...forge.spoils.roster.contents.people, attacker.named],
});

export const forgedTrust: ForgedTrust[] = [
  {
    what: 'a manifest that makes the attacker an officer, approved by an officer',
    reason: 'unknown-credential',
    manifest: ({ attacker }) => ({ version: 2, fleetOfficers: [attacker.named] }),
    by: ['officer'],
  },
  {
    what: 'a manifest approved by its own new trustee only',
    reason: 'unknown-credential',
    manifest: asTrustee,
    by: ['attacker'],
  },
  {
    what: 'a manifest that its own new trustee did not approve',
    reason: 'unknown-credential',
    manifest: asTrustee,
    by: ['trustee'],
  },
  {
    what: 'a manifest that follows another than the one in force',
    reason: 'wrong-previous',
    manifest: ({ attacker }) => ({ version: 2, fleetOfficers: [attacker.named], previous: digestOf(randomBytes(9)) }),
    by: ['trustee'],
  },
  {
    what: 'a manifest for the next ten years',
    reason: 'lives-too-long',
    manifest: () => ({ version: 2, notAfter: Date.now() + 3660 * 24 * hour }),
    by: ['trustee'],
  },
  {
    what: 'a manifest of the version in force',
    reason: 'replayed',
    manifest: ({ attacker }) => ({ version: 1, fleetOfficers: [attacker.named] }),
    by: ['trustee'],
  },
  {
    what: 'a manifest that skips a version',
    reason: 'unknown-manifest',
    manifest: ({ attacker }) => ({ version: 3, fleetOfficers: [attacker.named] }),
    by: ['trustee'],
  },
  {
    what: 'a roster with the attacker as a nurse, approved by another prison’s manager',
    reason: 'unknown-credential',
    roster: (siege) => ({ ...asNurse(siege), version: 2 }),
    by: ['otherPrisonManager'],
  },
  {
    what: 'a roster that follows another than the one in force',
    reason: 'wrong-previous',
    roster: (siege) => ({ ...asNurse(siege), version: 2, previous: digestOf(randomBytes(9)) }),
    by: ['prisonManager'],
  },
  {
    what: 'a roster with the highest number there is',
    reason: 'too-far-ahead',
    roster: (siege) => ({ ...asNurse(siege), version: 2 ** 31 - 1 }),
    by: ['prisonManager'],
  },
  {
    what: 'a roster of the version in force',
    reason: 'replayed',
    roster: (siege) => ({ ...asNurse(siege), version: 1 }),
    by: ['prisonManager'],
  },
];

/** Rewrites a statement's text. */
export function rewritten(statement: string, change: (text: string) => string): string {
  const text = Buffer.from(fromBase64url(statement) ?? new Uint8Array()).toString('utf8');
  return toBase64url(Buffer.from(change(text)));
}

/** The same grant, open a millisecond longer or a little shorter. */
function openAnother(text: string): string {
  return text.replace(/(?<="openUntil":\d+)\d(?!\d)/, (digit) => String((Number(digit) + 1) % 10));
}
