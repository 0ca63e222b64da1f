import type { ReactNode } from 'react';
import type { Participant } from '@sallyport/protocol';
import type { RemoteTrack } from '@sallyport/room-client';
import { MediaVideo } from '../clinic/MediaVideo.tsx';
import type { RoomSession } from '../clinic/room-session.ts';
import { guestsOf, laptopOf, trackOf } from '../clinic/room-state.ts';
import type { InRoom } from '../clinic/room-state.ts';
import { useSpeech } from '../ui/Language.tsx';
import { consultantIn } from './guest-words.ts';

interface GuestPicturesProps {
  room: InRoom;
  session: RoomSession;
}

/** Everybody's picture and sound: what the consultant shows, the consultant, the patient, another guest; oneself small. */
export function GuestPictures({ room, session }: GuestPicturesProps): ReactNode {
  return (
    <>
      <Others room={room} />
      <OwnPicture room={room} session={session} />
    </>
  );
}

function Others({ room }: { room: InRoom }) {
  const { t } = useSpeech();
  const consultant = consultantIn(room);
  const laptop = laptopOf(room);
  const shown = trackOf(room, consultant, 'screen');
  return (
    <div className="app-guest-pictures">
      {shown === undefined || shown.paused ? null : (
        <figure className="app-guest-picture app-guest-picture--wide">
          <div className="app-guest-picture__frame">
            <MediaVideo
              testId="guest-screen-video"
              className="app-guest-picture__video"
              label={t('guest.picture.shown')}
              tracks={[shown.track]}
            />
          </div>
          <figcaption>{t('guest.picture.shown')}</figcaption>
        </figure>
      )}
      {[consultant, laptop, ...guestsOf(room)].map((person) =>
        person === undefined ? null : <Picture key={person.id} room={room} person={person} />,
      )}
    </div>
  );
}

function Picture({ room, person }: { room: InRoom; person: Participant }) {
  const { t } = useSpeech();
  const [camera, microphone] = [trackOf(room, person, 'camera'), trackOf(room, person, 'microphone')];
  const isPatient = person.kind === 'device';
  const [hasPicture, hasSound] = [isOn(camera), isOn(microphone)];
  return (
    <figure className="app-guest-picture" data-testid="person-picture" data-kind={person.kind}>
      <div className="app-guest-picture__frame">
        <MediaVideo
          testId={`${person.kind}-video`}
          className="app-guest-picture__video"
          label={isPatient ? t('guest.picture.ofPatient') : t('room.guestPicture', { name: person.name })}
          tracks={[camera?.track, microphone?.track]}
        />
        {hasPicture ? null : <p className="app-guest-picture__words">{t('guest.picture.none')}</p>}
      </div>
      <figcaption>
        <strong>{isPatient ? t('guest.picture.patient') : <bdi>{person.name}</bdi>}</strong>
        {hasSound ? null : <span className="app-detail">{t('guest.picture.muted')}</span>}
      </figcaption>
    </figure>
  );
}

function isOn(track: RemoteTrack | undefined): boolean {
  return track?.paused === false;
}

function OwnPicture({ room, session }: GuestPicturesProps) {
  const { t } = useSpeech();
  const hasPicture = room.own.camera === 'on';
  return (
    <div className="app-guest-own">
      <div className="app-self">
        <MediaVideo
          testId="self-view"
          className="app-self__video"
          label={t('room.self')}
          muted
          tracks={[hasPicture ? session.ownTrack('camera') : undefined]}
        />
        {hasPicture ? null : <p className="app-self__words">{t('room.cameraOff')}</p>}
      </div>
    </div>
  );
}
