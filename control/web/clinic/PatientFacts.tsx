import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import type { ConsoleAppointment, Progress } from '@sallyport/protocol';
import { CheckTag } from '../ui/CheckTag.tsx';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { NhsNumber } from './NhsNumber.tsx';
import { wordsForPresent, wordsForWaiting } from './waiting-words.ts';

interface PatientFactsProps {
  appointment: ConsoleAppointment;
  /** As the room says it while the consultant is in it, else as the appointment does. */
  progress: Progress;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Who waits since when, who is with them, and what there is to know before they are let in. */
export function PatientFacts({ appointment, progress, now }: PatientFactsProps): ReactNode {
  const { t } = useSpeech();
  const { patientName, patientReference, nhsNumber, check, phase } = appointment;
  return (
    <SummaryList className="app-facts">
      <Fact name={t('appointment.patient')}>
        <strong className="app-facts__name">
          <bdi>{patientName}</bdi>
        </strong>
        <span className="app-detail">
          {patientReference}
          {' · '}
          {nhsNumber === null ? t('waiting.noNhsNumber') : <NhsNumber digits={nhsNumber} />}
        </span>
      </Fact>
      <Fact name={phase === 'waiting' ? t('waiting.waits') : t('appointment.state')}>
        <span data-testid="waiting-since">
          {phase === 'waiting' ? wordsForWaiting(appointment, now, t) : t(`standing.${phase}`)}
        </span>
      </Fact>
      <Fact name={t('waiting.consent')}>
        <span data-testid="consent" data-recorded={progress.present !== null}>
          {progress.present === null ? t('waiting.consentMissing') : t('waiting.consentRecorded')}
        </span>
      </Fact>
      <Fact name={t('presence.name')}>
        <span data-testid="who-is-there">{wordsForPresent(progress.present, t)}</span>
      </Fact>
      <Fact name={t('check.name')}>
        <CheckTag check={check} />
      </Fact>
      <Fact name={t('waiting.appointment')}>
        {t('appointment.span', { from: formatTime(appointment.startsAt), to: formatTime(appointment.endsAt) })}
        <span className="app-detail">
          {t('waiting.where', { laptop: appointment.device.name, prison: appointment.prison.name })}
        </span>
      </Fact>
    </SummaryList>
  );
}
