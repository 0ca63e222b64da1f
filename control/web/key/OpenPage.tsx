import { useState } from 'react';
import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import type { ApprovalTask, ConsoleAppointment } from '@sallyport/protocol';
import { inOrder, isLive, standingOf } from '../ui/appointments.ts';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { ApproveStep } from './ApproveStep.tsx';
import { CodeStep } from './CodeStep.tsx';
import { OpenedStep } from './OpenedStep.tsx';

/** Chooses the appointment for which a laptop is opened. */
export function ChoosePage({ day }: { day: string }): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const [list, read] = useDay(day);
  return (
    <>
      <PageHeading words={t('key.open')} />
      <LoadedList list={list} onRetry={read}>
        {({ appointments }) => {
          const live = inOrder(appointments).filter((appointment) => isLive(standingOf(appointment, now)));
          if (live.length === 0) return <p>{t('open.none')}</p>;
          return (
            <>
              <p>{t('open.choose')}</p>
              <ul className="nhsuk-list">
                {live.map((appointment) => (
                  <li key={appointment.id} className="app-card">
                    <a href={`#/open/${day}/${appointment.id}`} data-testid="choose-appointment">
                      {t('open.choice', {
                        time: formatTime(appointment.startsAt),
                        patient: appointment.patientReference,
                        laptop: appointment.device.name,
                      })}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </LoadedList>
    </>
  );
}

/** Opens the laptop of an appointment: its pairing code, the approval, open. */
export function OpenPage({ day, id }: { day: string; id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useDay(day);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={list} onRetry={read}>
          {({ appointments }) => {
            const appointment = appointments.find((each) => each.id === id);
            return appointment === undefined ? (
              <p>{t('appointment.notFound')}</p>
            ) : (
              <Opening appointment={appointment} />
            );
          }}
        </LoadedList>
        <p>
          <a href="#/">{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

/** code → approve → opened; back to code whenever the grant is refused. */
type Step = { step: 'code' } | { step: 'approve'; task: ApprovalTask } | { step: 'opened'; until: number };

function Opening({ appointment }: { appointment: ConsoleAppointment }) {
  const { t } = useSpeech();
  const [step, setStep] = useState<Step>({ step: 'code' });
  const [problem, setProblem] = useState<string>();
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('open.heading', { laptop: appointment.device.name })} />
      <SummaryList>
        <Fact name={t('appointment.patient')}>{appointment.patientReference}</Fact>
        <Fact name={t('appointment.consultant')}>
          {appointment.consultant.name}, {appointment.consultant.hospital}
        </Fact>
        <Fact name={t('appointment.time')}>
          {t('appointment.span', {
            from: formatTime(appointment.startsAt),
            to: formatTime(appointment.endsAt),
          })}
        </Fact>
      </SummaryList>
      {step.step === 'code' ? (
        <CodeStep
          appointment={appointment}
          onTask={(task) => {
            setProblem(undefined);
            setStep({ step: 'approve', task });
          }}
        />
      ) : null}
      {step.step === 'approve' ? (
        <ApproveStep
          appointment={appointment}
          task={step.task}
          onOpened={(until) => {
            setStep({ step: 'opened', until });
          }}
          onAgain={() => {
            setStep({ step: 'code' });
          }}
          onProblem={setProblem}
        />
      ) : null}
      {step.step === 'opened' ? (
        <OpenedStep appointment={appointment} until={step.until} onProblem={setProblem} />
      ) : null}
    </>
  );
}
