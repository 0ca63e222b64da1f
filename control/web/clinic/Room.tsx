import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import type { RoomSession } from './room-session.ts';
import type { RoomState } from './room-state.ts';
import { RoomStage } from './RoomStage.tsx';
import { wordsForRoomRefusal } from './room-words.ts';

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
  const { appointment, live } = props;
  const join = (words: string) =>
    live ? (
      <Button type="button" data-testid="join-room" onClick={() => void props.session.join()}>
        {words}
      </Button>
    ) : null;
  switch (state.state) {
    case 'idle':
      return join(t('clinic.join'));
    case 'joining':
      return <p role="status">{t('room.joining')}</p>;
    case 'lost':
      return (
        <p role="alert" data-testid="room-lost">
          {t('room.lost')}
        </p>
      );
    case 'failed':
      return (
        <div data-testid="room-failed">
          <div role="alert">
            <InsetText>
              <p>
                {wordsForRoomRefusal(state.refusal, t)}{' '}
                {state.refusal.reason === 'too-early'
                  ? t('room.opensAt', { time: formatTime(appointment.opensAt) })
                  : null}
              </p>
            </InsetText>
          </div>
          {join(t('page.tryAgain'))}
        </div>
      );
    case 'left':
      return (
        <div data-testid="room-left" data-reason={state.reason}>
          <div role="status">
            <InsetText>
              <p>{t(`room.left.${state.reason}`)}</p>
            </InsetText>
          </div>
          {state.reason === 'consultant-ended' || state.reason === 'window-over' ? null : join(t('room.joinAgain'))}
        </div>
      );
    case 'inRoom':
      return <RoomStage {...props} room={state} />;
    default:
      return state satisfies never;
  }
}
