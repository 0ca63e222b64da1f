import type { Words } from './words.ts';

/** The approver in English. */
export const english: Words = {
  pageName: 'Approver',
  approve: 'Approve with your passkey',
  approving: 'Waiting for your passkey…',
  decline: 'Decline',
  approved: 'Approved. You can close this window.',
  declined: 'Declined. Nothing was approved. You can close this window.',
  expiresAt: (moment, left) => `Approve before ${moment}${left === undefined ? '' : ` (${left} left)`}.`,
  months: 'January February March April May June July August September October November December'.split(' '),
  moment: (day, time) => `${day} at ${time}`,
  expired: 'The time to approve this has run out. Close this window and start again.',
  unknownStatement:
    'This page does not understand what it was asked to show, so it cannot be approved. Close this window and tell IT.',
  passkeyNotUsed: 'The passkey was not used: it was cancelled, or it took too long. Try again, or decline.',
  passkeyFailed: 'The passkey did not work here. Try again, or decline and tell IT.',
  validUntil: 'Valid until',
  from: (opens, closes) => `${opens} to ${closes}`,
  grant: {
    title: 'Open a laptop',
    lead: (laptop) => `You let the laptop ${laptop} be opened once, for one consultation.`,
    check: 'Check that the laptop’s own screen shows this pairing code:',
    otherCode: 'If the laptop in front of you shows anything else, decline.',
    laptop: 'Laptop',
    consultant: 'Consultant',
    room: 'The room can be joined',
    openUntil: 'The laptop locks itself at the latest',
    shared: 'While it is open, its camera and microphone can be used. Keep it in sight.',
  },
  order: {
    title: {
      suspend: 'Suspend',
      resume: 'Resume',
      brick: 'Brick: destroy for good',
    },
    lead: {
      suspend: (laptops) =>
        laptops === 1
          ? 'You order this laptop to stop working until it is resumed:'
          : `You order these ${laptops} laptops to stop working until they are resumed:`,
      resume: (laptops) =>
        laptops === 1
          ? 'You allow this suspended laptop to be opened again:'
          : `You allow these ${laptops} suspended laptops to be opened again:`,
      brick: (laptops) =>
        laptops === 1
          ? 'You order this laptop to destroy itself:'
          : `You order these ${laptops} laptops to destroy themselves:`,
    },
    laptops: 'Laptops',
    reason: 'Reason given',
    consequences: {
      suspend: [
        'A consultation that is going on ends at once.',
        'The laptop cannot be opened by anybody until a fleet officer resumes it.',
        'Nothing on it is erased.',
      ],
      resume: ['The laptop is inert again: healthcare staff of its site can open it with their passkey.'],
      brick: [
        'A consultation that is going on ends at once.',
        'The server’s half of the laptop’s key is destroyed immediately, so what is stored on it can never be read again, by anybody.',
        'The laptop wipes itself as soon as it hears of the order, or by itself when it has been out of contact too long.',
        'It never works again and cannot be enrolled again without IT preparing it from the start.',
        'This cannot be undone.',
      ],
    },
    secondPerson: 'A list of laptops needs a second, different person to approve it as well.',
  },
  manifest: {
    title: (version) => `Who may do what (version ${version})`,
    lead: 'Every laptop and the server obey exactly the people and the rules below, until a newer version is approved.',
    trustees: 'Trustees',
    trusteesNote: (threshold) =>
      `They approve the next version of this document. ${count(threshold)} of them must agree.`,
    officers: 'Fleet officers (IT)',
    officersNote: 'Each of them can suspend, resume or brick one laptop at a time; a list takes two of them.',
    site: { prison: (name) => `Prison: ${name}`, hospital: (name) => `Hospital: ${name}` },
    managersNote: (threshold) =>
      `Managers: they approve the list of this site’s people. ${count(threshold)} of them must agree.`,
    siteNumber: (id) => `Site number ${id}`,
    rules: 'Rules',
    policy: (policy) => [
      `An opened laptop locks itself after ${policy.activationMinutes} minutes at the latest.`,
      `The approval to open a laptop must be used within ${policy.grantMinutes} minutes.`,
      `An open laptop that nobody touches locks itself after ${policy.idleMinutes} minutes outside a room.`,
      `A laptop out of contact for ${policy.suspendAfterHours} hours suspends itself.`,
      `A laptop out of contact for ${policy.eraseAfterHours} hours erases itself for good.`,
      `Approvals are given at ${policy.approverOrigin} only.`,
      `Passkeys belong to ${policy.rpId}.`,
    ],
    otherApprover: (origin) =>
      `Careful: from this version on, approvals are given at ${origin}, which is not this page. Decline unless you expect that.`,
    otherRelyingParty: (rpId) =>
      `Careful: from this version on, passkeys belong to ${rpId}, which is not what this page uses. Decline unless you expect that.`,
  },
  roster: {
    title: (site, version) => `The people of ${site} (version ${version})`,
    lead: 'You confirm that these people, and only these, work there: healthcare staff of a prison, who may open its laptops, or consultants of a hospital.',
    people: 'People',
    nobody: 'Nobody',
    note: 'Whoever is not on this list can no longer act for the site.',
  },
  person: (name, passkeys) => (passkeys === 1 ? name : `${name} (${passkeys} passkeys)`),
};

function count(people: number): string {
  return people === 1 ? 'One' : String(people);
}
