import type { ReactNode } from 'react';
import { Tag } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { isOverdue } from './custody.ts';
import { useSpeech } from './Language.tsx';
import { formatMoment } from './london-time.ts';
import { useNow } from './Session.tsx';

/** Who has a laptop, where, and until when; that it is in the healthcare room when nobody has. */
export function CustodyNote({ device }: { device: Pick<ConsoleDevice, 'custody'> }): ReactNode {
  const { t, language } = useSpeech();
  const now = useNow();
  const { custody } = device;
  if (custody === null) return <span data-testid="in-place">{t('custody.inPlace')}</span>;
  const overdue = isOverdue(custody, now);
  const due = { when: formatMoment(custody.dueAt, language) };
  return (
    <span data-testid="custody" data-overdue={overdue}>
      {t('custody.with', { holder: custody.holder, place: custody.place })}{' '}
      {overdue ? (
        <span className="app-notice app-notice--danger">
          <Tag modifier="red">{t('custody.overdue')}</Tag> {t('custody.wasDue', due)}
        </span>
      ) : (
        <span className="app-detail">{t('custody.due', due)}</span>
      )}
      <span className="app-detail">
        {t('custody.since', { when: formatMoment(custody.takenAt, language), by: custody.by })}
      </span>
    </span>
  );
}
