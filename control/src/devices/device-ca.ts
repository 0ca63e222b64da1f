import 'reflect-metadata';
import { createHash, createPublicKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { controlServerName } from '@sallyport/protocol';
import type { Clock } from '../ports.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const minute = 60_000;
const day = 24 * 60 * minute;
const caLife = 20 * 365 * day;
/** Clocks of laptops and control may differ by this much when a certificate is new. */
const backdated = 5 * minute;

/** How long a device certificate lives, ms. */
export const deviceCertificateLife = 90 * day;
/** How long control's own certificate for its device ports lives, ms. */
export const serverCertificateLife = 30 * day;

/** The device CA as it is kept in the database: PEM certificate and PKCS #8 PEM key. */
export interface DeviceCaMaterial {
  certificate: string;
  key: string;
}

export interface DeviceCertificate {
  pem: string;
  /** SHA-256 of the DER. */
  fingerprint: Buffer;
  notAfter: Date;
}

/** Control's own certificate and key for its device ports; the chain ends with the CA, which devices pin. */
export interface ServerCertificate {
  chain: string;
  key: string;
  notAfter: Date;
}

/** A PKCS #10 request (RFC 2986) whose signature proved that the asker holds the key. */
export interface VerifiedRequest {
  /** SPKI DER of the P-256 key. */
  publicKey: Buffer;
}

/** Makes a fleet's device CA (P-256, 20 years): once, when control is initialised. */
export async function createDeviceCa(clock: Clock): Promise<DeviceCaMaterial> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['Sallyport device CA'] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(clock, caLife),
    extensions: [
      // SECURITY: a CA that can make no further CA (RFC 5280, 4.2.1.9) (S14).
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

/**
 * Verifies a laptop's certificate request.
 * @param pem PKCS #10, PEM
 * @returns the key it proves possession of, or undefined when it is malformed, not for a P-256 key, or its signature
 *   does not verify. Never throws on bad input.
 */
export async function verifyCertificateRequest(pem: string): Promise<VerifiedRequest | undefined> {
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const publicKey = Buffer.from(request.publicKey.rawData);
    // SECURITY: one curve, and proof of possession before anything is issued (S14).
    if (!isP256(publicKey) || !(await request.verify())) return undefined;
    return { publicKey };
  } catch {
    return undefined;
  }
}

function isP256(publicKey: Buffer): boolean {
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** Issues certificates for the device link: to laptops as clients, to control as the server. */
export class DeviceCa {
  /** PEM: what devices pin, and what the link trusts for client certificates. */
  readonly certificate: string;
  readonly #issuer: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;
  readonly #clock: Clock;

  private constructor(material: DeviceCaMaterial, key: webcrypto.CryptoKey, clock: Clock) {
    this.certificate = material.certificate;
    this.#issuer = new x509.X509Certificate(material.certificate);
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Takes the CA made at initialisation into use.
   * @throws when the material is damaged
   */
  static async load(material: DeviceCaMaterial, clock: Clock): Promise<DeviceCa> {
    const [der] = x509.PemConverter.decode(material.key);
    if (der === undefined) throw new Error('the device CA key is not PEM');
    const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    return new DeviceCa(material, key, clock);
  }

  /** The CA certificate, DER: what an enrolment ticket's anchor commits to. */
  get der(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#issuer.rawData);
  }

  /**
   * Issues a laptop's certificate: 90 days, client authentication only, the device id as its only name.
   * @param device the device's id
   * @param request what `verifyCertificateRequest` returned
   */
  async issueDevice(device: string, request: VerifiedRequest): Promise<DeviceCertificate> {
    const certificate = await this.#issue({
      name: device,
      publicKey: new x509.PublicKey(new Uint8Array(request.publicKey)),
      life: deviceCertificateLife,
      extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth], true)],
    });
    return {
      pem: certificate.toString('pem'),
      fingerprint: fingerprintOf(certificate),
      notAfter: certificate.notAfter,
    };
  }

  /** Makes a fresh key and certificate for control's own device ports: 30 days, DNS name `controlServerName`. */
  async issueServer(): Promise<ServerCertificate> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await this.#issue({
      name: controlServerName,
      publicKey: await x509.PublicKey.create(keys.publicKey),
      life: serverCertificateLife,
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth], true),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: controlServerName }]),
      ],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      chain: `${certificate.toString('pem')}\n${this.certificate}\n`,
      key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
      notAfter: certificate.notAfter,
    };
  }

  async #issue(params: {
    name: string;
    publicKey: x509.PublicKey;
    life: number;
    extensions: x509.Extension[];
  }): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      subject: [{ CN: [params.name] }],
      issuer: this.#issuer.subjectName,
      publicKey: params.publicKey,
      signingKey: this.#key,
      signingAlgorithm: algorithm,
      ...validity(this.#clock, params.life),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...params.extensions,
        await x509.SubjectKeyIdentifierExtension.create(params.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#issuer.publicKey),
      ],
    });
  }
}

function fingerprintOf(certificate: x509.X509Certificate): Buffer {
  return createHash('sha256').update(new Uint8Array(certificate.rawData)).digest();
}

function validity(clock: Clock, life: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(clock.now() - backdated), notAfter: new Date(clock.now() + life) };
}
