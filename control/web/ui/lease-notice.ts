import type { ConsoleDevice } from '@sallyport/protocol';
import { formatMoment } from './london-time.ts';
import type { Language, Translate } from './messages/catalogue.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Something people should know of a laptop, and how much it presses. */
export interface DeviceNotice {
  name:
    'away' | 'warning' | 'suspended' | 'erased' | 'rolledBack' | 'needsResume' | 'damaged' | 'selfErased' | 'returned';
  weight: 'note' | 'warning' | 'danger';
  words: string;
}

type Noticed = Pick<
  ConsoleDevice,
  'state' | 'connected' | 'lastSeenAt' | 'lease' | 'rolledBackAt' | 'shareDestroyedAt' | 'damagedAt' | 'erasure'
>;

/**
 * What people should know of a laptop beside its state: how long it has been away, and what it will do by itself.
 * @param now control's time, milliseconds since the epoch
 */
export function deviceNotices(device: Noticed, now: number, t: Translate, language: Language): readonly DeviceNotice[] {
  const isEnding = device.shareDestroyedAt !== null || device.state === 'wiping' || device.state === 'dead';
  const notices = isEnding
    ? [noticeOfErasure(device, t)]
    : [
        noticeOfCopy(device, t, language),
        noticeOfDamage(device, t, language),
        noticeOfAbsence(device, now, t, language),
      ];
  return notices.filter((notice) => notice !== undefined);
}

/** Whether a laptop has said that it erases itself, and is at work again. */
export function hasReturned({ erasure, state }: Pick<ConsoleDevice, 'erasure' | 'state'>): boolean {
  return erasure !== null && state !== 'wiping' && state !== 'dead';
}

function noticeOfErasure(device: Noticed, t: Translate): DeviceNotice | undefined {
  if (hasReturned(device)) return { name: 'returned', weight: 'danger', words: t('device.returned') };
  if (device.erasure?.cause !== 'lease') return undefined;
  const stage = t(`order.state.${device.erasure.stage}`).toLocaleLowerCase();
  return { name: 'selfErased', weight: 'note', words: t('device.selfErased', { stage }) };
}

function noticeOfDamage({ damagedAt }: Noticed, t: Translate, language: Language): DeviceNotice | undefined {
  if (damagedAt === null) return undefined;
  const when = formatMoment(damagedAt, language);
  return { name: 'damaged', weight: 'danger', words: t('device.damaged', { when }) };
}

function noticeOfCopy({ rolledBackAt }: Noticed, t: Translate, language: Language): DeviceNotice | undefined {
  if (rolledBackAt === null) return undefined;
  const when = formatMoment(rolledBackAt, language);
  return { name: 'rolledBack', weight: 'danger', words: t('lease.rolledBack', { when }) };
}

function noticeOfAbsence(device: Noticed, now: number, t: Translate, language: Language): DeviceNotice | undefined {
  const { connected, lastSeenAt, lease } = device;
  if (!connected && lease !== null && lastSeenAt !== null) {
    const away = noticeOfLease(lease, now - lastSeenAt, t, language);
    if (away?.weight === 'danger' || device.state !== 'suspended') return away;
  }
  // Of a laptop that was put back to a copy, or is damaged, no order makes a good one.
  const isGood = device.rolledBackAt === null && device.damagedAt === null;
  return device.state === 'suspended' && isGood ? needsResume(t) : undefined;
}

function noticeOfLease(
  { standing, suspendsAt, erasesAt }: NonNullable<Noticed['lease']>,
  absence: number,
  t: Translate,
  language: Language,
): DeviceNotice | undefined {
  const away = wordsForSpan(absence, t);
  const suspends = formatMoment(suspendsAt, language);
  const erases = formatMoment(erasesAt, language);
  switch (standing) {
    case 'erase':
      return { name: 'erased', weight: 'danger', words: t('lease.erased', { away, when: erases }) };
    case 'suspend':
      return { name: 'suspended', weight: 'danger', words: t('lease.suspended', { away, suspends, erases }) };
    case 'warning':
      return { name: 'warning', weight: 'warning', words: t('lease.warning', { away, when: suspends }) };
    case 'held':
      if (absence < day) return undefined;
      return { name: 'away', weight: 'note', words: t('lease.away', { away, when: suspends }) };
    default:
      return standing satisfies never;
  }
}

function needsResume(t: Translate): DeviceNotice {
  return { name: 'needsResume', weight: 'warning', words: t('lease.needsResume') };
}

/** A span of time in words, rounded down: days, or hours within the first. */
export function wordsForSpan(milliseconds: number, t: Translate): string {
  const days = Math.floor(milliseconds / day);
  if (days > 1) return t('span.days', { count: days });
  if (days === 1) return t('span.day');
  const hours = Math.floor(milliseconds / hour);
  if (hours > 1) return t('span.hours', { count: hours });
  return hours === 1 ? t('span.hour') : t('span.underAnHour');
}
