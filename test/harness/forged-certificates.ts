import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate authority: control's own, stolen, or one that somebody made up. PEM. */
export interface Authority {
  certificate: string;
  key: string;
}

/** A certificate and its key, PEM. */
export interface Issued {
  chain: string;
  key: string;
}

/** Makes an authority that says of itself what it likes. */
export async function makeAuthority(name: string): Promise<Authority> {
  cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new BasicConstraintsExtension(true, 0, true)];
  const facts = { name: `CN=${name}`, keys, signingAlgorithm: algorithm, extensions, ...validity() };
  const made = await X509CertificateGenerator.createSelfSigned(facts);
  return { certificate: made.toString('pem'), key: await pemOf(keys.privateKey) };
}

/**
 * Issues a certificate from an authority.
 * @param name its subject, and for a server its DNS name
 */
export async function issue(authority: Authority, name: string, usage: 'server' | 'client'): Promise<Issued> {
  cryptoProvider.set(crypto);
  const [der = new ArrayBuffer(0)] = PemConverter.decode(authority.key);
  const signingKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const use = usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const made = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: new X509Certificate(authority.certificate).subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([use], true),
      ...(usage === 'server' ? [new SubjectAlternativeNameExtension([{ type: 'dns', value: name }])] : []),
    ],
    ...validity(),
  });
  return { chain: `${made.toString('pem')}\n${authority.certificate}\n`, key: await pemOf(keys.privateKey) };
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };
}

async function pemOf(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
