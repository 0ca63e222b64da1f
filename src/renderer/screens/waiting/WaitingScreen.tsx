import type { JSX } from 'react';
import type { AppointedConsultant, Screen } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { ConsultantName } from '../../ui/room/ConsultantName.tsx';
import { LeaveButton } from '../../ui/room/LeaveButton.tsx';
import { SelfView } from '../../ui/room/SelfView.tsx';
import './waiting.css';

/** In the room, and the consultant has not come yet. The patient reads this. */
export function WaitingScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  const { waiting, room } = useMessages();
  const { view } = useRoom();
  const { consultant } = screen.appointment;
  return (
    <Page name="waiting" link={screen.link} actions={<WaitingActions booked={consultant} />}>
      <div className="waiting">
        <div className="words">
          <Heading>{waiting.heading}</Heading>
          <p className="waiting-who" data-testid="waiting-who">
            {waiting.body(consultant.name)}
          </p>
          <p>{waiting.more}</p>
          {view.connection === 'reconnecting' && <Notice words={room.reconnecting} />}
          {screen.keepsSomebodyOut && <Notice words={room.unverified} bad />}
        </div>
        <SelfView />
      </div>
    </Page>
  );
}

function WaitingActions({ booked }: { booked: AppointedConsultant }): JSX.Element {
  return (
    <>
      <ConsultantName booked={booked} />
      <LeaveButton />
    </>
  );
}
