import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import type { RoomSession } from './room-session.ts';
import { wordsForRoomRefusal } from './room-words.ts';
import { laptopOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';

interface RoomControlsProps {
  session: RoomSession;
  room: InRoom;
  onProblem: (words: string | undefined) => void;
}

/** What the consultant can do in the room. */
export function RoomControls({ session, room, onProblem }: RoomControlsProps): ReactNode {
  const { t } = useSpeech();
  const ask = async (method: Parameters<RoomSession['ask']>[0]) => {
    const refusal = await session.ask(method);
    onProblem(refusal === undefined ? undefined : wordsForRoomRefusal(refusal, t));
  };
  return (
    <div className="app-controls" role="group" aria-label={t('room.controls')}>
      <PhaseButtons room={room} ask={ask} />
      <OwnButton session={session} room={room} source="microphone" />
      <OwnButton session={session} room={room} source="camera" />
      {room.own.screen === 'off' ? (
        <Control words="room.share" testId="share-screen" onPress={() => session.shareScreen()} />
      ) : (
        <Control words="room.stopSharing" testId="stop-sharing" onPress={() => session.stopSharing()} />
      )}
      <Control
        words="room.leave"
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
          onConfirmed={() => ask('room.end')}
        />
      )}
    </div>
  );
}

interface PhaseButtonsProps {
  room: InRoom;
  ask: (method: 'room.admit' | 'room.startDebrief') => Promise<void>;
}

function PhaseButtons({ room, ask }: PhaseButtonsProps) {
  return (
    <>
      {room.phase === 'waiting' && laptopOf(room) !== undefined ? (
        <Control words="room.admit" testId="admit" primary onPress={() => ask('room.admit')} />
      ) : null}
      {room.phase === 'consult' ? (
        <Control words="room.startDebrief" testId="start-debrief" primary onPress={() => ask('room.startDebrief')} />
      ) : null}
    </>
  );
}

interface OwnButtonProps {
  session: RoomSession;
  room: InRoom;
  source: 'camera' | 'microphone';
}

function OwnButton({ session, room, source }: OwnButtonProps) {
  const own = room.own[source];
  const testId = `toggle-${source}`;
  if (own === 'off') {
    return <Control words={`room.${source}.start`} testId={testId} onPress={() => session.startOwnMedia()} />;
  }
  return (
    <Control
      words={own === 'on' ? `room.${source}.pause` : `room.${source}.resume`}
      testId={testId}
      onPress={() => session.setPaused(source, own === 'on')}
    />
  );
}

interface ControlProps {
  words: PlainKey;
  testId: string;
  primary?: boolean;
  onPress: () => Promise<void>;
}

function Control({ words, testId, primary = false, onPress }: ControlProps) {
  const { t } = useSpeech();
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    await onPress();
    setBusy(false);
  };
  return (
    <Button
      type="button"
      small
      secondary={!primary}
      data-testid={testId}
      aria-disabled={busy}
      onClick={() => {
        if (!busy) void press();
      }}
    >
      {t(words)}
    </Button>
  );
}
