import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import { formatTime } from '../ui/london-time.ts';
import type { RoomSession } from './room-session.ts';
import type { AdmissionTrouble } from './admission.ts';
import type { RoomState } from './room-state.ts';
import { RoomStage } from './RoomStage.tsx';
import { wordsForAdmission } from './room-words.ts';

export interface RoomProps {
  appointment: ConsoleAppointment;
  /** Whether there still is a room to join. */
  live: boolean;
  session: RoomSession;
  state: RoomState;
  onProblem: (words: string | undefined) => void;
}

/** The room of an appointment, wherever the consultant stands with it. */
export function Room({ state, ...props }: RoomProps): ReactNode {
  const { t } = useSpeech();
  switch (state.state) {
    case 'idle':
      return <Door {...props} words="clinic.join" />;
    case 'approving':
      return (
        <p role="status" data-testid="room-approving">
          {t('approval.waiting')}
        </p>
      );
    case 'joining':
      return <p role="status">{t('room.joining')}</p>;
    case 'lost':
      return (
        <p role="alert" data-testid="room-lost">
          {t('room.lost')}
        </p>
      );
    case 'failed':
      return <Failed {...props} trouble={state.trouble} />;
    case 'left':
      return <Left {...props} reason={state.reason} />;
    case 'inRoom':
      return <RoomStage {...props} room={state} />;
    default:
      return state satisfies never;
  }
}

type DoorProps = Omit<RoomProps, 'state'>;

/** The way in, while there is a room: a click, because it opens the approver's window. */
function Door({ live, session, words }: DoorProps & { words: PlainKey }) {
  const { t } = useSpeech();
  if (!live) return null;
  return (
    <>
      <p>{t('room.approveFirst')}</p>
      <JoinButton session={session} words={words} />
    </>
  );
}

function JoinButton({ session, words }: { session: RoomSession; words: PlainKey }) {
  const { t } = useSpeech();
  return (
    <Button type="button" data-testid="join-room" onClick={() => void session.join()}>
      {t(words)}
    </Button>
  );
}

function Failed({ trouble, ...props }: DoorProps & { trouble: AdmissionTrouble }) {
  const { t } = useSpeech();
  const isTooEarly = trouble.kind === 'trouble' && trouble.trouble.reason === 'too-early';
  return (
    <div data-testid="room-failed">
      <div role="alert">
        <InsetText>
          <p>
            {wordsForAdmission(trouble, t)}{' '}
            {isTooEarly ? t('room.opensAt', { time: formatTime(props.appointment.opensAt) }) : null}
          </p>
        </InsetText>
      </div>
      {props.live ? <JoinButton session={props.session} words="page.tryAgain" /> : null}
    </div>
  );
}

function Left({ reason, live, session }: DoorProps & { reason: Extract<RoomState, { state: 'left' }>['reason'] }) {
  const { t } = useSpeech();
  const isOver = reason === 'consultant-ended' || reason === 'window-over';
  return (
    <div data-testid="room-left" data-reason={reason}>
      <div role="status">
        <InsetText>
          <p>{t(`room.left.${reason}`)}</p>
        </InsetText>
      </div>
      {live && !isOver ? <JoinButton session={session} words="room.joinAgain" /> : null}
    </div>
  );
}
