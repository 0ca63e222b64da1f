import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, SummaryList } from 'nhsuk-react-components';
import { formatNhsNumber } from '@sallyport/protocol';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { NextStepsList } from '../ui/NextStepsList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';

/** The next steps that the consultant recorded: read, acknowledged, printed. */
export function NextStepsPage({ day, id }: { day: string; id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useDay(day);
  return (
    <LoadedList list={list} onRetry={read}>
      {({ appointments }) => {
        const appointment = appointments.find((each) => each.id === id);
        return appointment === undefined ? (
          <p>{t('appointment.notFound')}</p>
        ) : (
          <NextSteps appointment={appointment} onAcknowledged={read} />
        );
      }}
    </LoadedList>
  );
}

function NextSteps({ appointment, onAcknowledged }: { appointment: ConsoleAppointment; onAcknowledged: () => void }) {
  const { t, language } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const now = useNow();
  const [problem, setProblem] = useState<string>();
  const { nextSteps } = appointment;
  const [isBusy, setBusy] = useState(false);
  const acknowledge = async () => {
    setBusy(true);
    const answer = await api.call('acknowledgeNextSteps', { params: { id: appointment.id }, body: {} });
    setBusy(false);
    setProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (!answer.ok) return;
    announce(t('steps.acknowledgedNow'));
    onAcknowledged();
  };
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('key.nextSteps')} caption={t('key.ofPatient', { patient: appointment.patientReference })} />
      <SummaryList>
        <Fact name={t('appointment.name')}>
          <bdi>{appointment.patientName}</bdi>
        </Fact>
        {appointment.nhsNumber === null ? null : (
          <Fact name={t('appointment.nhsNumber')}>{formatNhsNumber(appointment.nhsNumber)}</Fact>
        )}
        <Fact name={t('appointment.prison')}>{appointment.prison.name}</Fact>
        <Fact name={t('appointment.consultant')}>
          {appointment.consultant.name}, {appointment.consultant.hospital}
        </Fact>
        <Fact name={t('steps.consultation')}>{formatMoment(appointment.startsAt, language)}</Fact>
        {nextSteps === null ? null : (
          <Fact name={t('steps.recorded')}>{formatMoment(nextSteps.recordedAt, language)}</Fact>
        )}
        {nextSteps?.acknowledged ? (
          <Fact name={t('steps.acknowledged')}>
            <span data-testid="acknowledged">
              {t('steps.acknowledgedBy', {
                name: nextSteps.acknowledged.by,
                when: formatMoment(nextSteps.acknowledged.at, language),
              })}
            </span>
          </Fact>
        ) : nextSteps === null ? null : (
          <Fact name={t('steps.acknowledged')}>{t('steps.notYetAcknowledged')}</Fact>
        )}
      </SummaryList>
      {nextSteps === null ? <p>{t('steps.noneYet')}</p> : <NextStepsList steps={nextSteps.steps} />}
      <div className="nhsuk-button-group app-no-print">
        {nextSteps?.acknowledged === null ? (
          <Button
            type="button"
            data-testid="acknowledge"
            aria-disabled={isBusy}
            onClick={() => {
              if (!isBusy) void acknowledge();
            }}
          >
            {t('steps.acknowledge')}
          </Button>
        ) : null}
        <Button
          type="button"
          secondary
          data-testid="print"
          onClick={() => {
            window.print();
          }}
        >
          {t('page.print')}
        </Button>
      </div>
      <p className="app-print-only">{t('steps.printed', { when: formatMoment(now, language) })}</p>
      <p className="app-no-print">
        <a href="#/">{t('page.back')}</a>
      </p>
    </>
  );
}
