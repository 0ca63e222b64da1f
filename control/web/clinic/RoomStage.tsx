import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import { isNameChecked } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useNow } from '../ui/Session.tsx';
import { closingOf } from './closing.ts';
import type { Closing } from './closing.ts';
import { ClosingNote } from './ClosingNote.tsx';
import { DebriefBanner } from './DebriefBanner.tsx';
import { MediaVideo } from './MediaVideo.tsx';
import { NameCheck } from './NameCheck.tsx';
import { PeoplePictures } from './PeoplePictures.tsx';
import type { RoomProps } from './Room.tsx';
import { RoomControls } from './RoomControls.tsx';
import type { RoomSession } from './room-session.ts';
import { laptopOf, trackOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import { wordsForDistrust, wordsForKeptOut } from './room-words.ts';
import { newlySaid, spokenRoom } from './spoken-room.ts';
import { StageHeading } from './StageHeading.tsx';
import { useAsk } from './use-ask.ts';
import type { Ask } from './use-ask.ts';
import { WaitingPanel } from './WaitingPanel.tsx';
import { WhoIsHere } from './WhoIsHere.tsx';

interface StageProps extends Pick<RoomProps, 'appointment' | 'session' | 'onProblem'> {
  room: InRoom;
}

/** The room as the consultant sees it: who waits; then the patient large, themselves small, and what they can do. */
export function RoomStage({ appointment, session, room, onProblem }: StageProps): ReactNode {
  const { t } = useSpeech();
  const ask = useAsk(onProblem);
  const now = useNow(5_000);
  const { phase } = room;
  const closing = closingOf(appointment, room.closesAt, now);
  useSpokenRoom(room, closing);
  return (
    <section data-testid="room" data-phase={phase} data-connection={room.connection} aria-label={t('clinic.room')}>
      <StageHeading words={t(`room.phase.${phase}`)} />
      <Troubles room={room} />
      <ClosingNote
        closing={closing}
        extendable={closing.soon || phase !== 'waiting'}
        onExtend={() => ask(session.extend())}
      />
      <PhaseContent appointment={appointment} session={session} room={room} ask={ask} />
      <RoomControls session={session} room={room} ask={ask} />
      <WhoIsHere room={room} />
    </section>
  );
}

interface ContentProps extends Pick<StageProps, 'appointment' | 'session' | 'room'> {
  ask: Ask;
}

function PhaseContent({ appointment, session, room, ask }: ContentProps) {
  if (room.phase === 'waiting') {
    return (
      <>
        <WaitingPanel appointment={appointment} session={session} room={room} ask={ask} />
        <div className="app-own">
          <OwnPicture session={session} room={room} />
        </div>
      </>
    );
  }
  return (
    <>
      {room.phase === 'debrief' ? <DebriefBanner confirmed={room.progress.staffConfirmed} /> : null}
      {room.phase === 'consult' && !isNameChecked(room.progress) ? (
        <NameCheck
          name={appointment.patientName}
          checked={room.progress.nameChecked}
          onCorrect={() => ask(session.ask('room.checkName'))}
        />
      ) : null}
      <Picture session={session} room={room} />
      <PeoplePictures room={room} />
    </>
  );
}

/** The laptop's picture and sound, large. */
function Picture({ session, room }: Pick<StageProps, 'session' | 'room'>) {
  const { t } = useSpeech();
  const laptop = laptopOf(room);
  const camera = trackOf(room, laptop, 'camera');
  const microphone = trackOf(room, laptop, 'microphone');
  const overlay = wordsOver(room);
  return (
    <div className="app-stage">
      <MediaVideo
        testId="remote-video"
        className="app-stage__remote"
        label={t('room.remote')}
        tracks={[camera?.track, microphone?.track]}
      />
      {overlay === undefined ? null : <p className="app-stage__words">{t(overlay)}</p>}
      {microphone?.paused === true ? <p className="app-stage__note">{t('room.remoteMuted')}</p> : null}
      <div className="app-stage__self">
        <OwnPicture session={session} room={room} />
      </div>
    </div>
  );
}

function OwnPicture({ session, room }: { session: RoomSession; room: InRoom }) {
  const { t } = useSpeech();
  return (
    <div className="app-self">
      <MediaVideo
        testId="self-view"
        className="app-self__video"
        label={t('room.self')}
        muted
        tracks={[room.own.camera === 'on' ? session.ownTrack('camera') : undefined]}
      />
      {room.own.camera === 'on' ? null : <p className="app-self__words">{t('room.cameraOff')}</p>}
    </div>
  );
}

/** What stands over the picture while there is none. */
function wordsOver(room: InRoom) {
  const laptop = laptopOf(room);
  if (laptop === undefined) return 'room.laptopAway' as const;
  if (room.phase === 'debrief' && !room.progress.staffConfirmed) return 'room.laptopDark' as const;
  if (room.connection === 'reconnecting') return 'room.reconnecting' as const;
  return (trackOf(room, laptop, 'camera')?.paused ?? true) ? ('room.noPicture' as const) : undefined;
}

/** Says aloud what is new in the room. */
function useSpokenRoom(room: InRoom, closing: Closing): void {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const said = useRef<readonly string[]>([]);
  useEffect(() => {
    const sentences = spokenRoom(room, closing, t);
    const words = newlySaid(said.current, sentences);
    if (words !== '') announce(words);
    said.current = sentences;
  }, [announce, room, closing, t]);
}

/** Says when somebody is neither shown nor heard, when control’s word about people is not believed, and when own media fail. */
function Troubles({ room: { keptOut, distrusted, problem } }: { room: InRoom }) {
  const { t } = useSpeech();
  return (
    <div role="alert">
      {keptOut === undefined ? null : (
        <InsetText data-testid="kept-out">
          <p>{t(wordsForKeptOut(keptOut))}</p>
        </InsetText>
      )}
      {distrusted === undefined ? null : (
        <InsetText data-testid="distrusted">
          <p>{wordsForDistrust(distrusted, t)}</p>
        </InsetText>
      )}
      {problem === undefined ? null : (
        <InsetText data-testid="media-problem">
          <p>{t(problem)}</p>
        </InsetText>
      )}
    </div>
  );
}
