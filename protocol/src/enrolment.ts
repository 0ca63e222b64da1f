import * as z from 'zod';
import { approvedStatement } from './approvals.ts';
import { base64url, identifier, line, sha256 } from './primitives.ts';
import { erasureProof } from './erasure.ts';

/** The TLS server name of every control's device ports: private, so that the address can be anything. */
export const controlServerName = 'control.sallyport.internal';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const secretBytes = 10;
const anchorBytes = 16;
const checkBytes = 2;

/** An enrolment ticket: where to enrol, the one-time secret, and the anchor that makes control and manifest trusted. */
export interface EnrolmentTicket {
  /** host:port of control's enrolment port. */
  address: string;
  /** 10 random bytes, used once. */
  secret: Uint8Array<ArrayBuffer>;
  /** The first 16 bytes of SHA-256(SHA-256(CA certificate DER) ‖ SHA-256(manifest statement bytes)). */
  anchor: Uint8Array<ArrayBuffer>;
}

/**
 * The commitment a ticket carries to control's device CA and to a manifest, 16 bytes.
 * @param caCertificate the CA certificate, DER
 * @param manifest the exact bytes of the manifest statement
 */
export async function enrolmentAnchor(
  caCertificate: Uint8Array<ArrayBuffer>,
  manifest: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const both = new Uint8Array(64);
  both.set(await sha256(caCertificate), 0);
  both.set(await sha256(manifest), 32);
  return (await sha256(both)).slice(0, anchorBytes);
}

/** Writes a ticket as the text that a file carries or a person types: `SALLYPORT host:port XXXXX-XXXXX-…`. */
export async function formatTicket(ticket: EnrolmentTicket): Promise<string> {
  const body = new Uint8Array(secretBytes + anchorBytes);
  body.set(ticket.secret, 0);
  body.set(ticket.anchor, secretBytes);
  const whole = new Uint8Array(body.length + checkBytes);
  whole.set(body, 0);
  whole.set(await ticketCheck(ticket.address, body), body.length);
  const groups = toBase32(whole).match(/.{1,5}/g) ?? [];
  return `SALLYPORT ${ticket.address} ${groups.join('-')}`;
}

/**
 * Reads a ticket from a file's or a person's text; case, spaces and dashes in the code do not matter.
 * @returns the ticket, or undefined when it is none or mistyped (two check bytes)
 */
export async function parseTicket(text: string): Promise<EnrolmentTicket | undefined> {
  if (text.length > 500) return undefined;
  const match = /^\s*SALLYPORT\s+([a-z0-9.-]{1,253}:\d{1,5}|\[[0-9a-f:]{2,45}\]:\d{1,5})\s+([0-9A-Z\s-]+?)\s*$/i.exec(
    text,
  );
  const [, address, code] = match ?? [];
  if (address === undefined || code === undefined) return undefined;
  const whole = fromBase32(code);
  if (whole?.length !== secretBytes + anchorBytes + checkBytes) return undefined;
  const body = whole.slice(0, secretBytes + anchorBytes);
  const check = await ticketCheck(address.toLowerCase(), body);
  if (check.some((byte, index) => byte !== whole[body.length + index])) return undefined;
  return { address: address.toLowerCase(), secret: body.slice(0, secretBytes), anchor: body.slice(secretBytes) };
}

async function ticketCheck(address: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const host = new TextEncoder().encode(address);
  const input = new Uint8Array(host.length + body.length);
  input.set(host, 0);
  input.set(body, host.length);
  return (await sha256(input)).slice(0, checkBytes);
}

function toBase32(bytes: Uint8Array): string {
  let value = 0;
  let bits = 0;
  let text = '';
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >>> (bits - 5)) & 31);
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}

function fromBase32(code: string): Uint8Array<ArrayBuffer> | undefined {
  const symbols = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const bytes: number[] = [];
  let value = 0;
  let bits = 0;
  for (const symbol of symbols) {
    const index = alphabet.indexOf(symbol);
    if (index < 0) return undefined;
    value = ((value << 5) | index) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
  }
  // SECURITY: one text for one ticket: the unused bits of the last symbol are zero (S14).
  return (value & ((1 << bits) - 1)) === 0 ? Uint8Array.from(bytes) : undefined;
}

/** `GET /anchor` on the enrolment port, over TLS that is not trusted yet: compared with the ticket's anchor. */
export const anchorAnswer = z.strictObject({
  /** PEM. */
  caCertificate: z.string().max(8192),
  manifest: approvedStatement,
});

/** `POST /enrol`, over TLS verified against the anchored CA. */
export const enrolRequest = z.strictObject({
  secret: base64url(secretBytes),
  /** PKCS #10 request for the device's P-256 key, PEM. */
  certificateRequest: z.string().max(4096),
  /** The device's P-256 public key for sealing (RFC 9180 DHKEM(P-256)), uncompressed point, 65 bytes. */
  sealingKey: base64url(65),
});

export const enrolAnswer = z.strictObject({
  device: z.strictObject({ id: identifier, name: line(40), site: identifier, siteName: line(80) }),
  /** The device's certificate, PEM. */
  certificate: z.string().max(8192),
  /** host:port of the device link. */
  link: z.string().max(300),
  roster: approvedStatement,
});
export type EnrolAnswer = z.infer<typeof enrolAnswer>;

/** `POST /erasure`: a device that has no certificate any more delivers what it signed before, and how far it has come. */
export const erasureDelivery = erasureProof;

/** Why a laptop was not enrolled. Closed, in words on its screen. */
export const enrolmentRefusal = z.enum([
  'malformed-ticket',
  'not-reachable',
  'wrong-anchor',
  'ticket-refused',
  'malformed-answer',
  'not-saved',
]);
export type EnrolmentRefusal = z.infer<typeof enrolmentRefusal>;
