import type { JSX, ReactNode } from 'react';
import type { AppointedConsultant, Screen } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { AudioView, VideoView } from '../../media/VideoView.tsx';
import { useMessages } from '../../messages/catalogue.ts';
import { LanguageChoice } from '../LanguageChoice.tsx';
import { LinkStatus } from '../LinkStatus.tsx';
import { ConsultantName } from './ConsultantName.tsx';
import { GuestView } from './GuestView.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { MuteButton } from './MuteButton.tsx';
import { SelfView } from './SelfView.tsx';
import './stage.css';

interface RoomStageProps {
  name: 'consult' | 'debrief';
  screen: Extract<Screen, { screen: 'inRoom' }>;
  /** Words above the pictures that must not be missed. */
  banner: ReactNode;
  /** What is to be said over the picture, besides how it does. */
  status: ReactNode;
}

/** Face to face: the consultant large, or what the consultant shows, the others small, and few large controls. */
export function RoomStage({ name, screen, banner, status }: RoomStageProps): JSX.Element {
  const { view } = useRoom();
  const { consultant, patientReference } = screen.appointment;
  const voices = [view.consultant, ...view.guests].flatMap((person) => person?.microphone ?? []);
  return (
    <div className="stage-page" data-testid="screen" data-screen={name} data-sharing={view.screen !== undefined}>
      {banner}
      <main className="stage">
        {view.screen !== undefined && (
          <SharedScreen track={view.screen} booked={consultant} patient={patientReference} />
        )}
        <ConsultantPicture booked={consultant} named={view.screen === undefined} />
        <div className="stage-others">
          <SelfView />
          {view.guests.map((guest) => (
            <GuestView key={guest.participant.id} guest={guest} />
          ))}
        </div>
        {voices.map((voice, place) => (
          <AudioView key={voice.id} track={voice} testId={place === 0 ? 'remote-audio' : 'guest-audio'} />
        ))}
        <StageStatus keepsSomebodyOut={screen.keepsSomebodyOut}>{status}</StageStatus>
      </main>
      <footer className="stage-actions">
        {screen.link !== 'connected' && <LinkStatus link={screen.link} />}
        <LanguageChoice />
        <span className="stage-between" />
        <MuteButton />
        <LeaveButton />
      </footer>
    </div>
  );
}

interface ConsultantPictureProps {
  booked: AppointedConsultant;
  /** Whether the name stands at the picture. */
  named: boolean;
}

function ConsultantPicture({ booked, named }: ConsultantPictureProps): JSX.Element {
  const { room } = useMessages();
  const { consultant } = useRoom().view;
  return (
    <div className="stage-remote">
      {consultant?.camera === undefined ? (
        <p>{room.noRemotePicture}</p>
      ) : (
        <VideoView
          track={consultant.camera}
          label={room.remoteVideo(consultant.participant.name)}
          testId="remote-video"
          className="whole"
        />
      )}
      {named && <ConsultantName booked={booked} />}
    </div>
  );
}

interface SharedScreenProps {
  track: MediaStreamTrack;
  booked: AppointedConsultant;
  patient: string;
}

/** What the consultant shows, whole and unscaled beyond the window, with whose it is and who shows it. */
function SharedScreen({ track, booked, patient }: SharedScreenProps): JSX.Element {
  const { room } = useMessages();
  return (
    <figure className="stage-shared">
      <figcaption>
        <span data-testid="shared-for">{room.sharedFor(patient)}</span>
        <ConsultantName booked={booked} />
      </figcaption>
      <VideoView track={track} label={room.sharedScreen(booked.name)} testId="shared-screen" className="whole" />
    </figure>
  );
}

/** What is not as it should be, or is to be known, over the picture; nothing while all is well. */
function StageStatus({ keepsSomebodyOut, children }: { keepsSomebodyOut: boolean; children: ReactNode }): JSX.Element {
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
      {children}
    </div>
  );
}
