import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import { formatNhsNumber } from '@sallyport/protocol';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, formatTime } from '../ui/london-time.ts';
import { PatientWords } from './PatientWords.tsx';
import { StandingWords } from './StandingWords.tsx';

/** An appointment's own data, and how its room stands now. */
export function AppointmentFacts({ appointment }: { appointment: ConsoleAppointment }): ReactNode {
  const { t, language } = useSpeech();
  const { startsAt, endsAt, nhsNumber, consultant, progress } = appointment;
  return (
    <SummaryList>
      <Fact name={t('appointment.state')}>
        <StandingWords appointment={appointment} />
      </Fact>
      <Fact name={t('appointment.patient')}>
        <PatientWords appointment={appointment} />
      </Fact>
      {nhsNumber === null ? null : <Fact name={t('appointment.nhsNumber')}>{formatNhsNumber(nhsNumber)}</Fact>}
      <Fact name={t('appointment.consultant')}>
        {consultant.name}, {consultant.hospital}
      </Fact>
      <Fact name={t('appointment.time')}>
        {formatDay(startsAt, language)}, {t('appointment.span', { from: formatTime(startsAt), to: formatTime(endsAt) })}
      </Fact>
      {progress.present === null ? null : (
        <Fact name={t('presence.name')}>
          <span data-testid="present">
            {progress.present.length === 0
              ? t('presence.none')
              : progress.present.map((who) => t(`presence.${who}`)).join(', ')}
          </span>
        </Fact>
      )}
    </SummaryList>
  );
}
