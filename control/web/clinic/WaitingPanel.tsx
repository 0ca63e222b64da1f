import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { useNow } from '../ui/Session.tsx';
import { DeclineForm } from './DeclineForm.tsx';
import { GatedButton } from './GatedButton.tsx';
import { MessageButtons } from './MessageButtons.tsx';
import { PatientFacts } from './PatientFacts.tsx';
import type { RoomSession } from './room-session.ts';
import { hindrance, laptopOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import type { Ask } from './use-ask.ts';

interface WaitingPanelProps {
  appointment: ConsoleAppointment;
  session: RoomSession;
  room: InRoom;
  ask: Ask;
}

/** Who waits, and what the consultant does about it: let them in, tell them how long it takes, or send them away. */
export function WaitingPanel({ appointment, session, room, ask }: WaitingPanelProps): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const against = hindrance(room);
  return (
    <div className="app-waiting" data-testid="waiting-panel">
      <PatientFacts appointment={appointment} progress={room.progress} now={now} />
      <div>
        <GatedButton
          words={t('room.admit')}
          testId="admit"
          small={false}
          primary
          reason={against === undefined ? undefined : t(`waiting.hindrance.${against}`)}
          onPress={() => ask(session.ask('room.admit'))}
        />
        {laptopOf(room) === undefined ? null : (
          <>
            <MessageButtons session={session} sent={room.message} ask={ask} />
            <DeclineForm onDeclined={(reason) => ask(session.decline(reason))} />
          </>
        )}
      </div>
    </div>
  );
}
