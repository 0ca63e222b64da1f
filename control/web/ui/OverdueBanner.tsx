import type { ReactNode } from 'react';
import type { ConsoleDevice } from '@sallyport/protocol';
import { overdueOf } from './custody.ts';
import { useSpeech } from './Language.tsx';
import { formatMoment } from './london-time.ts';
import { useNow } from './Session.tsx';

interface OverdueBannerProps {
  devices: readonly ConsoleDevice[];
  /** Where a laptop is looked after. */
  linkTo: (device: ConsoleDevice) => string;
  withSite?: boolean;
}

/** Laptops that should be back by now, in front of everything else. */
export function OverdueBanner({ devices, linkTo, withSite = false }: OverdueBannerProps): ReactNode {
  const { t, language } = useSpeech();
  const now = useNow();
  const overdue = overdueOf(devices, now);
  if (overdue.length === 0) return null;
  return (
    <section className="app-alarm app-no-print" data-testid="overdue-banner" aria-label={t('custody.overdueHeading')}>
      <h2 className="nhsuk-heading-s">{t('custody.overdueHeading')}</h2>
      <ul className="nhsuk-list">
        {overdue.map((device) => (
          <li key={device.id}>
            <a href={linkTo(device)}>{withSite ? `${device.name}, ${device.site.name}` : device.name}</a>{' '}
            {t('custody.overdueWords', {
              holder: device.custody.holder,
              place: device.custody.place,
              when: formatMoment(device.custody.dueAt, language),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}
