/** What a laptop proves of its erasure, and what somebody must look after. */
export const erasureEnglish = {
  'order.state.accepted': 'Accepted',
  'order.state.keys-destroyed': 'Keys destroyed',
  'order.state.erased': 'Erased',
  'order.state.attested': 'Attested',
  'order.done': 'Done',
  'orders.alarmed': 'Needs attention ({count})',
  'orders.alarm.one': '1 order needs attention',
  'orders.alarm.many': '{count} orders need attention',
  'erasure.name': 'Erasure',
  'erasure.details': 'Every step of the erasure',
  'erasure.check':
    'The laptop signed each of these steps, and the server checked the signatures. Last heard of it: {when}. Times are by the laptop’s clock.',
  'erasure.noReport': 'The laptop has said that it begins. It has not reported a step yet.',
  'erasure.software': 'Digest of the software that erased',
  'erasure.byLease':
    'The laptop was out of contact too long and erased itself, before this order reached it. It did what the order wanted.',
  'erasure.step.device-share': 'Its half of the keys',
  'erasure.step.record': 'Its record',
  'erasure.step.journal': 'Its journal of consultations',
  'erasure.step.browser-profile': 'What its screen stored',
  'erasure.step.logs': 'Logs',
  'erasure.step.caches': 'Caches',
  'erasure.step.crash-dumps': 'Crash reports',
  'erasure.step.luks2': 'Keys of the encrypted disk (Linux)',
  'erasure.step.bitlocker': 'Keys of the encrypted disk (BitLocker)',
  'erasure.step.mdm': 'Whole device, by device management',
  'erasure.outcome.verified': 'gone, checked',
  'erasure.outcome.failed': 'did not work yet, it is tried again',
  'erasure.outcome.pending': 'not tried yet',
  'alarm.heading': 'Needs attention.',
  'alarm.refused': '{laptop} refused this order.',
  'alarm.silent': '{laptop} should have answered this order by now, and has not.',
  'alarm.unfinished': '{laptop} accepted the order and should have proved by now that it has erased itself.',
  'alarm.returned': '{laptop} accepted the order to destroy itself, and has been seen at work since.',
  'alarm.advice.refused.suspend':
    'It may still be in use. Read below why it refused. Give the order again, or brick the laptop if you cannot get hold of it.',
  'alarm.advice.refused.resume':
    'Read below why it refused, then give the order again. If it goes on, enrol the laptop anew.',
  'alarm.advice.refused.brick':
    'The server’s half of its key is destroyed, so nothing on it can be read. Read below why it refused, then give the order again.',
  'alarm.advice.silent.suspend':
    'It may still be in use. Ask its site where it is and have it switched on. If nobody can find it, brick it.',
  'alarm.advice.silent.resume':
    'It stays shut until it answers. Ask its site to switch it on and to check its network.',
  'alarm.advice.silent.brick':
    'The server’s half of its key is destroyed, so nothing on it can be read. Try to find it. If it stays out of contact it erases itself when its time is over.',
  'alarm.advice.unfinished':
    'The steps below show what is left to do. It goes on by itself whenever it is switched on. If it does not finish, have it brought to IT and destroy its disk.',
  'alarm.advice.returned':
    'Somebody may have put back a copy of it. It can open nothing, because the server’s half of its key is destroyed. Find out who has it, report it as a security incident, and brick it again.',
  'device.returned':
    'It said that it erased itself, and has been seen at work since. Treat it as copied: report it as a security incident, and brick it again.',
  'device.selfErased':
    'It was out of contact too long and erased itself ({stage}). It never works again. If it is found, IT must enrol it anew.',
  'device.damaged':
    'What it stores was damaged, noticed on {when}. It cannot be opened. IT must brick it and enrol it anew.',
} as const;
