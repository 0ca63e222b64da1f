import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { Heading } from '../../ui/Heading.tsx';
import { RoomStage } from '../../ui/room/RoomStage.tsx';
import { ClosingSoon } from '../consult/ClosingSoon.tsx';
import './debrief.css';

/** Staff, who have shown that they are at the laptop, and consultant alone: the words say who must not be near. */
export function DebriefScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  const { debrief } = useMessages();
  const banner = (
    <header className="stage-banner debrief-banner" data-testid="debrief-banner">
      <Heading>{debrief.heading}</Heading>
      <p role="alert">{debrief.body}</p>
    </header>
  );
  const status = <ClosingSoon closesAt={screen.closesAt} />;
  return <RoomStage name="debrief" screen={screen} banner={banner} status={status} />;
}
