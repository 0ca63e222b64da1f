import { randomUUID } from 'node:crypto';
import type { ApprovedStatement, Grant, Manifest, Order, Person, Roster, Statement } from '@sallyport/protocol';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import { createSoftwareAuthenticator } from './software-authenticator.ts';
import type { ApprovalPlace, SoftwareAuthenticator } from './software-authenticator.ts';

/** A person with a passkey in software, for tests of rules rather than of browsers. */
export interface SamplePerson {
  authenticator: SoftwareAuthenticator;
  named: Person;
}

/** A small fleet with real keys: one prison, one hospital, and one person for each role (two officers). */
export interface SampleFleet {
  place: ApprovalPlace;
  device: { id: string; name: string; site: string };
  prison: string;
  hospital: string;
  people: Record<
    'trustee' | 'officer' | 'otherOfficer' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant',
    SamplePerson
  >;
  manifest: Manifest;
  roster: Roster;
  /** Statements of this fleet, issued at `now`, valid unless the changes make them otherwise. */
  grant(now: number, changes?: Partial<Grant>): Grant;
  order(now: number, changes?: Partial<Order>): Order;
  approved(statement: Statement, ...approvers: SamplePerson[]): ApprovedStatement;
}

/** Makes a person with a fresh passkey. */
export function samplePerson(name: string): SamplePerson {
  const authenticator = createSoftwareAuthenticator();
  return { authenticator, named: { id: randomUUID(), name, credentials: [authenticator.credential] } };
}

/** Makes a fleet whose documents were issued at `now` and live for a year. */
export function sampleFleet(now: number): SampleFleet {
  const place = { rpId: 'localhost', origin: 'https://localhost:8442' };
  const [fleet, prison, hospital] = [randomUUID(), randomUUID(), randomUUID()];
  const people = {
    trustee: samplePerson('Ada Trustee'),
    officer: samplePerson('Ifor Officer'),
    otherOfficer: samplePerson('Olwen Officer'),
    prisonManager: samplePerson('Megan Manager'),
    hospitalManager: samplePerson('Huw Manager'),
    nurse: samplePerson('Nia Nurse'),
    consultant: samplePerson('Dr Rao'),
  };
  const common = { sallyport: 1, fleet, issuedAt: now, notAfter: now + 365 * 86_400_000 } as const;
  const device = { id: randomUUID(), name: 'HB-07', site: prison };
  const manifest: Manifest = {
    ...common,
    type: 'manifest',
    version: 1,
    trustees: { threshold: 1, people: [people.trustee.named] },
    fleetOfficers: [people.officer.named, people.otherOfficer.named],
    sites: [
      { id: prison, kind: 'prison', name: 'HMP Exemplar', managers: [people.prisonManager.named], threshold: 1 },
      {
        id: hospital,
        kind: 'hospital',
        name: 'Example Infirmary',
        managers: [people.hospitalManager.named],
        threshold: 1,
      },
    ],
    policy: {
      rpId: place.rpId,
      approverOrigin: place.origin,
      activationMinutes: 120,
      grantMinutes: 5,
      idleMinutes: 10,
      suspendAfterHours: 168,
      eraseAfterHours: 720,
    },
  };
  const roster: Roster = {
    ...common,
    type: 'roster',
    site: prison,
    siteName: 'HMP Exemplar',
    version: 1,
    people: [people.nurse.named],
  };
  return {
    place,
    device,
    prison,
    hospital,
    people,
    manifest,
    roster,
    grant: (at, changes) => ({
      ...common,
      type: 'grant',
      issuedAt: at,
      notAfter: at + 5 * 60_000,
      manifestVersion: 1,
      device,
      sequence: 1,
      pairingNonce: toBase64url(new Uint8Array(16).fill(9)),
      appointment: {
        id: randomUUID(),
        consultant: { id: people.consultant.named.id, name: 'Dr Rao' },
        opensAt: at,
        closesAt: at + 30 * 60_000,
      },
      openUntil: at + 30 * 60_000,
      ...changes,
    }),
    order: (at, changes) => ({
      ...common,
      type: 'order',
      issuedAt: at,
      notAfter: at + 86_400_000,
      manifestVersion: 1,
      order: 'brick',
      devices: [{ id: device.id, name: device.name, sequence: 1 }],
      reason: 'Left on a train',
      ...changes,
    }),
    approved: (statement, ...approvers) => {
      const bytes = encodeStatement(statement);
      return {
        statement: toBase64url(bytes),
        approvals: approvers.map(({ authenticator }) => authenticator.approve(bytes, place)),
      };
    },
  };
}
