import type { ReactNode } from 'react';
import { isNameChecked } from '@sallyport/protocol';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { GatedButton } from './GatedButton.tsx';
import type { RoomSession } from './room-session.ts';
import { mayShare } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import type { Ask } from './use-ask.ts';

interface RoomControlsProps {
  session: RoomSession;
  room: InRoom;
  ask: Ask;
}

/** What the consultant can do in the room, whatever its phase: the next phase, their own media, the way out. */
export function RoomControls({ session, room, ask }: RoomControlsProps): ReactNode {
  const { t } = useSpeech();
  return (
    <div className="app-controls" role="group" aria-label={t('room.controls')}>
      {room.phase === 'consult' ? (
        <GatedButton
          words={t('room.startDebrief')}
          testId="start-debrief"
          primary={isNameChecked(room.progress)}
          onPress={() => ask(session.ask('room.startDebrief'))}
        />
      ) : null}
      <OwnButton session={session} room={room} source="microphone" />
      <OwnButton session={session} room={room} source="camera" />
      {room.phase === 'waiting' ? null : <ShareButton session={session} room={room} />}
      <GatedButton
        words={t('room.leave')}
        testId="leave-room"
        onPress={() => {
          session.leave();
          return Promise.resolve();
        }}
      />
      {room.phase === 'waiting' ? null : (
        <ConfirmButton
          words={t('room.end')}
          question={t('room.endQuestion')}
          testId="end-room"
          onConfirmed={async () => {
            await ask(session.ask('room.end'));
          }}
        />
      )}
    </div>
  );
}

function ShareButton({ session, room }: Omit<RoomControlsProps, 'ask'>) {
  const { t } = useSpeech();
  if (room.own.screen !== 'off') {
    return <GatedButton words={t('room.stopSharing')} testId="stop-sharing" onPress={() => session.stopSharing()} />;
  }
  const reason = room.phase === 'debrief' ? t('room.shareAfterStaff') : t('room.shareAfterName');
  return (
    <GatedButton
      words={t('room.share')}
      testId="share-screen"
      reason={mayShare(room) ? undefined : reason}
      onPress={() => session.shareScreen()}
    />
  );
}

interface OwnButtonProps {
  session: RoomSession;
  room: InRoom;
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
