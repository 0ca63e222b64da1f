import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Extension, PublicKey } from '@peculiar/x509';

/** A key of the Web Cryptography API, whichever library declares it. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** A certificate authority for tests, as control makes one for its devices. */
export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** Issues a device's certificate for its request (PKCS #10, PEM). */
  certify(request: string, life?: { readonly from: number; readonly to: number }): Promise<string>;
  /** A server's certificate and key for a name, PEM. */
  server(name: string): Promise<Identity>;
  /** A device's certificate and key, PEM. */
  client(): Promise<Identity>;
}

/** A certificate and its key, PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority that is valid around `now`, ms since 1970. */
export async function makeAuthority(now: number): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = 'CN=Test authority';
  const issue = async (
    subject: string,
    publicKey: PublicKey | Key,
    extensions: Extension[],
    life = { from: now - day, to: now + 90 * day },
  ): Promise<string> => {
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: name,
      notBefore: new Date(life.from),
      notAfter: new Date(life.to),
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    });
    return certificate.toString('pem');
  };
  return {
    certificate: await issue(name, keys.publicKey, [new BasicConstraintsExtension(true, 0, true)]),
    certify: async (text, life) => {
      const request = new Pkcs10CertificateRequest(text);
      if (!(await request.verify())) throw new Error('the request does not prove its key');
      return issue(
        'CN=device',
        request.publicKey,
        [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
        life,
      );
    },
    server: async (host) =>
      identity(issue, [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      ]),
    client: async () => identity(issue, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]),
  };
}

async function identity(
  issue: (subject: string, key: PublicKey | Key, extensions: Extension[]) => Promise<string>,
  extensions: Extension[],
): Promise<Identity> {
  const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await issue('CN=peer', own.publicKey, extensions);
  return { cert, key: KeyObject.from(own.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString() };
}
