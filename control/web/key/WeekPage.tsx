import type { ReactNode } from 'react';
import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { inOrder, siteName, standingOf } from '../ui/appointments.ts';
import { useSpeech } from '../ui/Language.tsx';
import {
  addDays,
  formatDate,
  formatDay,
  formatTime,
  formatWeekday,
  londonDay,
  londonInstant,
  weekOf,
} from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { SmallButton } from '../ui/SmallButton.tsx';
import { StandingTag } from '../ui/StandingTag.tsx';
import { useDays } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';
import { marksOf } from './AppointmentTable.tsx';
import { DebriefCodeLink } from './AppointmentActions.tsx';
import { PatientWords } from './PatientWords.tsx';
import { ViewSwitch } from './ViewSwitch.tsx';

/** The prison's appointments of the week in which a day lies, Monday to Sunday in London. */
export function WeekPage({ person, day }: { person: SignedInPerson; day: string }): ReactNode {
  const { t, language } = useSpeech();
  const days = weekOf(day);
  const [list, read] = useDays(days);
  const today = londonDay(useNow());
  const named = (each: string | undefined) => formatDay(londonInstant(each ?? '', '12:00') ?? 0, language);
  const words = t('week.of', { from: named(days[0]), to: named(days.at(-1)) });
  return (
    <>
      <PageHeading words={t('key.appointments')} caption={`${siteName(person)}, ${words}`} />
      <div className="app-day-bar">
        <ViewSwitch day={day} view="week" />
        <WeekPicker day={day} today={today} />
      </div>
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => (
          <div className="app-week">
            {days.map((each) => (
              <WeekDay
                key={each}
                day={each}
                isToday={each === today}
                appointments={inOrder(appointments.filter(({ startsAt }) => londonDay(startsAt) === each))}
              />
            ))}
          </div>
        )}
      </LoadedList>
    </>
  );
}

function WeekPicker({ day, today }: { day: string; today: string }) {
  const { t } = useSpeech();
  const step = (words: string, to: string, testId: string) => (
    <SmallButton
      words={words}
      testId={testId}
      onPress={() => {
        goTo(`week/${to}`);
      }}
    />
  );
  return (
    <div className="app-day-picker" role="group" aria-label={t('view.week')}>
      {step(t('week.previous'), addDays(day, -7), 'previous-week')}
      {step(t('week.next'), addDays(day, 7), 'next-week')}
      {weekOf(today).includes(day) ? null : step(t('week.this'), today, 'this-week')}
    </div>
  );
}

interface WeekDayProps {
  day: string;
  isToday: boolean;
  appointments: readonly ConsoleAppointment[];
}

function WeekDay({ day, isToday, appointments }: WeekDayProps) {
  const { t, language } = useSpeech();
  const now = useNow();
  const noon = londonInstant(day, '12:00') ?? 0;
  return (
    <section
      className={isToday ? 'app-week__day app-week__day--today' : 'app-week__day'}
      aria-labelledby={`day-${day}`}
      data-testid="week-day"
      data-day={day}
    >
      <h2 className="nhsuk-heading-s" id={`day-${day}`}>
        <a href={`#/day/${day}`}>
          {formatWeekday(noon, language)} <span className="app-week__date">{formatDate(noon, language)}</span>
        </a>
        {isToday ? <span className="app-detail">{t('day.today')}</span> : null}
      </h2>
      {appointments.length === 0 ? <p className="app-detail">{t('week.nothing')}</p> : null}
      <ul className="app-week__list">
        {appointments.map((appointment) => (
          <li key={appointment.id} className="app-week__item" {...marksOf(appointment)}>
            <a href={`#/open/${day}/${appointment.id}`} data-testid="appointment-details">
              {formatTime(appointment.startsAt)}–{formatTime(appointment.endsAt)}
              <span className="nhsuk-u-visually-hidden">
                {' '}
                {t('key.ofPatient', { patient: appointment.patientReference })}
              </span>
            </a>
            <div>
              <PatientWords appointment={appointment} />
            </div>
            <div className="app-detail">{appointment.consultant.name}</div>
            <div className="app-detail">{appointment.device.name}</div>
            <StandingTag standing={standingOf(appointment, now)} />
            <DebriefCodeLink appointment={appointment} />
          </li>
        ))}
      </ul>
    </section>
  );
}
