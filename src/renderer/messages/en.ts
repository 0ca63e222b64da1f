import type { EnrolmentRefusal, RequestRefusal, RoomEnd, StartRefusal } from '@sallyport/protocol';
import type { ActivationEnd, LinkState } from '@sallyport/protocol';
import type { MediaProblem } from '../media/media-problem.ts';

const notOurs = 'The service sent an instruction that this laptop does not accept. Nothing was done.';

const startRefusals: Record<StartRefusal, string> = {
  'key-store-missing': 'The laptop has no safe place to keep its keys.',
  'key-store-locked': 'The safe place for the laptop’s keys is locked.',
  'key-store-plaintext': 'The place for the laptop’s keys is not protected.',
  'key-store-changed': 'The laptop did not start in its usual way, so its keys stay shut away.',
  'record-tampered': 'The laptop’s own record has been changed by something else.',
  'record-missing': 'The laptop’s own record is not there.',
  'disk-fault': 'The laptop cannot read or write its disk.',
  'machine-file': 'The laptop’s own description is not as it should be.',
};

const enrolmentRefusals: Record<EnrolmentRefusal, string> = {
  'malformed-ticket': 'This is not a complete ticket. Check it for missing or wrong characters.',
  'not-reachable': 'The laptop cannot reach the service named in the ticket. Check the network, then try again.',
  'wrong-anchor': 'The service that answered is not the one this ticket was made for. Stop, and tell the IT team.',
  'ticket-refused': 'The ticket was refused. It may have been used already, or be too old. Ask for a new one.',
  'malformed-answer': 'The service gave an answer that the laptop does not understand. Tell the IT team.',
  'not-saved': 'The laptop could not save what it needs. Nothing was set up. Tell the IT team.',
};

const activationEnds: Record<ActivationEnd, string> = {
  locked: 'The laptop was locked by staff.',
  idle: 'The laptop locked itself because nobody used it for a while.',
  suspend: 'The laptop locked itself because it was closed or went to sleep.',
  'link-lost': 'The laptop locked itself because it lost its connection.',
  over: 'The time it was unlocked for is over.',
  ordered: 'The laptop was locked from the service desk.',
  revoked:
    'The laptop locked itself: the person who unlocked it, or the consultant, is no longer on the list of those who may.',
  restarted: 'The laptop was started again, so it locked itself.',
};

const roomEnds: Record<RoomEnd, string> = {
  'consultant-ended': 'The consultant has ended the consultation.',
  'window-over': 'The time booked for this consultation is over.',
  left: 'You left the consultation.',
  'device-locked': 'The laptop was locked.',
  'connection-lost': 'The connection to the consultation was lost. You can join again.',
  server: 'The service closed the consultation. You can join again.',
};

const requestRefusals: Record<RequestRefusal, string> = {
  malformed: notOurs,
  'wrong-type': notOurs,
  'wrong-fleet': notOurs,
  'wrong-device': notOurs,
  'wrong-site': notOurs,
  'unknown-manifest': notOurs,
  outdated: notOurs,
  'not-yet-valid': notOurs,
  expired: notOurs,
  replayed: notOurs,
  'unknown-credential': notOurs,
  'wrong-challenge': notOurs,
  'wrong-origin': notOurs,
  'wrong-relying-party': notOurs,
  'not-verified': notOurs,
  'bad-signature': notOurs,
  'too-few-people': notOurs,
  'counter-went-back': notOurs,
  'lives-too-long': notOurs,
  'too-far-ahead': notOurs,
  'wrong-previous': notOurs,
  'store-damaged': 'This laptop’s store is damaged. It cannot be used.',
  'wrong-state': 'This cannot be done just now.',
  'not-found': 'This consultation is no longer in the diary.',
  'not-allowed': 'This laptop is not allowed to do that.',
  'not-signed-in': 'This laptop is not allowed to do that.',
  'step-up-needed': 'This laptop is not allowed to do that.',
  'too-many': 'Too many tries. Wait a moment, then try again.',
  'too-large': 'That is too long.',
  'unknown-method': 'This laptop is not allowed to do that.',
  'wrong-code': 'The pairing code is not the one on this screen.',
  'locked-out': 'Too many wrong codes. Wait, then try again.',
  'not-connected': 'The laptop is not connected. Wait a moment, then try again.',
  'timed-out': 'There was no answer in time. Try again.',
  'too-early': 'It is too early to join this consultation.',
  'too-late': 'The time for this consultation is over.',
  'seat-taken': 'This laptop is already in a consultation.',
  clash: 'There is another consultation at that time.',
  'digest-not-released': 'The software on this laptop is not an approved version. Tell the IT team.',
  'rolled-back': 'This laptop shows an older state than the one the service knows. Tell the IT team.',
  unverified: 'The service could not verify this laptop for the consultation. Tell the IT team.',
  'authenticator-not-allowed': 'This laptop is not allowed to do that.',
  failed: 'That did not work. Try again. If it happens again, tell the IT team.',
};

