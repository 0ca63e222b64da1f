import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { Approval, Credential } from '@sallyport/protocol';

// A passkey in software for tests that have no browser: real P-256 keys, real registrations and assertions
// (W3C WebAuthn Level 3), attestation "none", or "packed" where it has a model to prove and is asked to. Members of
// options that it does not read are accepted and ignored.

interface CreationOptions {
  challenge: string;
  attestation?: string;
  rp: { id?: string };
  user: { id: string };
}

interface RequestOptions {
  challenge: string;
  rpId?: string;
}

/** A registration as `navigator.credentials.create()` answers it, `toJSON()`. */
export interface SoftwareRegistration {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment: 'cross-platform';
  clientExtensionResults: Record<string, never>;
  response: { clientDataJSON: string; attestationObject: string; transports: ['usb'] };
}

/** An assertion as `navigator.credentials.get()` answers it, `toJSON()`. */
export interface SoftwareAssertion {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment: 'cross-platform';
  clientExtensionResults: Record<string, never>;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
}

/** Where an approval is given, and whether the person was verified (default: yes) or the page embedded (no). */
export interface ApprovalPlace {
  rpId: string;
  origin: string;
  userVerified?: boolean;
  crossOrigin?: boolean;
}

/** One authenticator with one credential. */
export interface SoftwareAuthenticator {
  /** As manifests and rosters name it. */
  readonly credential: Credential;
  /** Answers registration options on a page of the origin; the user handle is kept for assertions. */
  register(options: unknown, origin: string): SoftwareRegistration;
  /** Answers request options on a page of the origin, user verified. */
  assert(options: unknown, origin: string, userVerified?: boolean): SoftwareAssertion;
  /** Approves exact statement bytes as the approver's page would have it done. */
  approve(statement: Uint8Array, place: ApprovalPlace): Approval;
}

const userPresent = 0x01;
const userVerifiedFlag = 0x04;
const attestedData = 0x40;

/** A passkey that exists already, as Chromium's virtual authenticators export it: every member base64. */
export interface ExportedPasskey {
  credentialId: string;
  /** PKCS #8. */
  privateKey: string;
  userHandle: string;
}

/** A model that an authenticator proves when it is asked to: by its maker's certificate, or by its own key alone. */
export interface AuthenticatorModel {
  aaguid: string;
  /** The maker's certificates, DER, the attestation key's own first, and that key; none: self attestation. */
  maker: { certificates: readonly Buffer[]; sign(bytes: Buffer): Buffer } | undefined;
}

/**
 * Makes an authenticator with a fresh P-256 credential, or with one that exists already.
 * @param held the passkey to go on with; its counter starts above any that the browser it came from has reached
 * @param model what it proves of itself; without one it proves nothing
 */
