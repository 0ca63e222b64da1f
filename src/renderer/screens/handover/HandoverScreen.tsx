import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useNow } from '../../bridge/use-now.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { durationInWords } from '../../messages/time.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { LeaveButton } from '../../ui/room/LeaveButton.tsx';
import { StaffCodeField } from './StaffCodeField.tsx';
import './handover.css';

type InRoom = Extract<Screen, { screen: 'inRoom' }>;

// SECURITY: nothing clinical, nobody's name or picture and no sound: the patient may still be in front of it (S39).
/** The debrief has begun, and nobody has shown yet that staff are at the laptop. */
export function HandoverScreen({ screen }: { screen: InRoom }): JSX.Element {
  const { handover, room } = useMessages();
  return (
    <Page name="handover" device={screen.device} link={screen.link} chooseLanguage actions={<LeaveButton />}>
      <div className="handover">
        <div className="words">
          <Heading>{handover.heading}</Heading>
          <p>{handover.body}</p>
          <p>{handover.dark}</p>
          {screen.keepsSomebodyOut && <Notice words={room.unverified} bad />}
        </div>
        <StaffCodePanel staffCode={screen.staffCode} />
      </div>
    </Page>
  );
}

function StaffCodePanel({ staffCode }: Pick<InRoom, 'staffCode'>): JSX.Element {
  const { handover } = useMessages();
  switch (staffCode.state) {
    case 'asking':
      return <StaffCodeField />;
    case 'locked-out':
      return <LockedOut until={staffCode.until} />;
    case 'not-needed':
      return (
        <p className="staff-code" role="status">
          {handover.moment}
        </p>
      );
  }
}

function LockedOut({ until }: { until: number }): JSX.Element {
  const messages = useMessages();
  const { handover } = messages;
  const left = durationInWords(until - useNow(), messages, true);
  return (
    <section className="staff-code staff-code-locked" data-testid="staff-locked-out">
      <h2 role="alert">{handover.lockedOut}</h2>
      <p>{handover.lockedOutBody}</p>
      <p role="timer" aria-live="off" className="staff-code-left">
        {handover.lockedOutLeft(left)}
      </p>
    </section>
  );
}
