import { useContext } from 'react';
import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime } from '../../messages/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { ConsultantName } from '../../ui/room/ConsultantName.tsx';
import { LeaveButton } from '../../ui/room/LeaveButton.tsx';
import './waiting.css';

interface WaitingForConsultantProps {
  screen: Extract<Screen, { screen: 'inRoom' }>;
  /** Staff want to say anew who is there. */
  onChange: () => void;
}

/** Everything is said, and the consultant has not admitted yet. The patient reads this. */
export function WaitingForConsultant({ screen, onChange }: WaitingForConsultantProps): JSX.Element {
  const { waiting, room, prepare } = useMessages();
  const language = useContext(LanguageContext);
  const { view, since } = useRoom();
  const booked = screen.appointment.consultant;
  const there = view.consultant?.participant;
  const actions = (
    <>
      <LeaveButton />
      <Button testId="change-present" onPress={onChange}>
        {prepare.again}
      </Button>
    </>
  );
  return (
    <Page name="waiting" link={screen.link} chooseLanguage actions={actions}>
      <div className="words waiting">
        <Heading>{waiting.heading}</Heading>
        <p className="waiting-who" role="status" data-testid="waiting-who">
          {there === undefined ? waiting.body(booked.name) : waiting.here(there.name)}
        </p>
        <ConsultantName booked={booked} />
        <div role="status">
          {screen.message !== null && (
            // Another message is another card, so that it is seen as something new.
            <div
              key={screen.message}
              className="waiting-message"
              data-testid="waiting-message"
              data-message={screen.message}
            >
              <Icon name="message" />
              <p>
                {waiting.says(booked.name)} <strong>{waiting.messages[screen.message]}</strong>
              </p>
            </div>
          )}
        </div>
        <p>{waiting.more}</p>
        <p data-testid="waiting-since">{waiting.since(clockTime(since, language))}</p>
        {view.connection === 'reconnecting' && <Notice words={room.reconnecting} />}
        {screen.keepsSomebodyOut && <Notice words={room.unverified} bad />}
      </div>
    </Page>
  );
}