export function createSoftwareAuthenticator(held?: ExportedPasskey, model?: AuthenticatorModel): SoftwareAuthenticator {
  const { privateKey, publicKey } =
    held === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : keysOf(held);
  const id = held === undefined ? randomBytes(32) : Buffer.from(held.credentialId, 'base64');
  const coseKey = encodeCoseKey(publicKey);
  let counter = held === undefined ? 0 : nextStart();
  let userHandle = held && text(Buffer.from(held.userHandle, 'base64'));

  const signed = (
    rpId: string,
    clientData: Buffer,
    userVerified: boolean,
  ): { authenticatorData: Buffer; signature: Buffer } => {
    counter += 1;
    const flags = userPresent | (userVerified ? userVerifiedFlag : 0);
    const authenticatorData = authenticatorDataOf(rpId, flags, counter);
    const signature = sign('sha256', Buffer.concat([authenticatorData, digestOf(clientData)]), privateKey);
    return { authenticatorData, signature };
  };

  return {
    credential: { id: text(id), publicKey: text(coseKey) },
    register(options, origin) {
      const { challenge, rp, user, attestation } = options as CreationOptions;
      userHandle = user.id;
      const clientData = clientDataOf('webauthn.create', challenge, origin, false);
      const flags = userPresent | userVerifiedFlag | attestedData;
      const authData = Buffer.concat([
        authenticatorDataOf(rp.id ?? new URL(origin).hostname, flags, counter),
        Buffer.from(model?.aaguid.replaceAll('-', '') ?? '00'.repeat(16), 'hex'),
        uint16(id.length),
        id,
        coseKey,
      ]);
      const signed = Buffer.concat([authData, digestOf(clientData)]);
      const statement = attestation === 'direct' ? attestationOf(model, signed, privateKey) : noAttestation;
      const object = encodeCbor(new Map<string, CborValue>([...statement, ['authData', authData]]));
      return {
        ...envelope(id),
        response: { clientDataJSON: text(clientData), attestationObject: text(object), transports: ['usb'] },
      };
    },
    assert(options, origin, userVerified = true) {
      const { challenge, rpId } = options as RequestOptions;
      const clientData = clientDataOf('webauthn.get', challenge, origin, false);
      const made = signed(rpId ?? new URL(origin).hostname, clientData, userVerified);
      return {
        ...envelope(id),
        response: {
          clientDataJSON: text(clientData),
          authenticatorData: text(made.authenticatorData),
          signature: text(made.signature),
          ...(userHandle === undefined ? {} : { userHandle }),
        },
      };
    },
    approve(statement, { rpId, origin, userVerified = true, crossOrigin = false }) {
      const clientData = clientDataOf('webauthn.get', text(digestOf(statement)), origin, crossOrigin);
      const made = signed(rpId, clientData, userVerified);
      return {
        credential: text(id),
        clientDataJSON: text(clientData),
        authenticatorData: text(made.authenticatorData),
        signature: text(made.signature),
      };
    },
  };
}

let lastStart = 0;

/** Above any counter that the browser, or an earlier copy in this process, has reached: tenths of a second since 2020. */
function nextStart(): number {
  lastStart = Math.max(Math.floor((Date.now() - Date.UTC(2020)) / 100), lastStart + 100);
  return lastStart;
}

const noAttestation: [string, CborValue][] = [
  ['fmt', 'none'],
  ['attStmt', new Map()],
];

/** Packed attestation (WebAuthn Level 3, 8.2) with ES256. */
function attestationOf(model: AuthenticatorModel | undefined, signed: Buffer, own: KeyObject): [string, CborValue][] {
  if (model === undefined) return noAttestation;
  const { maker } = model;
  const statement = new Map<string, CborValue>([
    ['alg', -7],
    ['sig', maker === undefined ? sign('sha256', signed, own) : maker.sign(signed)],
  ]);
  if (maker !== undefined) statement.set('x5c', [...maker.certificates]);
  return [
    ['fmt', 'packed'],
    ['attStmt', statement],
  ];
}

function keysOf(held: ExportedPasskey): { privateKey: KeyObject; publicKey: KeyObject } {
  const der = Buffer.from(held.privateKey, 'base64');
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function envelope(id: Buffer): Omit<SoftwareAssertion, 'response'> {
  return {
    id: text(id),
    rawId: text(id),
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    clientExtensionResults: {},
  };
}

function clientDataOf(type: string, challenge: string, origin: string, crossOrigin: boolean): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }));
}

function authenticatorDataOf(rpId: string, flags: number, counter: number): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt8(flags, 0);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([digestOf(Buffer.from(rpId)), tail]);
}

/** COSE_Key (RFC 9052, 7) of a P-256 key: kty EC2, alg ES256, crv P-256, x, y. */
function encodeCoseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}

type CborValue = number | string | Buffer | CborValue[] | Map<number | string, CborValue>;

/** The little of CBOR (RFC 8949) that an attestation needs: integers, byte and text strings, lists, maps. */
function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([cborHead(4, value.length), ...value.map(encodeCbor)]);
  const entries = [...value].flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)]);
  return Buffer.concat([cborHead(5, value.size), ...entries]);
}

function cborHead(major: number, length: number): Buffer {
  const type = major << 5;
  if (length < 24) return Buffer.from([type | length]);
  if (length < 256) return Buffer.from([type | 24, length]);
  return Buffer.concat([Buffer.from([type | 25]), uint16(length)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
