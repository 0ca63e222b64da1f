import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { useNow } from '../ui/Session.tsx';
import { MediaVideo } from './MediaVideo.tsx';
import type { RoomProps } from './Room.tsx';
import { RoomControls } from './RoomControls.tsx';
import { laptopOf, remoteOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import { wordsForDistrust, wordsForKeptOut } from './room-words.ts';

type StageProps = Omit<RoomProps, 'state' | 'live'> & { room: InRoom };

/** The room as the consultant sees it: the patient large, themselves small, what they can do. */
export function RoomStage({ appointment, session, room, onProblem }: StageProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const present = laptopOf(room) !== undefined;
  useEffect(() => {
    announce(t(`room.phase.${room.phase}`));
  }, [announce, t, room.phase]);
  useEffect(() => {
    announce(present ? t('room.laptopHere') : t('room.laptopAway'));
  }, [announce, t, present]);
  const camera = remoteOf(room, 'camera');
  const microphone = remoteOf(room, 'microphone');
  const overlay = wordsOver(room);
  return (
    <section data-testid="room" data-phase={room.phase} data-connection={room.connection} aria-label={t('clinic.room')}>
      <PhaseBanner room={room} />
      <Present room={room} />
      <KeptOut room={room} />
      <Closing closesAt={appointment.closesAt} />
      {room.problem === undefined ? null : (
        <div role="alert" data-testid="media-problem">
          <InsetText>
            <p>{t(room.problem)}</p>
          </InsetText>
        </div>
      )}
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
          <MediaVideo
            testId="self-view"
            className="app-stage__self-video"
            label={t('room.self')}
            muted
            tracks={[room.own.camera === 'on' ? session.ownTrack('camera') : undefined]}
          />
          {room.own.camera === 'on' ? null : <p className="app-stage__self-words">{t('room.cameraOff')}</p>}
        </div>
      </div>
      <RoomControls session={session} room={room} onProblem={onProblem} />
    </section>
  );
}

/** What stands over the picture while there is none. */
function wordsOver(room: InRoom) {
  if (laptopOf(room) === undefined) return 'room.laptopAway' as const;
  if (room.phase === 'waiting') return 'room.readyToAdmit' as const;
  if (room.connection === 'reconnecting') return 'room.reconnecting' as const;
  return (remoteOf(room, 'camera')?.paused ?? true) ? ('room.noPicture' as const) : undefined;
}

function PhaseBanner({ room }: { room: InRoom }) {
  const { t } = useSpeech();
  if (room.phase === 'debrief') {
    return (
      <div className="app-debrief" role="alert" data-testid="debrief-banner">
        <h2 className="nhsuk-heading-m">{t('room.debriefHeading')}</h2>
        <p>{t('room.debriefWords')}</p>
      </div>
    );
  }
  return (
    <p className="app-phase" data-testid="phase-words">
      {t(`room.phase.${room.phase}`)}
    </p>
  );
}

/** Who is on the other side, as people approved it. */
function Present({ room }: { room: InRoom }) {
  const { t } = useSpeech();
  const laptop = laptopOf(room);
  const person = laptop && room.vouchers.get(laptop.id);
  if (laptop === undefined || person === undefined) return null;
  return (
    <p data-testid="verified-laptop">
      <strong>{t('room.verifiedLaptop', { laptop: laptop.name, prison: laptop.site.name, person })}</strong>{' '}
      {t('room.verified')}
    </p>
  );
}

/** Says when somebody is neither shown nor heard, or when control’s word about people is not believed. */
function KeptOut({ room: { keptOut, distrusted } }: { room: InRoom }) {
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
    </div>
  );
}

const warningMilliseconds = 5 * 60_000;

/** Says, shortly before, when the room closes by itself. */
function Closing({ closesAt }: { closesAt: number }) {
  const { t } = useSpeech();
  const soon = closesAt - useNow() < warningMilliseconds;
  return (
    <div role="status">
      {soon ? (
        <InsetText>
          <p>{t('room.closesAt', { time: formatTime(closesAt) })}</p>
        </InsetText>
      ) : null}
    </div>
  );
}
