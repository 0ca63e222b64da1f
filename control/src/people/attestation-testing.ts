// A maker of authenticators with a certificate authority of its own, for tests.
import 'reflect-metadata';
import { createPrivateKey, randomBytes, sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60_000;
/** `id-fido-gen-ce-aaguid` (WebAuthn Level 3, 8.2.1). */
const aaguidExtension = '1.3.6.1.4.1.45724.1.1.4';

/** What an authenticator proves its model with, as `test/harness/software-authenticator.ts` takes it. */
export interface TestModel {
  aaguid: string;
  maker: { certificates: Buffer[]; sign(bytes: Buffer): Buffer };
}

/** A maker: its root, and the models it vouches for. */
export interface TestMaker {
  /** PEM. */
  root: string;
  /**
   * @param aaguid the model
   * @param options.certified the model that the certificate names, when it is another
   * @param options.issuer `model`: the certificate was issued by one that may issue none
   * @param options.lastsDays how long the certificate lives; it began yesterday
   */
  model(aaguid: string, options?: ModelOptions): Promise<TestModel>;
}

interface ModelOptions {
  certified?: string;
  issuer?: 'root' | 'intermediate' | 'model';
  lastsDays?: number;
}

interface Authority {
  keys: webcrypto.CryptoKeyPair;
  name: string;
}

/** Makes a maker with fresh keys. */
export async function createTestMaker(name = 'Example Keys'): Promise<TestMaker> {
  const root: Authority = { keys: await newKeys(), name: `C=GB, O=${name}, CN=${name} Root` };
  const certificate = await issue(root, root, true);
  const model: TestMaker['model'] = async (aaguid, { certified = aaguid, issuer = 'root', lastsDays = 3650 } = {}) => {
    const between: Authority = { keys: await newKeys(), name: `C=GB, O=${name}, CN=${name} ${issuer}` };
    const chain = issuer === 'root' ? [] : [await issue(between, root, issuer === 'intermediate')];
    const leaf: Authority = {
      keys: await newKeys(),
      name: `C=GB, O=${name}, OU=Authenticator Attestation, CN=${name} Model`,
    };
    const own = await issue(leaf, issuer === 'root' ? root : between, false, { certified, lastsDays });
    const key = createPrivateKey({
      key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leaf.keys.privateKey)),
      format: 'der',
      type: 'pkcs8',
    });
    const certificates = [own, ...chain].map((each) => Buffer.from(each.rawData));
    return { aaguid, maker: { certificates, sign: (bytes) => sign('sha256', bytes, key) } };
  };
  return { root: certificate.toString('pem'), model };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function issue(
  subject: Authority,
  issuer: Authority,
  ca: boolean,
  { certified, lastsDays = 3650 }: { certified?: string; lastsDays?: number } = {},
): Promise<x509.X509Certificate> {
  const began = Date.now() - day;
  const named = certified === undefined ? [] : [aaguidExtensionOf(certified)];
  return x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject: subject.name,
    issuer: issuer.name,
    publicKey: subject.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(began),
    notAfter: new Date(began + lastsDays * day),
    extensions: [new x509.BasicConstraintsExtension(ca, undefined, true), ...named],
  });
}

function aaguidExtensionOf(aaguid: string): x509.Extension {
  // An OCTET STRING of sixteen bytes in the extension's own.
  const value = Buffer.concat([Buffer.from([0x04, 0x10]), Buffer.from(aaguid.replaceAll('-', ''), 'hex')]);
  return new x509.Extension(aaguidExtension, false, value);
}
