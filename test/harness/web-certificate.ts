import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A self-made certificate for https://localhost, and the public key by which a browser is told to accept it. */
export interface WebCertificate {
  certificate: string;
  key: string;
  /** base64 SHA-256 of the SubjectPublicKeyInfo. */
  trustedKey: string;
}

/** Makes a certificate for localhost, valid for a day, as PEM files in a folder. */
export async function createWebCertificate(folder: string): Promise<WebCertificate> {
  cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [
      new BasicConstraintsExtension(false),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const certificate = join(folder, 'console-certificate.pem');
  const key = join(folder, 'console-key.pem');
  await writeFile(certificate, made.toString('pem'));
  await writeFile(
    key,
    `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n').trim()}\n-----END PRIVATE KEY-----\n`,
    { mode: 0o600 },
  );
  const trustedKey = createHash('sha256').update(Buffer.from(made.publicKey.rawData)).digest('base64');
  return { certificate, key, trustedKey };
}
