import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import type { GuestView } from '@sallyport/protocol';
import type { RoomSession } from '../clinic/room-session.ts';
import type { InRoom } from '../clinic/room-state.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { PageHeading } from '../ui/PageHeading.tsx';
import { GuestControls } from './GuestControls.tsx';
import { GuestPictures } from './GuestPictures.tsx';
import { wordsForDistrustOf, wordsForOwnMedia, wordsForStanding } from './guest-words.ts';
import type { PageStay } from './make-stay.ts';
import { PresentPeople } from './PresentPeople.tsx';

interface GuestRoomProps {
  stay: PageStay;
  view: GuestView;
  session: RoomSession;
}

/** Let in: on the way into the room, in it, or on the way back. */
export function GuestRoom({ stay, view, session }: GuestRoomProps): ReactNode {
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  if (state.state === 'inRoom') return <InTheRoom stay={stay} session={session} view={view} room={state} />;
  return <OnTheWay lost={state.state === 'lost'} />;
}

function OnTheWay({ lost }: { lost: boolean }) {
  const { t } = useSpeech();
  const way = lost ? 'lost' : 'entering';
  return (
    <div data-testid={`guest-${way}`}>
      <PageHeading key={way} words={t(`guest.${way}.heading`)} />
      <p>{t(`guest.${way}.words`)}</p>
    </div>
  );
}

function InTheRoom({ stay, view, session, room }: GuestRoomProps & { room: InRoom }) {
  const { t } = useSpeech();
  return (
    <section data-testid="guest-room" data-phase={room.phase} data-connection={room.connection}>
      <PageHeading words={t('guest.room.heading')} caption={view.appointment.prison} />
      <p role="status" className="app-phase">
        {wordsForStanding(room, t)}
      </p>
      <Troubles room={room} />
      <GuestPictures room={room} session={session} />
      <GuestControls stay={stay} session={session} room={room} />
      <PresentPeople room={room} />
      <p className="nhsuk-hint">{t('guest.room.closesAt', { time: formatTime(room.closesAt) })}</p>
    </section>
  );
}

/** Says when somebody is neither shown nor heard, when control’s word about people is not believed, and when own media fail. */
function Troubles({ room: { keptOut, distrusted, problem } }: { room: InRoom }) {
  const { t } = useSpeech();
  const said = [
    ...(keptOut === undefined ? [] : [{ id: 'kept-out', words: wordsForDistrustOf(keptOut, t) }]),
    ...(distrusted === undefined ? [] : [{ id: 'distrusted', words: t('guest.distrust') }]),
    ...(problem === undefined ? [] : [{ id: 'media-problem', words: wordsForOwnMedia(problem, t) }]),
  ];
  return (
    <div role="alert">
      {said.map(({ id, words }) => (
        <InsetText key={id} data-testid={id}>
          <p>{words}</p>
        </InsetText>
      ))}
    </div>
  );
}
