import type { JSX } from 'react';
import { useRoom } from '../../media/room-context.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../Button.tsx';
import { Icon } from '../Icon.tsx';

/** Turns the laptop's microphone off and on. Its words say what pressing does. */
export function MuteButton(): JSX.Element {
  const { room } = useMessages();
  const { view, setMuted } = useRoom();
  return (
    <Button testId="mute" onPress={() => setMuted(!view.muted)}>
      <Icon name={view.muted ? 'microphone' : 'microphone-off'} />
      {view.muted ? room.unmute : room.mute}
    </Button>
  );
}
