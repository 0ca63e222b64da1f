import type { ReactNode } from 'react';
import { CheckTag } from '../ui/CheckTag.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import type { Arrived } from './arrivals.ts';
import { wordsForWaiting } from './waiting-words.ts';

interface WaitingNowProps {
  /** `YYYY-MM-DD`. */
  day: string;
  arrived: readonly Arrived[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** Who waits now: first on the page, largest, and one step from the room. */
export function WaitingNow({ day, arrived, now }: WaitingNowProps): ReactNode {
  const { t } = useSpeech();
  if (arrived.length === 0) return <p data-testid="nobody-waits">{t('clinic.nobodyWaits')}</p>;
  return (
    <section aria-labelledby="waiting-now">
      <h2 id="waiting-now" className="nhsuk-heading-m">
        {t('clinic.waitingNow')}
      </h2>
      {arrived.map((appointment) => (
        <article
          key={appointment.id}
          className="app-waiting-now"
          data-testid="waiting-now"
          data-appointment={appointment.id}
          aria-labelledby={`waits-${appointment.id}`}
        >
          <h3 id={`waits-${appointment.id}`} className="nhsuk-heading-m app-waiting-now__name">
            <bdi>{appointment.patientName}</bdi>
          </h3>
          <p className="app-waiting-now__since">
            <strong>{wordsForWaiting(appointment, now, t)}</strong>
            {' · '}
            {t('clinic.bookedFor', { time: formatTime(appointment.startsAt), prison: appointment.prison.name })}
          </p>
          <p>
            <CheckTag check={appointment.check} />{' '}
            {appointment.progress.present === null ? t('waiting.consentMissing') : t('waiting.consentRecorded')}
          </p>
          <a
            className="nhsuk-button app-waiting-now__go"
            href={`#/room/${day}/${appointment.id}`}
            data-testid="go-to-room"
          >
            {t('clinic.goToRoom')}{' '}
            <span className="nhsuk-u-visually-hidden">
              {t('clinic.ofPatient', { patient: appointment.patientName })}
            </span>
          </a>
        </article>
      ))}
    </section>
  );
}
