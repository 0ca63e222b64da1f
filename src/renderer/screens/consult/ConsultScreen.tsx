import type { JSX } from 'react';
import { isNameChecked } from '@sallyport/protocol';
import type { Screen } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { Heading } from '../../ui/Heading.tsx';
import { RoomStage } from '../../ui/room/RoomStage.tsx';
import { ClosingSoon } from './ClosingSoon.tsx';
import { NameCheck } from './NameCheck.tsx';

/** Patient and consultant see and hear each other; first the patient says who they are. */
export function ConsultScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  const { consult } = useMessages();
  const { progress, appointment } = screen;
  const banner = isNameChecked(progress) ? (
    <Heading unseen>{consult.heading(appointment.consultant.name)}</Heading>
  ) : (
    <NameCheck name={appointment.patientName} isDone={progress.nameChecked.laptop} />
  );
  return (
    <RoomStage name="consult" screen={screen} banner={banner} status={<ClosingSoon closesAt={screen.closesAt} />} />
  );
}
