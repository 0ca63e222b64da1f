import type { ReactNode } from 'react';
import type { Participant } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { MediaVideo } from './MediaVideo.tsx';
import { guestsOf, trackOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';

/** The guests who are in the room: each with their picture and sound, under their verified name. */
export function PeoplePictures({ room }: { room: InRoom }): ReactNode {
  const guests = guestsOf(room);
  if (guests.length === 0) return null;
  return (
    <div className="app-people-pictures">
      {guests.map((guest) => (
        <Picture key={guest.id} guest={guest} room={room} />
      ))}
    </div>
  );
}

function Picture({ guest, room }: { guest: Participant; room: InRoom }) {
  const { t } = useSpeech();
  const camera = trackOf(room, guest, 'camera');
  const microphone = trackOf(room, guest, 'microphone');
  const role = guest.kind === 'interpreter' ? t('guestKind.interpreter') : t('guestKind.clinician');
  return (
    <figure className="app-person-picture" data-testid="guest-picture" data-guest={guest.id}>
      <div className="app-person-picture__frame">
        <MediaVideo
          testId="guest-video"
          className="app-person-picture__video"
          label={t('room.guestPicture', { name: guest.name })}
          tracks={[camera?.track, microphone?.track]}
        />
        {(camera?.paused ?? true) ? <p className="app-person-picture__words">{t('room.guestNoPicture')}</p> : null}
      </div>
      <figcaption>
        <strong>
          <bdi>{guest.name}</bdi>
        </strong>
        , <span>{role}</span>
        {(microphone?.paused ?? true) ? <span className="app-detail">{t('room.guestMuted')}</span> : null}
      </figcaption>
    </figure>
  );
}