const linkStates: Record<LinkState, string> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  refused: 'Connection refused',
  unreachable: 'Not connected',
};

const cameraProblems: Record<MediaProblem, string> = {
  missing: 'No camera was found.',
  'in-use': 'The camera is switched off, or used by something else.',
  refused: 'The laptop does not allow the camera now.',
  failed: 'The camera did not start.',
};

const microphoneProblems: Record<MediaProblem, string> = {
  missing: 'No microphone was found.',
  'in-use': 'The microphone is switched off, or used by something else.',
  refused: 'The laptop does not allow the microphone now.',
  failed: 'The microphone did not start.',
};

/** Everything the screens say, in English. The shape of this value is the shape of every catalogue. */
export const en = {
  product: 'Sallyport',
  language: { label: 'Language', en: 'English', cy: 'Cymraeg' },
  duration: {
    hours: (count: number): string => (count === 1 ? '1 hour' : `${count} hours`),
    minutes: (count: number): string => (count === 1 ? '1 minute' : `${count} minutes`),
    seconds: (count: number): string => (count === 1 ? '1 second' : `${count} seconds`),
    between: ' ',
  },
  times: (from: string, to: string): string => `${from} to ${to}`,
  refusals: requestRefusals,
  link: linkStates,
  starting: { heading: 'Starting', body: 'The laptop is getting ready. This takes a few seconds.' },
  refused: {
    heading: 'This laptop cannot be used',
    reasons: startRefusals,
    body: 'Nothing is wrong with anything you did. Call the IT service desk, and read them this code:',
    code: 'Code',
  },
  blank: {
    heading: 'Set up this laptop',
    body: 'Paste or type the enrolment ticket, or choose the file that holds it.',
    ticket: 'Enrolment ticket',
    hint: 'It starts with SALLYPORT. Capitals, spaces and dashes in the code do not matter.',
    file: 'Choose a file',
    fileProblem: 'This file is not a ticket. Choose another file.',
    enrol: 'Set up',
    busy: 'Setting up. Keep the laptop on.',
    problems: enrolmentRefusals,
  },
  inert: {
    heading: 'Locked',
    body: 'To unlock it, open the key console and type this pairing code. Then use your remote key.',
    code: 'Pairing code',
    changes: (duration: string): string => `New code in ${duration}`,
    lockedOut: 'Too many wrong codes',
    lockedOutBody: 'For safety no code is shown for a while. A new one comes by itself.',
    lockedOutLeft: (duration: string): string => `New code in ${duration}`,
    unavailable: 'No code just now',
    unavailableBody: {
      connecting: 'The laptop is connecting. The code comes by itself.',
      connected: 'The code comes by itself in a moment.',
      refused: 'The service does not accept this laptop. Call the IT service desk.',
      unreachable: 'The laptop cannot reach the service. Check its network cable or Wi-Fi. It keeps trying by itself.',
    } satisfies Record<LinkState, string>,
    notices: activationEnds,
    suspendsAt: (day: string, time: string): string =>
      `This laptop has been out of contact for a long time. Connect it before ${time} on ${day}. Otherwise it suspends itself, and only the IT team can undo that.`,
  },
  appointment: {
    heading: 'Today’s consultation',
    headingOtherDay: 'Booked consultation',
    patient: 'Patient',
    consultant: 'Consultant',
    hospital: 'Hospital',
    time: 'Time',
  },
  open: {
    join: 'Join',
    joining: 'Joining…',
    lock: 'Lock',
    locking: 'Locking…',
    tooEarly: (time: string, duration: string): string => `You can join from ${time}, in ${duration}.`,
    tooLate: 'The time for this consultation is over. Lock the laptop.',
    notConnected: 'You can join when the laptop is connected again.',
    ready: 'You can join now.',
    openUntil: (time: string): string => `The laptop locks itself at ${time}.`,
    notices: roomEnds,
  },
  deviceCheck: {
    heading: 'Check',
    camera: 'Camera',
    cameraChecking: 'Starting…',
    cameraWorking: 'Working',
    cameraProblems,
    preview: 'Picture from the camera of this laptop',
    noPicture: 'No picture',
    microphone: 'Microphone',
    microphoneChecking: 'Starting…',
    microphoneListening: 'Say something',
    microphoneHeard: 'Working',
    microphoneProblems,
    level: 'Sound level',
    network: 'Network',
    networkVerdicts: {
      ready: 'Working',
      connecting: 'Connecting…',
      'no-network': 'No cable or Wi-Fi',
      'service-unreachable': 'The service cannot be reached',
      'service-refuses': 'The service refuses this laptop',
      'no-video-calls': 'Video calls do not work on this laptop',
    },
  },
  room: {
    selfView: 'You, as the consultant sees you',
    remoteVideo: (name: string): string => `Picture of ${name}`,
    sharedScreen: (name: string): string => `What ${name} is showing`,
    sharedFor: (patient: string): string => `Patient ${patient}`,
    noRemotePicture: 'No picture from the consultant',
    verifiedConsultant: (name: string, hospital: string): string => `${name}, consultant, ${hospital} — verified`,
    unverified:
      'Somebody tried to join who could not be verified. They are neither shown nor heard. Staff: tell the IT team.',
    consultantAway: 'The consultant is not connected just now. Please wait.',
    connecting: 'Connecting picture and sound…',
    reconnecting: 'Picture and sound have stopped. Connecting again…',
    mute: 'Turn microphone off',
    unmute: 'Turn microphone on',
    muted: 'Your microphone is off. The consultant cannot hear you.',
    leave: 'Leave',
    leaveTitle: 'Leave the consultation?',
    leaveBody: 'For healthcare staff. You can join again while the consultation is open.',
    leaveConfirm: 'Yes, leave',
    leaving: 'Leaving…',
    stay: 'Stay',
  },
  waiting: {
    heading: 'Please wait',
    body: (name: string): string => `${name} will see you soon.`,
    more: 'Stay in front of the laptop. You do not have to do anything.',
  },
  debrief: {
    heading: 'Healthcare staff only',
    body: 'The patient must be out of sight and hearing.',
  },
  ended: { heading: 'The consultation has ended', body: 'The camera and microphone are off.' },
  suspended: {
    heading: 'Suspended',
    bodies: {
      order: 'The IT team has suspended this laptop. It cannot be unlocked until they allow it again.',
      lease:
        'This laptop was out of contact for too long, so it suspended itself. It cannot be unlocked until the IT team allow it again.',
      damage:
        'This laptop’s store is damaged. It cannot be used, and nothing you did caused it. Call the IT service desk: they will erase it and set it up again.',
    },
    erasesAt: (day: string, time: string): string =>
      `Connect this laptop before ${time} on ${day}. Otherwise it erases itself.`,
    more: 'If you need a consultation now, use another laptop or call the IT service desk.',
  },
  wiping: { heading: 'Erasing', body: 'This laptop is being erased. Do not switch it off.' },
  dead: {
    heading: 'Erased',
    body: 'This laptop has been erased and can no longer be used.',
    more: 'Give it back to the IT team.',
  },
  fault: {
    heading: 'This screen has stopped',
    body: 'Something went wrong on this laptop. The camera and microphone are off.',
    more: 'If it happens again, call the IT service desk.',
    again: 'Show the screen again',
  },
};

/** The shape of a catalogue: the same keys everywhere, words or functions that make words. */
export type Messages = typeof en;
