import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import type { ConsoleAppointment, RoomEnd } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import { formatTime } from '../ui/london-time.ts';
import { useNow } from '../ui/Session.tsx';
import type { AdmissionTrouble } from './admission.ts';
import { doorOf } from './door.ts';
import type { Door } from './door.ts';
import { PatientFacts } from './PatientFacts.tsx';
import type { RoomSession } from './room-session.ts';
import type { RoomState } from './room-state.ts';
import { RoomStage } from './RoomStage.tsx';
import { wordsForAdmission } from './room-words.ts';
import { StageHeading } from './StageHeading.tsx';

export interface RoomProps {
  appointment: ConsoleAppointment;
  session: RoomSession;
  state: RoomState;
  onProblem: (words: string | undefined) => void;
}

/** The room of an appointment, wherever the consultant stands with it. */
export function Room({ state, ...props }: RoomProps): ReactNode {
  const { t } = useSpeech();
  const door = doorOf(props.appointment, useNow(5_000));
  const way = { ...props, door };
  switch (state.state) {
    case 'idle':
      return <AtTheDoor {...way} words="clinic.join" />;
    case 'approving':
      return <Underway words={t('approval.waiting')} testId="room-approving" />;
    case 'joining':
      return <Underway words={t('room.joining')} testId="room-joining" />;
    case 'lost':
      return <Underway words={t('room.lost')} testId="room-lost" />;
    case 'failed':
      return <Failed {...way} trouble={state.trouble} />;
    case 'left':
      return <Left {...way} reason={state.reason} />;
    case 'inRoom':
      return <RoomStage {...props} room={state} />;
    default:
      return state satisfies never;
  }
}

type DoorProps = Omit<RoomProps, 'state'> & { door: Door };

function Underway({ words, testId }: { words: string; testId: string }) {
  return (
    <div data-testid={testId} role="status">
      <StageHeading words={words} />
    </div>
  );
}

/** Outside the room: who waits and what is known of them, and the way in; or why there is none by now. */
function AtTheDoor({ door, appointment, session, words }: DoorProps & { words: PlainKey }) {
  const now = useNow();
  if (door.state === 'closed') return <Closed appointment={appointment} why={door.why} />;
  return (
    <div className="app-waiting" data-testid="waiting-panel">
      <PatientFacts appointment={appointment} progress={appointment.progress} now={now} />
      <div>
        <WayIn door={door} session={session} words={words} />
      </div>
    </div>
  );
}

/** The way in: a click, because it opens the approver's window. Before the room opens it says when. */
function WayIn({
  door,
  session,
  words,
}: {
  door: Exclude<Door, { state: 'closed' }>;
  session: RoomSession;
  words: PlainKey;
}) {
  const { t } = useSpeech();
  if (door.state === 'early') {
    return (
      <div role="status" data-testid="room-opens-at">
        <InsetText>
          <p>{t('room.opensAt', { time: formatTime(door.opensAt) })}</p>
        </InsetText>
      </div>
    );
  }
  return (
    <>
      <Button type="button" data-testid="join-room" onClick={() => void session.join()}>
        {t(words)}
      </Button>
      {words === 'room.joinAgain' ? null : <p className="nhsuk-hint">{t('room.approveFirst')}</p>}
    </>
  );
}

/** There is no room to join any more, and why. */
function Closed({ appointment, why }: Pick<DoorProps, 'appointment'> & { why: 'cancelled' | 'over' | 'ended' }) {
  const { t } = useSpeech();
  const { endReason } = appointment;
  const words = why === 'ended' && endReason !== null ? t(`room.left.${endReason}`) : t(`room.closed.${why}`);
  return (
    <div data-testid="room-closed" data-why={why} data-reason={endReason}>
      <InsetText>
        <p>{words}</p>
      </InsetText>
    </div>
  );
}

function Failed({ trouble, ...props }: DoorProps & { trouble: AdmissionTrouble }) {
  const { t } = useSpeech();
  const isTooEarly = trouble.kind === 'trouble' && trouble.trouble.reason === 'too-early';
  return (
    <div data-testid="room-failed">
      <StageHeading words={t('room.failed')} />
      <div role="alert">
        <InsetText>
          <p>
            {wordsForAdmission(trouble, t)}{' '}
            {isTooEarly ? t('room.opensAt', { time: formatTime(props.appointment.opensAt) }) : null}
          </p>
        </InsetText>
      </div>
      <AtTheDoor {...props} words="page.tryAgain" />
    </div>
  );
}

function Left({ reason, ...props }: DoorProps & { reason: RoomEnd | 'elsewhere' }) {
  const { t } = useSpeech();
  return (
    <div data-testid="room-left" data-reason={reason}>
      <StageHeading words={t('room.left')} />
      <div role="status">
        <InsetText>
          <p>
            {t(`room.left.${reason}`)} {t('room.mediaOff')}
          </p>
        </InsetText>
      </div>
      {endsForGood(reason) ? null : <AtTheDoor {...props} words="room.joinAgain" />}
    </div>
  );
}

/** Ends after which there is no room to come back to. */
const forGood: readonly (RoomEnd | 'elsewhere')[] = [
  'consultant-ended',
  'window-over',
  'no-consent',
  'declined-rebook',
  'declined-not-needed',
  'declined-wrong-patient',
  'declined-technical',
];

function endsForGood(reason: RoomEnd | 'elsewhere'): boolean {
  return forGood.includes(reason);
}
