import { formatPairingCode, fromBase64url, pairingCodeOf, sha256, toBase64url } from '@sallyport/protocol';
import type { Grant, GuestKind, Join, Order } from '@sallyport/protocol';
import type { Description, Section } from './description.ts';
import { formatMoment } from './moments.ts';
import { numbered, recordOf } from './record.ts';
import type { Words } from './words.ts';

/** @returns undefined when the pairing nonce is none */
export async function describeGrant(grant: Grant, words: Words): Promise<Description | undefined> {
  const nonce = fromBase64url(grant.pairingNonce);
  if (nonce?.byteLength !== 16) return undefined;
  const { consultant, opensAt, closesAt } = grant.appointment;
  return {
    title: words.grant.title,
    lead: words.grant.lead(grant.device.name),
    check: {
      instruction: words.grant.check,
      code: formatPairingCode(await pairingCodeOf(nonce)),
      otherwise: words.grant.otherCode,
    },
    sections: [
      said(words.grant.laptop, grant.device.name),
      said(words.grant.consultant, `${consultant.name}, ${consultant.hospital.name}`),
      said(words.grant.room, words.from(formatMoment(opensAt, words), formatMoment(closesAt, words))),
      said(words.grant.openUntil, formatMoment(grant.openUntil, words)),
      said(words.others.heading, words.others.nobody),
    ],
    contents: folded(recordOfGrant(grant, words)),
    warnings: [words.grant.shared],
    grave: false,
  };
}

function recordOfGrant(grant: Grant, words: Words): Section {
  const { device, appointment, sequence, manifestVersion } = grant;
  return recordOf(
    grant,
    [
      numbered('manifest', manifestVersion, words),
      numbered('laptop', device.id, words),
      numbered('laptopKey', device.key, words),
      numbered('sequence', sequence, words),
      numbered('site', device.site, words),
      numbered('appointment', appointment.id, words),
      numbered('person', appointment.consultant.id, words),
      numbered('hospital', appointment.consultant.hospital.id, words),
    ],
    words,
  );
}

/** Describes a join: a consultant's own, or that of a guest whom they let in. @returns undefined when its key is none */
export async function describeJoin(join: Join, words: Words): Promise<Description | undefined> {
  const key = fromBase64url(join.mediaKey);
  if (key?.byteLength !== 65) return undefined;
  const digest = toBase64url(await sha256(key));
  const { kind } = join.participant;
  return kind === 'interpreter' || kind === 'clinician'
    ? describeGuest(join, kind, digest, words)
    : describeOwn(join, digest, words);
}

function describeOwn(join: Join, digest: string, words: Words): Description {
  const { participant, device } = join;
  return {
    title: words.join.title,
    lead: words.join.lead(formatMoment(join.issuedAt, words), device.name, device.prison.name, participant.name),
    sections: [
      said(words.join.name, participant.name),
      said(words.join.hospital, participant.site.name),
      said(words.join.laptop, device.name),
      said(words.join.prison, device.prison.name),
      said(words.others.heading, words.others.nobody),
    ],
    contents: folded(recordOfJoin(join, { who: 'person', digest }, words)),
    warnings: [words.join.shown],
    grave: false,
  };
}

function describeGuest(join: Join, kind: GuestKind, digest: string, words: Words): Description {
  const { participant, device } = join;
  return {
    title: words.guest.title,
    lead: words.guest.lead(participant.name, formatMoment(join.issuedAt, words), device.name, device.prison.name),
    sections: [
      said(words.guest.name, participant.name),
      said(words.guest.kind, words.guest.kinds[kind]),
      said(words.guest.hospital, participant.site.name),
      said(words.join.laptop, device.name),
      said(words.join.prison, device.prison.name),
      said(words.others.heading, words.others.nobody),
    ],
    contents: folded(recordOfJoin(join, { who: 'guest', digest }, words)),
    // SECURITY: control says who waits; that it is them, the consultant alone can tell (S20, S38).
    warnings: [words.guest.known, words.guest.shown],
    grave: false,
  };
}

function recordOfJoin(join: Join, { who, digest }: { who: 'person' | 'guest'; digest: string }, words: Words): Section {
  const { device, participant, appointment, manifestVersion } = join;
  return recordOf(
    join,
    [
      numbered('manifest', manifestVersion, words),
      numbered('appointment', appointment, words),
      numbered('laptop', device.id, words),
      numbered('site', device.prison.id, words),
      numbered(who, participant.id, words),
      numbered('hospital', participant.site.id, words),
      numbered('joinKey', digest, words),
    ],
    words,
  );
}

/** Describes an order, with every laptop it names and what follows from it. */
export function describeOrder(order: Order, words: Words): Description {
  const { orderOfOne, orderOfSeveral, heading } = words.others;
  return {
    title: words.order.title[order.order],
    lead: words.order.lead[order.order](order.devices.length),
    sections: [
      { heading: words.order.laptops, items: order.devices.map(({ name }) => ({ text: name })) },
      said(words.order.reason, order.reason),
      said(heading, order.devices.length > 1 ? orderOfSeveral : orderOfOne),
    ],
    contents: folded(recordOfOrder(order, words)),
    warnings: words.order.consequences[order.order],
    grave: order.order === 'brick',
  };
}

function recordOfOrder(order: Order, words: Words): Section {
  const { laptop, sequence } = words.record;
  const devices = order.devices.map((device) => ({
    text: `${laptop} ${device.name}: ${device.id}`,
    detail: `${sequence}: ${device.sequence}`,
  }));
  return recordOf(order, [numbered('manifest', order.manifestVersion, words), ...devices], words);
}

function said(heading: string, text: string): Section {
  return { heading, items: [{ text }] };
}

function folded(record: Section): Description['contents'] {
  return { summary: record.heading, open: false, sections: [{ ...record, heading: '' }] };
}
