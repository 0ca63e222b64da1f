// A small fleet with real keys, made by the browser's own cryptography, for tests of what consoles verify.
import { encodeStatement, fromBase64url, sha256, toBase64url } from '@sallyport/protocol';
import type {
  Approval,
  ApprovedStatement,
  Grant,
  Join,
  Manifest,
  Participant,
  Person,
  Roster,
  Statement,
} from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const place = { rpId: 'example', origin: 'https://approve.example' };

/** A person with a passkey in software. */
export interface TestPerson {
  named: Person;
  approve(statement: Uint8Array<ArrayBuffer>): Promise<Approval>;
}

/** Makes a person with a fresh passkey. */
export async function testPerson(name: string): Promise<TestPerson> {
  const keys = await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  const publicKey = toBase64url(joined(coseHead, decode(x), coseMiddle, decode(y)));
  return {
    named: { id: crypto.randomUUID(), name, credentials: [{ id, publicKey }] },
    approve: async (statement) => {
      const challenge = toBase64url(await sha256(statement));
      const clientData = encode({ type: 'webauthn.get', challenge, origin: place.origin, crossOrigin: false });
      // Relying party, user present and verified, no counter.
      const data = joined(await sha256(new TextEncoder().encode(place.rpId)), [5, 0, 0, 0, 0]);
      const signed = await crypto.subtle.sign(ecdsa, keys.privateKey, joined(data, await sha256(clientData)));
      return {
        credential: id,
        clientDataJSON: toBase64url(clientData),
        authenticatorData: toBase64url(data),
        signature: toBase64url(derOf(new Uint8Array(signed))),
      };
    },
  };
}

/** Approves a statement. */
export async function approved(statement: Statement, ...by: TestPerson[]): Promise<ApprovedStatement> {
  const bytes = encodeStatement(statement);
  const approvals = await Promise.all(by.map((person) => person.approve(bytes)));
  return { statement: toBase64url(bytes), approvals };
}

/** SHA-256 of a statement's bytes, as the next version names it. */
export function digestOfStatement(statement: Statement): Promise<string> {
  return digestOf(encodeStatement(statement));
}

/** Somebody's key for the media of one join: P-256, uncompressed point. */
export async function mediaKey(): Promise<string> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  return toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
}

/** One prison with one laptop, one hospital with one consultant, one appointment. */
export class TestFleet {
  readonly now: number;
  readonly people: Record<'trustee' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant', TestPerson>;
  readonly manifest: Manifest;
  readonly roster: Roster;
  readonly hospitalRoster: Roster;
  readonly prison = { id: crypto.randomUUID(), name: 'HMP Exemplar' };
  readonly hospital = { id: crypto.randomUUID(), name: 'Example Infirmary' };
  readonly laptop = { id: crypto.randomUUID(), name: 'HB-07' };
  readonly appointment = crypto.randomUUID();
  readonly #laptopKeys: CryptoKeyPair;

  private constructor(now: number, people: TestFleet['people'], laptopKeys: CryptoKeyPair) {
    const common = { sallyport: 1, fleet: crypto.randomUUID(), issuedAt: now, notAfter: now + 86_400_000 } as const;
    const { trustee, prisonManager, hospitalManager, nurse, consultant } = people;
    this.now = now;
    this.people = people;
    this.#laptopKeys = laptopKeys;
    this.manifest = {
      ...common,
      type: 'manifest',
      version: 1,
      previous: null,
      trustees: { threshold: 1, people: [trustee.named] },
      fleetOfficers: [trustee.named],
      sites: [
        { ...this.prison, kind: 'prison', managers: [prisonManager.named], threshold: 1 },
        { ...this.hospital, kind: 'hospital', managers: [hospitalManager.named], threshold: 1 },
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
        auditKey: toBase64url(new Uint8Array(91)),
        authenticators: [],
        platformErasers: [],
      },
    };
    const roster = { ...common, type: 'roster', version: 1, previous: null } as const;
    this.roster = { ...roster, site: this.prison.id, siteName: this.prison.name, people: [nurse.named] };
    this.hospitalRoster = {
      ...roster,
      site: this.hospital.id,
      siteName: this.hospital.name,
      people: [consultant.named],
    };
  }

  static async create(now: number): Promise<TestFleet> {
    const people = {
      trustee: await testPerson('Ada Trustee'),
      prisonManager: await testPerson('Megan Manager'),
      hospitalManager: await testPerson('Huw Manager'),
      nurse: await testPerson('Nia Nurse'),
      consultant: await testPerson('Dr Rao'),
    };
    return new TestFleet(now, people, await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']));
  }

  /** The consultant's join of the appointment's room. */
  join(key: string, changes: Partial<Join> = {}): Join {
    const { id, name } = this.people.consultant.named;
    return {
      sallyport: 1,
      type: 'join',
      fleet: this.manifest.fleet,
      issuedAt: this.now,
      notAfter: this.now + 30 * 60_000,
      manifestVersion: 1,
      appointment: this.appointment,
      device: { ...this.laptop, prison: this.prison },
      participant: { kind: 'consultant', id, name, site: this.hospital },
      mediaKey: key,
      ...changes,
    };
  }

  /** The laptop in the room, with its proof. */
  async laptopInRoom(changes: Partial<Join> = {}): Promise<Participant> {
    const participant = { kind: 'device', ...this.laptop, site: this.prison } as const;
    const bytes = encodeStatement(this.join(await mediaKey(), { participant, ...changes }));
    const signature = await crypto.subtle.sign(ecdsa, this.#laptopKeys.privateKey, bytes);
    const key = new Uint8Array(await crypto.subtle.exportKey('spki', this.#laptopKeys.publicKey));
    const grant = await approved(this.#grant(toBase64url(await sha256(key))), this.people.nurse);
    return {
      ...participant,
      proof: {
        kind: 'device',
        statement: toBase64url(bytes),
        signature: toBase64url(new Uint8Array(signature)),
        key: toBase64url(key),
        grant,
      },
    };
  }

  #grant(key: string): Grant {
    const { id, name } = this.people.consultant.named;
    const closesAt = this.now + 30 * 60_000;
    return {
      sallyport: 1,
      type: 'grant',
      fleet: this.manifest.fleet,
      issuedAt: this.now,
      notAfter: this.now + 5 * 60_000,
      manifestVersion: 1,
      device: { ...this.laptop, site: this.prison.id, key },
      sequence: 1,
      pairingNonce: toBase64url(new Uint8Array(16)),
      appointment: {
        id: this.appointment,
        consultant: { id, name, hospital: this.hospital },
        opensAt: this.now,
        closesAt,
      },
      openUntil: closesAt,
    };
  }
}

/** COSE_Key (RFC 9052, 7) of a P-256 key: kty EC2, alg ES256, crv P-256, x; then y. */
const coseHead = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const coseMiddle = [0x22, 0x58, 0x20];

/** ECDSA signatures travel in DER in WebAuthn (Level 3, 6.5.5); WebCrypto gives r ‖ s. */
function derOf(signature: Uint8Array): Uint8Array {
  const integer = (half: Uint8Array): number[] => {
    const trimmed = [...half.subarray(half.findIndex((byte) => byte !== 0))];
    const body = (trimmed[0] ?? 0) > 0x7f ? [0, ...trimmed] : trimmed;
    return [0x02, body.length, ...body];
  };
  const body = [...integer(signature.subarray(0, 32)), ...integer(signature.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

function joined(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function decode(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
