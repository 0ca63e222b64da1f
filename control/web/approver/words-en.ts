import type { PlatformEraser } from '@sallyport/protocol';
import type { Words } from './words.ts';

/** The approver in English. */
export const english: Words = {
  pageName: 'Approver',
  approve: 'Approve with your passkey',
  approving: 'Waiting for your passkey…',
  decline: 'Decline',
  approved: 'Approved. You can close this window.',
  declined: 'Declined. Nothing was approved. You can close this window.',
  expiresAt: (moment, left) => `Approve before ${moment} (${left} left).`,
  months: 'January February March April May June July August September October November December'.split(' '),
  moment: (day, time) => `${day} at ${time}`,
  expired: 'The time to approve this has run out. Close this window and start again.',
  unknownStatement:
    'This page does not understand what it was asked to show, so it cannot be approved. Close this window and tell IT.',
  passkeyNotUsed: 'The passkey was not used: it was cancelled, or it took too long. Try again, or decline.',
  passkeyFailed: 'The passkey did not work here. Try again, or decline and tell IT.',
  validUntil: 'Valid until',
  from: (opens, closes) => `${opens} to ${closes}`,
  careful: (what) => `Careful: ${what}`,
  keyCode: 'Key code',
  newKeyCode: 'New passkey, key code',
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
  join: {
    title: 'Join a consultation',
    lead: (moment, laptop, prison, name) =>
      `You are about to join the consultation of ${moment} with the laptop ${laptop} at ${prison}, as ${name}.`,
    laptop: 'Laptop',
    prison: 'Prison',
    name: 'You join as',
    hospital: 'Hospital',
    shown:
      'The laptop shows this name because you approve it. If it is not yours, or if you did not ask to join, decline.',
    ofLaptop: 'A laptop signs its own joining: no person may approve it. Close this window and tell IT.',
  },
  guest: {
    title: 'Let a guest in',
    lead: (name, moment, laptop, prison) =>
      `You are about to let ${name} into your consultation of ${moment} with the laptop ${laptop} at ${prison}.`,
    name: 'Guest',
    kind: 'They come as',
    kinds: { interpreter: 'Interpreter', clinician: 'Second clinician' },
    hospital: 'Guest of a consultant of',
    known:
      'A guest has no passkey: they came by a link and a code. If you do not expect this person, decline. When they are in, make sure by face or voice that it is them.',
    shown: 'Everybody in the room sees this name because you approve it.',
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
  },
  manifest: {
    title: (version) => `Who may do what (version ${version})`,
    lead: 'Every laptop and the server obey exactly the people and the rules of this version, until a newer one is approved.',
    trustees: 'Trustees',
    trusteesNote: (threshold) =>
      `They approve the next version of this document. ${count(threshold)} of them must agree.`,
    officers: 'Fleet officers (IT)',
    officersNote: 'Each of them can suspend, resume or brick one laptop at a time; a list takes two of them.',
    site: { prison: (name) => `Prison: ${name}`, hospital: (name) => `Hospital: ${name}` },
    managersNote: (threshold) =>
      `Managers: they approve the list of this site’s people. ${count(threshold)} of them must agree.`,
    rules: 'Rules',
    rule: {
      rpId: (name) => `Passkeys belong to ${name}.`,
      approverOrigin: (origin) => `Approvals are given at ${origin} only.`,
      approverBuild: (digest) => `The approver’s page is the build with the digest ${digest}.`,
      auditKey: (digest) => `The server signs its record with the key that has the digest ${digest}.`,
      authenticators: (models) =>
        models.length === 0
          ? 'New passkeys may be of any model.'
          : `New passkeys must be of these models: ${models.join(', ')}.`,
      activationMinutes: (minutes) => `An opened laptop locks itself after ${minutes} minutes at the latest.`,
      grantMinutes: (minutes) => `The approval to open a laptop must be used within ${minutes} minutes.`,
      idleMinutes: (minutes) =>
        `An open laptop that nobody touches locks itself after ${minutes} minutes outside a room.`,
      suspendAfterHours: (hours) => `A laptop out of contact for ${hours} hours suspends itself.`,
      eraseAfterHours: (hours) => `A laptop out of contact for ${hours} hours erases itself for good.`,
      platformErasers: (erasers) =>
        erasers.length === 0
          ? 'A laptop that erases itself erases its keys and files, and nothing below them.'
          : `A laptop that erases itself also does this, where it applies: ${erasers.map((each) => eraser[each]).join('; ')}.`,
    },
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
  changes: {
    heading: (version) => `What changes from version ${version}`,
    first: 'This is the first version. It follows none, and everything in it is new.',
    whatIsNew: 'What is new',
    saysFirst:
      'This version says that it follows none, so everything is shown as new. If the site has had a list before, decline and tell IT.',
    skipped: 'a version in between',
    cannotBeShown: 'what changes cannot be shown',
    unknownPredecessor:
      'This page was not given the version that this one follows. Everything is shown as new: check all of it, or decline and tell IT.',
    notDirectlyBefore: (before, version) =>
      `Shown is what changes from version ${before}, which is not directly before version ${version}. If a version in between has been in force, decline and tell IT.`,
    nothing: 'Nothing but the number of the version and when it was written.',
    compareKeys:
      'Ask the owner of each new passkey to read its key code from their own screen. If it differs from the one here, decline.',
    managers: (site) => `Managers of ${site}`,
    sites: 'Sites',
    added: (name) => `Added: ${name}`,
    removed: (name) => `Removed: ${name}`,
    renamed: (name) => `New name: ${name}`,
    passkeysAdded: (name) => `Added to the passkeys of ${name}`,
    passkeysRemoved: (name) => `Removed from the passkeys of ${name}`,
    agreeing: (people) => `How many of them must agree: ${people}`,
    siteAdded: { prison: (name) => `New prison: ${name}`, hospital: (name) => `New hospital: ${name}` },
    siteRemoved: { prison: (name) => `Prison removed: ${name}`, hospital: (name) => `Hospital removed: ${name}` },
    untilNow: (what) => `Until now: ${what}`,
  },
  others: {
    heading: 'Who else must approve',
    nobody: 'Nobody: your approval alone is enough.',
    orderOfOne: 'Nobody, unless many laptops are ordered within an hour: then a second, different officer.',
    orderOfSeveral: 'A list of laptops needs a second, different person to approve it as well.',
    founding: (threshold, names) => `${count(threshold)} of the trustees it names must approve: ${names}.`,
    trusteesBefore: (version, threshold, names) =>
      `${count(threshold)} of the trustees of version ${version} must approve: ${names}.`,
    trusteesUnknown: 'As many trustees of the version before as that version says must approve.',
    trusteesOfThis: (threshold, names) =>
      `${count(threshold)} of the trustees of this version must approve as well: ${names}. Whoever is a trustee of both counts for both.`,
    managers: 'As many managers of the site must approve as “Who may do what” says.',
  },
  everything: (version) => `Everything that version ${version} says`,
  record: {
    heading: 'Numbers for the record',
    fleet: 'Fleet',
    issued: 'Written',
    manifest: 'Version of “Who may do what”',
    follows: 'Follows the version with the digest',
    laptop: 'Laptop',
    laptopKey: 'Digest of the laptop’s key',
    sequence: 'Sequence number',
    site: 'Site',
    hospital: 'Hospital',
    appointment: 'Appointment',
    person: 'Person',
    guest: 'Guest',
    joinKey: 'Digest of this join’s key',
  },
};

const eraser: Readonly<Record<PlatformEraser, string>> = {
  luks2: 'erases the keys of its encrypted disk (Linux, LUKS2)',
  bitlocker: 'locks its encrypted disk until IT’s recovery key is used (Windows, BitLocker)',
  mdm: 'has device management reset the whole device (Windows, MDM)',
  'power-off': 'switches itself off at the end',
};

function count(people: number): string {
  return people === 1 ? 'One' : String(people);
}
