import { createECDH, createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { ApprovedStatement, Grant, Join, Manifest, Order, Person, Roster, Statement } from '@sallyport/protocol';
import { encodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
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
  device: { id: string; name: string; site: string; key: string };
  /** The laptop's signing key: SubjectPublicKeyInfo (DER), and its signature over bytes (r ‖ s), base64url. */
  deviceKey: { publicKey: string; sign(bytes: Uint8Array): string };
  prison: string;
  hospital: string;
  people: Record<
    'trustee' | 'officer' | 'otherOfficer' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant',
    SamplePerson
  >;
  manifest: Manifest;
  roster: Roster;
  hospitalRoster: Roster;
  /** Statements of this fleet, issued at `now`, valid unless the changes make them otherwise. */
  grant(now: number, changes?: Partial<Grant>): Grant;
  order(now: number, changes?: Partial<Order>): Order;
  /** The consultant's join of an appointment's room. */
  join(now: number, appointment: string, changes?: Partial<Join>): Join;
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
  const deviceKey = sampleDeviceKey();
  const device = { id: randomUUID(), name: 'HB-07', site: prison, key: digestOfKey(deviceKey.publicKey) };
  const consultant = {
    id: people.consultant.named.id,
    name: people.consultant.named.name,
    hospital: { id: hospital, name: 'Example Infirmary' },
  };
  const manifest: Manifest = {
    ...common,
    type: 'manifest',
    version: 1,
    previous: null,
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
      approverBuild: toBase64url(new Uint8Array(32)),
      auditKey: sampleDeviceKey().publicKey,
      authenticators: [],
      platformErasers: [],
    },
  };
  const roster: Roster = {
    ...common,
    type: 'roster',
    site: prison,
    siteName: 'HMP Exemplar',
    version: 1,
    previous: null,
    people: [people.nurse.named],
  };
  const hospitalRoster: Roster = {
    ...roster,
    site: hospital,
    siteName: 'Example Infirmary',
    people: [people.consultant.named],
  };
  return {
    place,
    device,
    deviceKey,
    prison,
    hospital,
    people,
    manifest,
    roster,
    hospitalRoster,
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
        consultant,
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
    join: (at, appointment, changes) => ({
      ...common,
      type: 'join',
      issuedAt: at,
      notAfter: at + 30 * 60_000,
      manifestVersion: 1,
      appointment,
      device: { id: device.id, name: device.name, prison: { id: prison, name: 'HMP Exemplar' } },
      participant: { kind: 'consultant', id: consultant.id, name: consultant.name, site: consultant.hospital },
      mediaKey: createECDH('prime256v1').generateKeys('base64url'),
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

/** Makes a laptop's signing key. */
export function sampleDeviceKey(): SampleFleet['deviceKey'] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  };
}

/** What a grant names a laptop’s key by. */
export function digestOfKey(spki: string): string {
  return createHash('sha256')
    .update(fromBase64url(spki) ?? '')
    .digest('base64url');
}
