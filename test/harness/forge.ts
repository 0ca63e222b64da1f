// What somebody writes who has control's database and its port, and perhaps a passkey: statements of every kind, true and
// false.
import { createECDH, createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type {
  ApprovedStatement,
  DeviceAppointment,
  Grant,
  Join,
  Manifest,
  Order,
  Roster,
  Statement,
} from '@sallyport/protocol';
import { decodeStatement, encodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
import { sealShare, type SealedShare } from '@sallyport/protocol/sealing';
import { createFileKeys } from '../../control/src/shares/key-file.ts';
import type { ControlDatabase } from './control-database.ts';
import type { ApprovalPlace, SoftwareAuthenticator } from './software-authenticator.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** What the database gives away. */
export interface Spoils {
  /** The device authority, PEM. */
  authority: { certificate: string; key: string };
  device: Grant['device'];
  sealingKey: Uint8Array<ArrayBuffer>;
  serverShare: Uint8Array<ArrayBuffer>;
  manifest: { contents: Manifest; approved: ApprovedStatement };
  /** The roster of the laptop's prison. */
  roster: { contents: Roster; approved: ApprovedStatement };
  /** The roster of the hospital. */
  hospitalRoster: { contents: Roster; approved: ApprovedStatement };
}

/** Reads everything that matters out of control's database, and the share key beside it. */
export async function plunder({ folder, tables }: ControlDatabase, laptop: string): Promise<Spoils> {
  const fleet = await tables.selectFrom('fleet').selectAll().executeTakeFirstOrThrow();
  const row = await tables.selectFrom('devices').selectAll().where('name', '=', laptop).executeTakeFirstOrThrow();
  const stored = await tables.selectFrom('server_shares').selectAll().where('device', '=', row.id).executeTakeFirst();
  if (stored === undefined) throw new Error('the share is destroyed');
  const keys = createFileKeys(join(folder, 'share-keys.json'), fleet.id);
  const documents = await tables.selectFrom('trust_documents').selectAll().orderBy('version').execute();
  const manifest = documents.findLast(({ kind }) => kind === 'manifest');
  const roster = documents.findLast(({ site }) => site === row.site);
  if (manifest === undefined || roster === undefined) throw new Error('the fleet is not founded');
  const known = documentOf(manifest, 'manifest');
  const hospital = known.contents.sites.find(({ kind }) => kind === 'hospital')?.id;
  const hospitalRoster = documents.findLast(({ site }) => site === hospital);
  if (hospitalRoster === undefined) throw new Error('there is no hospital');
  return {
    authority: { certificate: fleet.ca_certificate, key: fleet.ca_key },
    device: { id: row.id, name: row.name, site: row.site, key: digestOf(row.public_key) },
    sealingKey: Uint8Array.from(row.sealing_key),
    serverShare: await keys.open({ fleet: fleet.id, device: row.id }, stored),
    manifest: known,
    roster: documentOf(roster, 'roster'),
    hospitalRoster: documentOf(hospitalRoster, 'roster'),
  };
}

/** SHA-256, base64url. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function documentOf<T extends 'manifest' | 'roster'>(
  { statement, approvals }: { statement: Buffer; approvals: ApprovedStatement['approvals'] },
  type: T,
): { contents: Extract<Statement, { type: T }>; approved: ApprovedStatement } {
  const contents = decodeStatement(statement);
  if (contents?.type !== type) throw new Error(`no ${type}`);
  const approved = { statement: toBase64url(statement), approvals };
  return { contents: contents as Extract<Statement, { type: T }>, approved };
}

/** Writes statements as control would, and has them approved by whoever can be had. */
export class Forge {
  readonly spoils: Spoils;
  readonly appointment: DeviceAppointment;
  #sequence = 0;

  constructor(spoils: Spoils) {
    this.spoils = spoils;
    const now = Date.now();
    const { site, siteName, people } = spoils.hospitalRoster.contents;
    const [consultant] = people;
    if (consultant === undefined) throw new Error('there is no consultant');
    this.appointment = {
      id: randomUUID(),
      patientReference: 'CANARY4411',
      patientName: 'Alex Example',
      consultant: { id: consultant.id, name: consultant.name, hospital: { id: site, name: siteName } },
      startsAt: now,
      endsAt: now + 20 * minute,
      opensAt: now - 10 * minute,
      closesAt: now + 25 * minute,
    };
  }

  /** A grant that is right in everything the changes leave alone. */
  grant(nonce: string, changes: Partial<Grant> = {}): Grant {
    const now = Date.now();
    const { id, consultant, opensAt, closesAt } = this.appointment;
    return {
      ...this.#common(now),
      type: 'grant',
      notAfter: now + 5 * minute,
      manifestVersion: 1,
      device: this.spoils.device,
      sequence: (this.#sequence += 1),
      pairingNonce: nonce,
      appointment: { id, consultant, opensAt, closesAt },
      openUntil: now + 20 * minute,
      ...changes,
    };
  }

  /** An order that is right in everything the changes leave alone. */
  order(order: Order['order'], changes: Partial<Order> = {}): Order {
    const now = Date.now();
    const { id, name } = this.spoils.device;
    return {
      ...this.#common(now),
      type: 'order',
      notAfter: now + day,
      manifestVersion: 1,
      order,
      devices: [{ id, name, sequence: (this.#sequence += 1) }],
      reason: 'Because I can',
      ...changes,
    };
  }

  /** A manifest that follows the stolen one, with changes. */
  manifest(changes: Partial<Manifest>): Manifest {
    const { contents, approved } = this.spoils.manifest;
    return { ...contents, issuedAt: Date.now(), previous: digestOfApproved(approved), ...changes };
  }

  /** A roster that follows the stolen one, with changes. */
  roster(changes: Partial<Roster>): Roster {
    const { contents, approved } = this.spoils.roster;
    return { ...contents, issuedAt: Date.now(), previous: digestOfApproved(approved), ...changes };
  }

  /** A consultant's join of the appointment's room, right in everything the changes leave alone. */
  join(changes: Partial<Join> = {}): Join {
    const now = Date.now();
    const { id, consultant, closesAt } = this.appointment;
    const { site, siteName } = this.spoils.roster.contents;
    const { device } = this.spoils;
    return {
      ...this.#common(now),
      type: 'join',
      notAfter: closesAt,
      manifestVersion: 1,
      appointment: id,
      device: { id: device.id, name: device.name, prison: { id: site, name: siteName } },
      participant: { kind: 'consultant', id: consultant.id, name: consultant.name, site: consultant.hospital },
      mediaKey: toBase64url(createECDH('prime256v1').generateKeys()),
      ...changes,
    };
  }

  /** Seals the stolen share for a statement, as control does. */
  seal(approved: ApprovedStatement, share = this.spoils.serverShare): Promise<SealedShare> {
    return sealShare(share, this.spoils.sealingKey, fromBase64url(approved.statement) ?? new Uint8Array());
  }

  #common(now: number): { sallyport: 1; fleet: string; issuedAt: number } {
    return { sallyport: 1, fleet: this.spoils.manifest.contents.fleet, issuedAt: now };
  }
}

/** What the next version calls its previous one. */
export function digestOfApproved({ statement }: ApprovedStatement): string {
  return digestOf(fromBase64url(statement) ?? new Uint8Array());
}

/** Has a statement approved by passkeys at a place. */
export function approvedBy(
  statement: Statement,
  place: ApprovalPlace,
  ...passkeys: readonly SoftwareAuthenticator[]
): ApprovedStatement {
  const bytes = encodeStatement(statement);
  return { statement: toBase64url(bytes), approvals: passkeys.map((passkey) => passkey.approve(bytes, place)) };
}
