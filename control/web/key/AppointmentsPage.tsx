import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { inOrder, siteName } from '../ui/appointments.ts';
import { DayPicker } from '../ui/DayPicker.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, londonDay, londonInstant } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';
import { AppointmentTable, NextUp } from './AppointmentTable.tsx';
import { onlyOpenable } from './opening.ts';
import { ViewSwitch } from './ViewSwitch.tsx';

/** The prison's appointments of a day. */
export function AppointmentsPage({ person, day }: { person: SignedInPerson; day: string }): ReactNode {
  const { t, language } = useSpeech();
  const [list, read] = useDay(day);
  const [problem, setProblem] = useState<string>();
  const now = useNow();
  const today = londonDay(now);
  const noon = londonInstant(day, '12:00');
  const caption = noon === undefined ? siteName(person) : `${siteName(person)}, ${formatDay(noon, language)}`;
  const nextUp = onlyOpenable(list.state === 'loaded' ? list.value.appointments : [], now);
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('key.appointments')} caption={caption} />
      {nextUp === undefined ? null : <NextUp key={nextUp.id} appointment={nextUp} onProblem={setProblem} />}
      <div className="app-day-bar">
        <ViewSwitch day={day} view="day" />
        <DayPicker
          day={day}
          today={today}
          onDay={(next) => {
            goTo(next === today ? '' : `day/${next}`);
          }}
        />
      </div>
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => (
          <Others
            appointments={inOrder(appointments.filter((appointment) => appointment !== nextUp))}
            hasNextUp={nextUp !== undefined}
            onProblem={setProblem}
          />
        )}
      </LoadedList>
      <p>
        <Button href={`#/book/${day}`} as="a" secondary={nextUp !== undefined} data-testid="book">
          {t('key.book')}
        </Button>
      </p>
    </>
  );
}

interface OthersProps {
  appointments: readonly ConsoleAppointment[];
  hasNextUp: boolean;
  onProblem: (words: string | undefined) => void;
}

function Others({ appointments, hasNextUp, onProblem }: OthersProps) {
  const { t } = useSpeech();
  if (appointments.length === 0) {
    return <p data-testid="no-appointments">{hasNextUp ? t('key.noOthers') : t('key.noAppointments')}</p>;
  }
  return (
    <>
      {hasNextUp ? <h2 className="nhsuk-heading-m">{t('key.others')}</h2> : null}
      <AppointmentTable appointments={appointments} onProblem={onProblem} />
    </>
  );
}
