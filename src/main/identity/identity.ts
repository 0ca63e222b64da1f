import { base64url, identifier, line } from '@sallyport/protocol';
import * as z from 'zod';

/** Who a device is: kept in the sealed record from its enrolment on. */
export const keptIdentity = z.strictObject({
  device: z.strictObject({ id: identifier, name: line(40), site: identifier, siteName: line(80) }),
  /** host:port of control's enrolment port, where receipts are taken as well. */
  enrolment: z.string().max(300),
  /** host:port of the device link. */
  link: z.string().max(300),
  /** The only certificate authority the device trusts, PEM. */
  caCertificate: z.string().max(8192),
  /** The device's own certificate, PEM. */
  certificate: z.string().max(8192),
  /** The device's P-256 key for its certificate and its receipts, PKCS #8, PEM. */
  signingKey: z.string().max(1024),
  /** The device's P-256 private scalar that opens server shares (RFC 9180), base64url. */
  sealingKey: base64url(32),
});
export type KeptIdentity = z.infer<typeof keptIdentity>;
