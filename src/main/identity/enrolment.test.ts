import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { decodeReceipt, enrolmentAnchor, formatTicket, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { ApprovedStatement, EnrolAnswer, Receipt } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { isCertificateFor, isDueForRenewal } from './certificates.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './control-http.ts';
import { certificateRequestFor, makeDeviceKeys } from './device-keys.ts';
import { enrol } from './enrolment.ts';
import { signReceipt } from './receipt-signing.ts';
import { makeAuthority } from '../platform/testing/authority.ts';

const now = Date.now();
const day = 86_400_000;
const fleet = sampleFleet(now);
const manifest = fleet.approved(fleet.manifest, fleet.people.trustee);
const roster = fleet.approved(fleet.roster, fleet.people.prisonManager);
const authority = await makeAuthority(now);
const stranger = await makeAuthority(now);
const address = '127.0.0.1:8445';
const secret = new Uint8Array(10).fill(3);

async function ticketFor(pem: string, approved: ApprovedStatement): Promise<string> {
  const der = Uint8Array.from(new X509Certificate(pem).raw);
  const bytes = fromBase64url(approved.statement) ?? new Uint8Array();
  return formatTicket({ address, secret, anchor: await enrolmentAnchor(der, bytes) });
}

interface Control {
  anchor?: unknown;
  answer?: (body: { certificateRequest: string }) => Promise<Partial<EnrolAnswer>>;
  status?: number;
}

function exchangeWith(control: Control = {}) {
  const requests: ControlHttpRequest[] = [];
  const exchange = async (request: ControlHttpRequest): Promise<ControlHttpAnswer> => {
    requests.push(request);
    if (request.path === '/anchor') {
      const value = control.anchor ?? { caCertificate: authority.certificate, manifest };
      return { outcome: 'answered', status: 200, value };
    }
    const body = request.body as { certificateRequest: string };
    const { id, name, site } = fleet.device;
    const device = { id, name, site, siteName: 'HMP Exemplar' };
    const certificate = await authority.certify(body.certificateRequest);
    const value = { device, certificate, link: '127.0.0.1:8444', roster, ...(await control.answer?.(body)) };
    return { outcome: 'answered', status: control.status ?? 200, value };
  };
  return { exchange, requests };
}

async function enrolling(control: Control = {}, ticket?: string, isRosterGood = true) {
  const { exchange, requests } = exchangeWith(control);
  const text = ticket ?? (await ticketFor(authority.certificate, manifest));
  const outcome = await enrol(text, { exchange, isRosterGood: async () => isRosterGood, now: () => now });
  return { outcome, requests, said: outcome.outcome === 'refused' ? outcome.problem : outcome.outcome };
}

describe('S14 identity of control: enrolment with a ticket', () => {
  test('gives the laptop its identity and the trust it starts with', async () => {
    const { outcome, requests } = await enrolling();
    expect(outcome).toMatchObject({
      outcome: 'enrolled',
      enrolled: {
        manifest,
        roster,
        identity: { enrolment: address, link: '127.0.0.1:8444', device: { id: fleet.device.id, site: fleet.prison } },
      },
    });
    expect(requests.map(({ path, trust }) => [path, trust])).toEqual([
      ['/anchor', 'not-yet'],
      ['/enrol', { caCertificate: authority.certificate }],
    ]);
    expect(requests[1]?.body).toMatchObject({ secret: toBase64url(secret) });
  });

  test('its private keys never leave it', async () => {
    const { outcome, requests } = await enrolling();
    const sent = JSON.stringify(requests);
    if (outcome.outcome !== 'enrolled') throw new Error('not enrolled');
    const { signingKey, sealingKey } = outcome.enrolled.identity;
    expect(sent).not.toContain(sealingKey);
    expect(sent).not.toContain(signingKey.split('\n')[1]);
  });

  test.each(['', 'SALLYPORT', 'SALLYPORT 127.0.0.1:1 AAAAA-AAAAA'])(
    '%j is no ticket: nobody is asked',
    async (text) => {
      const { said, requests } = await enrolling({}, text);
      expect([said, requests]).toEqual(['malformed-ticket', []]);
    },
  );

  test('a mistyped symbol is no ticket', async () => {
    const ticket = await ticketFor(authority.certificate, manifest);
    const changed = ticket.replace(/.$/, (symbol) => (symbol === '0' ? '1' : '0'));
    expect((await enrolling({}, changed)).said).toBe('malformed-ticket');
  });

  test.each([
    ['authority', { caCertificate: stranger.certificate, manifest }],
    [
      'manifest',
      {
        caCertificate: authority.certificate,
        manifest: fleet.approved({ ...fleet.manifest, version: 2 }, fleet.people.trustee),
      },
    ],
  ])('another %s than the ticket’s gets no secret', async (_what, anchor) => {
    const { said, requests } = await enrolling({ anchor });
    expect(said).toBe('wrong-anchor');
    expect(requests.map(({ path }) => path)).toEqual(['/anchor']);
  });

  test('a second authority beside the anchored one is refused', async () => {
    const caCertificate = `${authority.certificate}\n${stranger.certificate}`;
    expect((await enrolling({ anchor: { caCertificate, manifest } })).said).toBe('wrong-anchor');
  });

  test('an anchored manifest that its trustees did not approve is refused', async () => {
    const unapproved = fleet.approved(fleet.manifest, fleet.people.nurse);
    const ticket = await ticketFor(authority.certificate, unapproved);
    const anchor = { caCertificate: authority.certificate, manifest: unapproved };
    expect((await enrolling({ anchor }, ticket)).said).toBe('malformed-answer');
  });

  test('a ticket that control refuses', async () => {
    expect((await enrolling({ status: 403 })).said).toBe('ticket-refused');
  });

  test('control that cannot be reached', async () => {
    const exchange = async (): Promise<ControlHttpAnswer> => ({ outcome: 'not-reachable' });
    const text = await ticketFor(authority.certificate, manifest);
    const outcome = await enrol(text, { exchange, isRosterGood: async () => true, now: () => now });
    expect(outcome).toEqual({ outcome: 'refused', problem: 'not-reachable' });
  });

  test.each<[string, NonNullable<Control['answer']>]>([
    ['for another key', async () => ({ certificate: await authority.certify(await anotherRequest()) })],
    ['of another authority', async (body) => ({ certificate: await stranger.certify(body.certificateRequest) })],
    [
      'that has expired',
      async (body) => ({
        certificate: await authority.certify(body.certificateRequest, { from: now - 9 * day, to: now - day }),
      }),
    ],
    ['that is the authority’s own', async () => ({ certificate: authority.certificate })],
    ['that is none', async () => ({ certificate: 'PEM' })],
  ])('a certificate %s is refused', async (_what, answer) => {
    expect((await enrolling({ answer })).said).toBe('malformed-answer');
  });

  test('a roster that does not stand, a link that is no address, a member too many are refused', async () => {
    expect((await enrolling({}, undefined, false)).said).toBe('malformed-answer');
    expect((await enrolling({ answer: async () => ({ link: 'nowhere' }) })).said).toBe('malformed-answer');
    expect((await enrolling({ answer: async () => ({ more: 1 }) as never })).said).toBe('malformed-answer');
  });
});

async function anotherRequest(): Promise<string> {
  return certificateRequestFor((await makeDeviceKeys()).signingKey);
}

describe('S14 the laptop’s certificate', () => {
  test('is renewed when less than a third of its life is left', async () => {
    const { signingKey } = await makeDeviceKeys();
    const life = { from: now, to: now + 90 * day };
    const certificate = await authority.certify(await certificateRequestFor(signingKey), life);
    const due = [0, 59, 61, 91].map((days) => isDueForRenewal(certificate, now + days * day));
    expect(due).toEqual([false, false, true, true]);
    expect(isDueForRenewal('none', now)).toBe(true);
    const facts = { caCertificate: authority.certificate, signingKey, now };
    expect(isCertificateFor(certificate, facts)).toBe(true);
    expect(isCertificateFor(certificate, { ...facts, now: now + 91 * day })).toBe(false);
    expect(isCertificateFor(certificate, { ...facts, now: now - day })).toBe(false);
  });
});

test('a receipt is signed with the laptop’s key, r ‖ s over its exact bytes', async () => {
  const { signingKey } = await makeDeviceKeys();
  const receipt: Receipt = {
    sallyport: 1,
    type: 'receipt',
    device: fleet.device.id,
    statement: toBase64url(new Uint8Array(32)),
    order: 'brick',
    sequence: 1,
    outcome: { result: 'executed' },
    at: now,
  };
  const signed = await signReceipt(signingKey, receipt);
  const [bytes, signature] = [fromBase64url(signed.receipt), fromBase64url(signed.signature)];
  expect(bytes && decodeReceipt(bytes)).toEqual(receipt);
  const key = { key: createPublicKey(signingKey), dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', bytes ?? new Uint8Array(), key, signature ?? new Uint8Array())).toBe(true);
});
