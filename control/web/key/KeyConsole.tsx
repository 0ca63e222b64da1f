import type { ReactNode } from 'react';
import type { SignedInPerson } from '@sallyport/protocol';
import { Console } from '../ui/Console.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { dayBounds, londonDay } from '../ui/london-time.ts';
import { NotFound } from '../ui/NotFound.tsx';
import { useNow } from '../ui/Session.tsx';
import { useView } from '../ui/use-view.ts';
import { AppointmentsPage } from './AppointmentsPage.tsx';
import { BookPage } from './BookPage.tsx';
import { ChangePage } from './ChangePage.tsx';
import { DebriefPage } from './DebriefPage.tsx';
import { KeyAlerts } from './KeyAlerts.tsx';
import { LaptopsPage } from './LaptopsPage.tsx';
import { NextStepsPage } from './NextStepsPage.tsx';
import { ChoosePage, OpenPage } from './OpenPage.tsx';
import { TakePage } from './TakePage.tsx';
import { WeekPage } from './WeekPage.tsx';

/** Views that belong to the list of appointments. */
const appointmentViews = ['', 'day', 'week', 'steps', 'change', 'debrief'];

/** The console of the healthcare staff of a prison: they hold the keys of its laptops. */
export function KeyConsole(): ReactNode {
  const { t } = useSpeech();
  const [view = ''] = useView();
  const navigation = () => [
    { path: '', words: t('key.appointments'), current: appointmentViews.includes(view) },
    { path: 'book', words: t('key.book'), current: view === 'book' },
    { path: 'open', words: t('key.open'), current: view === 'open' },
    { path: 'laptops', words: t('key.laptops'), current: view === 'laptops' || view === 'take' },
  ];
  return (
    <Console name="key.name" roles={['healthcare']} navigation={navigation}>
      {(person) => (
        <>
          <KeyAlerts view={view} />
          <View person={person} />
        </>
      )}
    </Console>
  );
}

function View({ person }: { person: SignedInPerson }) {
  const [view = '', day = '', appointment = ''] = useView();
  const today = londonDay(useNow());
  if (dayBounds(day) !== undefined) return <DayView view={view} person={person} day={day} appointment={appointment} />;
  switch (view) {
    case '':
      return <AppointmentsPage person={person} day={today} />;
    case 'book':
      return <BookPage day={today} />;
    case 'laptops':
      return <LaptopsPage person={person} />;
    case 'take':
      return <TakePage person={person} id={day} />;
    case 'open':
      return <ChoosePage day={today} />;
    default:
      return <NotFound />;
  }
}

interface DayViewProps {
  view: string;
  person: SignedInPerson;
  day: string;
  /** The appointment's id. */
  appointment: string;
}

function DayView({ view, person, day, appointment }: DayViewProps) {
  switch (view) {
    case 'day':
      return <AppointmentsPage person={person} day={day} />;
    case 'week':
      return <WeekPage person={person} day={day} />;
    case 'book':
      return <BookPage day={day} />;
    case 'change':
      return <ChangePage key={appointment} day={day} id={appointment} />;
    case 'open':
      return <OpenPage key={appointment} day={day} id={appointment} />;
    case 'debrief':
      return <DebriefPage key={appointment} day={day} id={appointment} />;
    case 'steps':
      return <NextStepsPage day={day} id={appointment} />;
    default:
      return <NotFound />;
  }
}
