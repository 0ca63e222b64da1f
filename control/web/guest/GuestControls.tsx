import type { ReactNode } from 'react';
import { mediaAllowance } from '@sallyport/protocol';
import { GatedButton } from '../clinic/GatedButton.tsx';
import type { RoomSession } from '../clinic/room-session.ts';
import type { InRoom } from '../clinic/room-state.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import type { PageStay } from './make-stay.ts';

interface GuestControlsProps {
  stay: PageStay;
  session: RoomSession;
  room: InRoom;
}

/** What a guest can do: their own camera and microphone, and leave. */
export function GuestControls({ stay, session, room }: GuestControlsProps): ReactNode {
  const { t } = useSpeech();
  // An interpreter is not in a debrief, and a second clinician may speak wherever an interpreter may.
  const speaks = mediaAllowance(room, 'clinician').sends;
  return (
    <div className="app-controls" role="group" aria-label={t('guest.room.controls')}>
      {speaks ? (
        <>
          <OwnButton session={session} room={room} source="microphone" />
          <OwnButton session={session} room={room} source="camera" />
        </>
      ) : null}
      <ConfirmButton
        words={t('guest.leave')}
        question={t('guest.leaveQuestion')}
        testId="guest-leave"
        onConfirmed={() => stay.leave()}
      />
    </div>
  );
}

interface OwnButtonProps extends Omit<GuestControlsProps, 'stay'> {
  source: 'camera' | 'microphone';
}

function OwnButton({ session, room, source }: OwnButtonProps) {
  const { t } = useSpeech();
  const own = room.own[source];
  const testId = `toggle-${source}`;
  if (own === 'off') {
    return <GatedButton words={t(`room.${source}.start`)} testId={testId} onPress={() => session.startOwnMedia()} />;
  }
  return (
    <GatedButton
      words={own === 'on' ? t(`room.${source}.pause`) : t(`room.${source}.resume`)}
      testId={testId}
      onPress={() => session.setPaused(source, own === 'on')}
    />
  );
}
