import type { Trouble } from '../api.ts';

/** Words for every reason for which a request can be refused, and for the ways it can come to nothing without one. */
export const refusalEnglish = {
  'refusal.malformed': 'Something in the request could not be read. Check what you entered and try again.',
  'refusal.wrong-type': 'A different kind of document was approved. Start again.',
  'refusal.wrong-fleet': 'This belongs to another fleet of laptops.',
  'refusal.wrong-device': 'The approval is for another laptop. Start again at the laptop you want to use.',
  'refusal.wrong-site': 'This belongs to another site.',
  'refusal.unknown-manifest': 'The laptop does not know the newest list of people yet. Wait a minute and try again.',
  'refusal.outdated': 'The list of people it relies on is out of date. Tell IT.',
  'refusal.not-yet-valid': 'This is not valid yet. Check that the clock of this computer is right.',
  'refusal.expired': 'The time to approve it has run out. Start again.',
  'refusal.replayed': 'This approval was already used. Start again.',
  'refusal.unknown-credential': 'This passkey is not one that may approve this. Use your own passkey.',
  'refusal.wrong-challenge': 'The passkey approved something else. Start again.',
  'refusal.wrong-origin': 'The approval was not given on the approver page. Start again, and tell IT.',
  'refusal.wrong-relying-party': 'The passkey belongs to another service. Use your Sallyport passkey.',
  'refusal.not-verified': 'The passkey did not check that it is you. Use your PIN, fingerprint or face with it.',
  'refusal.bad-signature': 'The signature of the passkey is not right. Try again, and tell IT if it happens twice.',
  'refusal.counter-went-back':
    'The passkey gave an answer older than one it gave before. Somebody may have a copy of it: do not use it again, and tell IT.',
  'refusal.lives-too-long': 'This would be in force for longer than is allowed. Choose an earlier end.',
  'refusal.too-far-ahead': 'Its number is too far ahead of the last one. Start again, and tell IT if it happens twice.',
  'refusal.wrong-previous': 'It does not follow the version now in force. Load the page and start again.',
  'refusal.too-few-people': 'Another person must approve this as well.',
  'refusal.wrong-state': 'This cannot be done now. Things have changed since this page was loaded.',
  'refusal.not-found': 'This does not exist any more.',
  'refusal.not-allowed': 'You are not allowed to do this.',
  'refusal.not-signed-in': 'You are not signed in. Sign in and try again.',
  'refusal.step-up-needed': 'Show with your passkey that it is you, then try again.',
  'refusal.too-many': 'Too many tries. Wait a little and try again.',
  'refusal.too-large': 'This is too long. Make it shorter and try again.',
  'refusal.unknown-method': 'This console and the server do not match. Load the page again.',
  'refusal.wrong-code':
    'This is not the pairing code on the laptop. Check the laptop’s screen and type the code again.',
  'refusal.locked-out': 'Too many wrong pairing codes. The laptop accepts no code for a while.',
  'refusal.not-connected': 'The laptop is not connected. Check that it is switched on and has a network.',
  'refusal.timed-out': 'No answer came in time. Try again.',
  'refusal.too-early': 'It is too early. The room opens shortly before the appointment.',
  'refusal.too-late': 'It is too late. The time of this appointment is over.',
  'refusal.seat-taken': 'There is already a place taken in the room.',
  'refusal.clash': 'The laptop or the consultant already has an appointment at that time.',
  'refusal.digest-not-released': 'The laptop runs a version that has not been released. Tell IT.',
  'refusal.rolled-back':
    'The laptop was put back to an older copy of itself and can no longer be trusted. Give it to IT.',
  'refusal.store-damaged':
    'The laptop’s store is damaged and the laptop can no longer be used. Use another laptop, and give this one to IT.',
  'refusal.unverified': 'It could not be confirmed who this person or laptop is, so they were not let in.',
  'refusal.authenticator-not-allowed':
    'This kind of security key is not allowed here. Use one that your organisation gave you, and allow the browser to show its make and model.',
  'refusal.failed': 'It did not work. Try again, and tell IT if it goes on.',
  'refusal.unreachable': 'The server cannot be reached. Check your network and try again.',
  'refusal.unreadable': 'The server gave an answer that this console does not understand. Load the page again.',
  'refusal.not-confirmed':
    'Nothing has been done, because you did not confirm with your passkey. Try again when you have it with you.',
  'refusal.retry': 'You can try again in {seconds} seconds.',
} as const satisfies Record<`refusal.${Trouble['reason']}` | 'refusal.retry', string>;
