import type { ReactNode } from 'react';
import type { SignedInPerson } from '@sallyport/protocol';
import { Console } from '../ui/Console.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { dayBounds, londonDay } from '../ui/london-time.ts';
import { NotFound } from '../ui/NotFound.tsx';
import { useNow } from '../ui/Session.tsx';
import { useView } from '../ui/use-view.ts';
import { AppointmentPage } from './AppointmentPage.tsx';
import { ClinicMemory } from './ClinicMemory.tsx';
import { ListPage } from './ListPage.tsx';

/** The console of a hospital's consultants: the day's list, and the room of each appointment. */
export function ClinicConsole(): ReactNode {
  const { t } = useSpeech();
  const [view = ''] = useView();
  const navigation = () => [{ path: '', words: t('clinic.list'), current: view === '' || view === 'day' }];
  return (
    <Console name="clinic.name" roles={['consultant']} navigation={navigation}>
      {(person) => (
        <ClinicMemory key={person.id}>
          <View person={person} />
        </ClinicMemory>
      )}
    </Console>
  );
}

function View({ person }: { person: SignedInPerson }) {
  const [view = '', day = '', appointment = ''] = useView();
  const today = londonDay(useNow());
  if (view === '') return <ListPage person={person} day={today} />;
  if (dayBounds(day) === undefined) return <NotFound />;
  if (view === 'day') return <ListPage person={person} day={day} />;
  if (view === 'room') return <AppointmentPage key={appointment} person={person} day={day} id={appointment} />;
  return <NotFound />;
}
