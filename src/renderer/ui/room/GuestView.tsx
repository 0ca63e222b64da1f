import type { JSX } from 'react';
import type { RemotePerson } from '../../media/remote-people.ts';
import { VideoView } from '../../media/VideoView.tsx';
import { useMessages } from '../../messages/catalogue.ts';

/** An interpreter or second clinician, small, by the name and kind that the consultant approved. */
export function GuestView({ guest }: { guest: RemotePerson }): JSX.Element {
  const { room } = useMessages();
  const { id, name, kind } = guest.participant;
  return (
    <figure className="guest" data-testid="guest" data-guest={id}>
      {guest.camera === undefined ? (
        <p>{room.noGuestPicture}</p>
      ) : (
        <VideoView track={guest.camera} label={room.remoteVideo(name)} testId="guest-video" className="whole" />
      )}
      <figcaption>
        <strong>{name}</strong> {kind === 'interpreter' || kind === 'clinician' ? room.guests[kind] : ''}
      </figcaption>
    </figure>
  );
}
