import type { ActivationEnd, EnrolmentRefusal, LinkState } from '@sallyport/protocol';
import type { RequestRefusal, RoomEnd, StartRefusal } from '@sallyport/protocol';
import type { MediaProblem } from '../media/media-problem.ts';

// Words for every closed reason, in English.

const notOurs = 'The service sent an instruction that this laptop does not accept. Nothing was done.';

export const startRefusals: Record<StartRefusal, string> = {
  'key-store-missing': 'The laptop has no safe place to keep its keys.',
  'key-store-locked': 'The safe place for the laptop’s keys is locked.',
  'key-store-plaintext': 'The place for the laptop’s keys is not protected.',
  'key-store-changed': 'The laptop did not start in its usual way, so its keys stay shut away.',
  'record-tampered': 'The laptop’s own record has been changed by something else.',
  'record-missing': 'The laptop’s own record is not there.',
  'disk-fault': 'The laptop cannot read or write its disk.',
  'machine-file': 'The laptop’s own description is not as it should be.',
};

export const enrolmentRefusals: Record<EnrolmentRefusal, string> = {
  'malformed-ticket': 'This is not a complete ticket. Check it for missing or wrong characters.',
  'not-reachable': 'The laptop cannot reach the service named in the ticket. Check the network, then try again.',
  'wrong-anchor': 'The service that answered is not the one this ticket was made for. Stop, and tell the IT team.',
  'ticket-refused': 'The ticket was refused. It may have been used already, or be too old. Ask for a new one.',
  'malformed-answer': 'The service gave an answer that the laptop does not understand. Tell the IT team.',
  'not-saved': 'The laptop could not save what it needs. Nothing was set up. Tell the IT team.',
};

export const activationEnds: Record<ActivationEnd, string> = {
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

export const roomEnds: Record<RoomEnd, string> = {
  'consultant-ended': 'The consultant has ended the consultation.',
  'window-over': 'The time for this consultation is over, so it has ended.',
  left: 'You left the consultation. You can join again.',
  'device-locked': 'The laptop was locked.',
  'connection-lost': 'The connection to the consultation was lost. You can join again.',
  server: 'The service closed the consultation. You can join again.',
  'no-consent': 'The patient did not agree. The consultation has ended, and the consultant has been told.',
  debrief: 'The consultation is now for staff only. Staff can join again.',
  'declined-rebook': 'The consultant cannot hold this consultation now. Please book another time.',
  'declined-not-needed': 'The consultant says that this consultation is not needed.',
  'declined-wrong-patient': 'The consultant was expecting another patient. Please check the booking.',
  'declined-technical': 'Something does not work at the hospital. Please book another time.',
};

export const requestRefusals: Record<RequestRefusal, string> = {
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
  'changed-meanwhile': 'Somebody else has changed this meanwhile. Try again.',
  'link-void': 'This link can no longer be used.',
  'digest-not-released': 'The software on this laptop is not an approved version. Tell the IT team.',
  'rolled-back': 'This laptop shows an older state than the one the service knows. Tell the IT team.',
  unverified: 'The service could not verify this laptop for the consultation. Tell the IT team.',
  'authenticator-not-allowed': 'This laptop is not allowed to do that.',
  failed: 'That did not work. Try again. If it happens again, tell the IT team.',
};

export const linkStates: Record<LinkState, string> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  refused: 'Connection refused',
  unreachable: 'Not connected',
};

export const cameraProblems: Record<MediaProblem, string> = {
  missing: 'No camera was found.',
  'in-use': 'The camera is switched off, or used by something else.',
  refused: 'The laptop does not allow the camera now.',
  failed: 'The camera did not start.',
};

export const microphoneProblems: Record<MediaProblem, string> = {
  missing: 'No microphone was found.',
  'in-use': 'The microphone is switched off, or used by something else.',
  refused: 'The laptop does not allow the microphone now.',
  failed: 'The microphone did not start.',
};
