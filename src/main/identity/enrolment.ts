import { timingSafeEqual, X509Certificate } from 'node:crypto';
import {
  anchorAnswer,
  decodeStatement,
  enrolAnswer,
  enrolmentAnchor,
  fromBase64url,
  parseTicket,
  toBase64url,
} from '@sallyport/protocol';
import type { ApprovedStatement, EnrolAnswer, EnrolmentRefusal, EnrolmentTicket, Manifest } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { ControlHttpAnswer, ControlHttpRequest } from './control-http.ts';
import { hostAndPort } from './control-http.ts';
import { isCertificateFor } from './certificates.ts';
import type { DeviceKeys } from './device-keys.ts';
import { certificateRequestFor, makeDeviceKeys } from './device-keys.ts';
import type { KeptIdentity } from './identity.ts';

/** A device's identity and the trust it starts with. */
export interface Enrolled {
  readonly identity: KeptIdentity;
  readonly manifest: ApprovedStatement;
  readonly roster: ApprovedStatement;
}

/** What {@link enrol} came to. */
export type EnrolmentOutcome =
  | { readonly outcome: 'enrolled'; readonly enrolled: Enrolled }
  | { readonly outcome: 'refused'; readonly problem: EnrolmentRefusal };

/** What {@link enrol} needs. */
export interface EnrolmentParts {
  readonly exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
  /** Verifies the roster for the device's site, as `verifyRoster` of the trust concern. */
  readonly isRosterGood: (roster: ApprovedStatement, manifest: Manifest, site: string) => Promise<boolean>;
  readonly now: () => number;
}

interface Anchored {
  readonly caCertificate: string;
  readonly approved: ApprovedStatement;
  readonly manifest: Manifest;
}

/**
 * Enrols the device with a ticket: compares control's certificate authority and manifest with the ticket's anchor, makes
 * the device's keys, and takes its certificate and its site's roster over TLS verified against that authority.
 * @param text the ticket as typed or read from a file
 * @returns the identity and trust to keep, or the closed reason why not; nothing is kept here
 */
export async function enrol(text: string, parts: EnrolmentParts): Promise<EnrolmentOutcome> {
  const ticket = await parseTicket(text);
  if (ticket === undefined) return refuse('malformed-ticket');
  const anchored = await fetchAnchored(ticket, parts);
  if (typeof anchored === 'string') return refuse(anchored);
  const keys = await makeDeviceKeys();
  const answer = await askForIdentity(ticket, anchored, keys, parts);
  if (typeof answer === 'string') return refuse(answer);
  const { device, certificate, link, roster } = answer;
  const { caCertificate, manifest, approved } = anchored;
  const { signingKey, sealingKey } = keys;
  if (hostAndPort(link) === undefined) return refuse('malformed-answer');
  const facts = { caCertificate, signingKey, now: parts.now() };
  if (!isCertificateFor(certificate, facts)) return refuse('malformed-answer');
  if (!(await parts.isRosterGood(roster, manifest, device.site))) return refuse('malformed-answer');
  const own = { device, enrolment: ticket.address, link };
  const identity: KeptIdentity = { ...own, caCertificate, certificate, signingKey, sealingKey };
  return { outcome: 'enrolled', enrolled: { identity, manifest: approved, roster } };
}

async function fetchAnchored(
  ticket: EnrolmentTicket,
  { exchange, now }: EnrolmentParts,
): Promise<Anchored | EnrolmentRefusal> {
  const answer = await exchange({ address: ticket.address, method: 'GET', path: '/anchor', trust: 'not-yet' });
  if (answer.outcome === 'not-reachable') return 'not-reachable';
  const parsed = answer.outcome === 'answered' ? anchorAnswer.safeParse(answer.value) : undefined;
  if (parsed?.success !== true) return 'malformed-answer';
  const { caCertificate, manifest: approved } = parsed.data;
  const bytes = fromBase64url(approved.statement);
  if (bytes === undefined) return 'malformed-answer';
  if (!(await isAnchored(ticket, caCertificate, bytes))) return 'wrong-anchor';
  const manifest = await verifiedManifest(bytes, approved.approvals, now());
  return manifest === undefined ? 'malformed-answer' : { caCertificate, approved, manifest };
}

/** SECURITY: the ticket, which came another way, decides whom the device trusts for good (S14). */
async function isAnchored(
  { anchor }: EnrolmentTicket,
  caCertificate: string,
  manifest: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const der = derOf(caCertificate);
  return der !== undefined && timingSafeEqual(await enrolmentAnchor(der, manifest), anchor);
}

async function verifiedManifest(
  bytes: Uint8Array<ArrayBuffer>,
  approvals: ApprovedStatement['approvals'],
  now: number,
): Promise<Manifest | undefined> {
  const manifest = decodeStatement(bytes);
  if (manifest?.type !== 'manifest') return undefined;
  const verified = await verifyStatement(bytes, approvals, manifest, { type: 'manifest', now, anchored: true });
  return verified.accepted ? manifest : undefined;
}

async function askForIdentity(
  { address, secret }: EnrolmentTicket,
  { caCertificate }: Anchored,
  keys: DeviceKeys,
  { exchange }: EnrolmentParts,
): Promise<EnrolAnswer | EnrolmentRefusal> {
  const body = {
    secret: toBase64url(secret),
    certificateRequest: await certificateRequestFor(keys.signingKey),
    sealingKey: keys.sealingPublicKey,
  };
  const answer = await exchange({ address, method: 'POST', path: '/enrol', trust: { caCertificate }, body });
  if (answer.outcome === 'not-reachable') return 'not-reachable';
  if (answer.outcome === 'malformed') return 'malformed-answer';
  if (answer.status >= 400 && answer.status < 500) return 'ticket-refused';
  const parsed = enrolAnswer.safeParse(answer.value);
  return answer.status < 300 && parsed.success ? parsed.data : 'malformed-answer';
}

/** The anchored text must be one certificate, so that nobody can slip a second authority in beside it. */
function derOf(pem: string): Uint8Array<ArrayBuffer> | undefined {
  if (pem.split('-----BEGIN').length !== 2) return undefined;
  try {
    return Uint8Array.from(new X509Certificate(pem).raw);
  } catch {
    return undefined;
  }
}

function refuse(problem: EnrolmentRefusal): EnrolmentOutcome {
  return { outcome: 'refused', problem };
}
