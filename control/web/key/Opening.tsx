import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Approval, ApprovalTask, ConsoleAppointment, ConsoleDevice } from '@sallyport/protocol';
import { standingOf } from '../ui/appointments.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { useApproval } from '../ui/use-approval.ts';
import { useList } from '../ui/use-list.ts';
import { ApproveStep } from './ApproveStep.tsx';
import { CodeStep } from './CodeStep.tsx';
import { OpenedStep } from './OpenedStep.tsx';
import { openableFrom, openingOf } from './opening.ts';

const topics = ['devices'] as const;

/** code → approve → opened; back to code whenever the grant is refused. */
type Step = { step: 'code' } | { step: 'approve'; task: ApprovalTask } | { step: 'opened'; until: number };

interface OpeningProps {
  appointment: ConsoleAppointment;
  onProblem: (words: string | undefined) => void;
}

/** Opens the laptop of an appointment: its pairing code, the approval, open. */
export function Opening({ appointment, onProblem }: OpeningProps): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const device = useDevice(appointment.device.id);
  const { step, setStep, approving } = useSteps(onProblem);
  const again = () => {
    setStep({ step: 'code' });
  };
  switch (step.step) {
    case 'opened':
      return (
        <OpenedStep
          appointment={appointment}
          device={device}
          until={step.until}
          onAgain={again}
          onProblem={onProblem}
        />
      );
    case 'approve':
      return (
        <ApproveStep
          appointment={appointment}
          isWaiting={approving.isWaiting}
          onApprove={() => {
            if (!approving.isWaiting) void approving.start(step.task);
          }}
          onAgain={again}
        />
      );
    case 'code':
      if (openingOf(appointment, now) === 'early') {
        return <p>{t('open.from', { time: formatTime(openableFrom(appointment)) })}</p>;
      }
      if (!isToBeOpened(appointment, device, now)) return null;
      return (
        <CodeStep
          appointment={appointment}
          onTask={(task) => {
            setStep({ step: 'approve', task });
            void approving.start(task, true);
          }}
        />
      );
    default:
      return step satisfies never;
  }
}

/** The steps of an opening, and the approval that one of them waits for. */
function useSteps(onProblem: (words: string | undefined) => void) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [step, setStep] = useState<Step>({ step: 'code' });
  const onApproved = async (task: ApprovalTask, approval: Approval) => {
    const answer = await api.call('open', { params: { id: task.id }, body: { approval } });
    if (answer.ok) {
      setStep({ step: 'opened', until: answer.value.openUntil });
      return undefined;
    }
    setStep({ step: 'code' });
    return wordsForTrouble(answer.trouble, t);
  };
  const approving = useApproval({ onApproved, onProblem });
  return { step, setStep, approving };
}

function useDevice(id: string): ConsoleDevice | undefined {
  const [list] = useList('siteDevices', {}, topics, true);
  return list.state === 'loaded' ? list.value.devices.find((device) => device.id === id) : undefined;
}

/** A laptop that is in the appointment's room is open; in a room that goes on without it, it can be opened again. */
function isToBeOpened(appointment: ConsoleAppointment, device: ConsoleDevice | undefined, now: number): boolean {
  if (openingOf(appointment, now) !== 'now') return false;
  if (standingOf(appointment, now).name === 'booked') return true;
  return device !== undefined && device.room !== appointment.id && device.state !== 'open' && device.state !== 'inRoom';
}
