import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { RoomStage } from '../../ui/room/RoomStage.tsx';

/** Patient and consultant see and hear each other. */
export function ConsultScreen({ screen }: { screen: Extract<Screen, { screen: 'inRoom' }> }): JSX.Element {
  return <RoomStage name="consult" screen={screen} />;
}
