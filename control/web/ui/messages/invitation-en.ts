export const invitationEnglish = {
  'invitation.name': 'Invitation',
  'invitation.heading': 'Your invitation',
  'invitation.noToken':
    'This page needs the link that you were sent. Open the whole link again, with everything after the #.',
  'invitation.over':
    'This link does not work any more: it was used, cancelled, or its time is over. Ask whoever invited you for a new one.',
  'invitation.for': 'Invitation for {name}',
  'invitation.until': 'The link works until',
  'invitation.notYou': 'If you are not {name}, close this page and tell whoever sent you the link.',
  'invitation.explanation':
    'Make your passkey now, on your own security key or phone, protected by a PIN, fingerprint or face. Nobody will ever ask you for its PIN.',
  'invitation.registered': 'Your passkey is made',
  'invitation.code': 'This is the code of your passkey:',
  'invitation.step1': 'Read the code to whoever invited you: stand beside them, or call them on a number you know.',
  'invitation.step2':
    'They see a code too. The two must be the same. If they are not, say so: somebody else has used your link.',
  'invitation.step3': 'They put you on the list. When it is approved you can sign in.',
  'invitation.once':
    'The code is shown only now. Keep this page open until they have compared it, or print it. It is no secret.',
  'invitation.console': 'Later you sign in here:',
} as const;
