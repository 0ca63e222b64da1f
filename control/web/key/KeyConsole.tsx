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
import { LaptopsPage } from './LaptopsPage.tsx';
import { NextStepsPage } from './NextStepsPage.tsx';
import { ChoosePage, OpenPage } from './OpenPage.tsx';

/** The console of the healthcare staff of a prison: they hold the keys of its laptops. */
export function KeyConsole(): ReactNode {
  const { t } = useSpeech();
  const [view = ''] = useView();
  const navigation = () => [
    { path: '', words: t('key.appointments'), current: view === '' || view === 'day' || view === 'steps' },
    { path: 'book', words: t('key.book'), current: view === 'book' },
    { path: 'open', words: t('key.open'), current: view === 'open' },
    { path: 'laptops', words: t('key.laptops'), current: view === 'laptops' },
  ];
  return (
    <Console name="key.name" roles={['healthcare']} navigation={navigation}>
      {(person) => <View person={person} />}
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
    case 'book':
      return <BookPage day={day} />;
    case 'open':
      return <OpenPage key={appointment} day={day} id={appointment} />;
    case 'steps':
      return <NextStepsPage day={day} id={appointment} />;
    default:
      return <NotFound />;
  }
}
