import type { JSX, ReactNode } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { AudioView, VideoView } from '../../media/VideoView.tsx';
import { useMessages } from '../../messages/catalogue.ts';
import { LinkStatus } from '../LinkStatus.tsx';
import { ConsultantName } from './ConsultantName.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { MuteButton } from './MuteButton.tsx';
import { SelfView } from './SelfView.tsx';
import './stage.css';

interface RoomStageProps {
  name: 'consult' | 'debrief';
  screen: Extract<Screen, { screen: 'inRoom' }>;
  /** Words above the pictures that must not be missed. */
  banner?: ReactNode;
}

/** Consultant and laptop face to face: the consultant large, or what the consultant shows, and few large controls. */
export function RoomStage({ name, screen, banner }: RoomStageProps): JSX.Element {
  const messages = useMessages();
  const { view } = useRoom();
  const { consultant } = screen.appointment;
  const sharing = view.screen !== undefined;
  return (
    <div className="stage-page" data-testid="screen" data-screen={name} data-sharing={sharing}>
      {banner}
      <main className="stage">
        <div className="stage-remote">
          {view.camera === undefined ? (
            <p>{messages.room.noRemotePicture}</p>
          ) : (
            <VideoView
              track={view.camera}
              label={messages.room.remoteVideo(consultant.name)}
              testId="remote-video"
              className="whole"
            />
          )}
        </div>
        {view.screen !== undefined && (
          <SharedScreen
            track={view.screen}
            consultant={consultant.name}
            patient={screen.appointment.patientReference}
          />
        )}
        <SelfView />
        {view.microphone !== undefined && <AudioView track={view.microphone} testId="remote-audio" />}
        <StageStatus keepsSomebodyOut={screen.keepsSomebodyOut} />
      </main>
      <footer className="stage-actions">
        <ConsultantName booked={consultant} />
        {screen.link !== 'connected' && <LinkStatus link={screen.link} />}
        <MuteButton />
        <LeaveButton />
      </footer>
    </div>
  );
}

interface SharedScreenProps {
  track: MediaStreamTrack;
  consultant: string;
  patient: string;
}

/** What the consultant shows, whole and unscaled beyond the window, with whose it is. */
function SharedScreen({ track, consultant, patient }: SharedScreenProps): JSX.Element {
  const { room } = useMessages();
  return (
    <figure className="stage-shared">
      <figcaption data-testid="shared-for">{room.sharedFor(patient)}</figcaption>
      <VideoView track={track} label={room.sharedScreen(consultant)} testId="shared-screen" className="whole" />
    </figure>
  );
}

/** What is not as it should be, over the picture; nothing while all is well. */
function StageStatus({ keepsSomebodyOut }: { keepsSomebodyOut: boolean }): JSX.Element {
  const { room } = useMessages();
  const { view } = useRoom();
  const words = [
    ...(view.connection === 'joining' ? [room.connecting] : []),
    ...(view.connection === 'reconnecting' ? [room.reconnecting] : []),
    ...(view.connection === 'connected' && view.consultant === undefined ? [room.consultantAway] : []),
    ...(view.muted ? [room.muted] : []),
    ...(keepsSomebodyOut ? [room.unverified] : []),
  ];
  return (
    <div className="stage-status" role="status" data-testid="room-status" data-connection={view.connection}>
      {words.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
