import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { formatPairingCode } from '@sallyport/protocol';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { BigCode } from '../ui/BigCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useDay } from '../ui/use-day.ts';
import { debriefCode } from './debrief-code.ts';
import { StandingWords } from './StandingWords.tsx';

/** The code by which staff show the laptop that they, not the patient, are at it for the debrief. */
export function DebriefPage({ day, id }: { day: string; id: string }): ReactNode {
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
              <Debrief appointment={appointment} />
            );
          }}
        </LoadedList>
        <p>
          <a href={`#/open/${day}/${id}`}>{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

function Debrief({ appointment }: { appointment: ConsoleAppointment }) {
  const { t } = useSpeech();
  const laptop = appointment.device.name;
  return (
    <>
      <PageHeading
        words={t('staffCode.heading')}
        caption={t('key.ofPatient', { patient: appointment.patientReference })}
      />
      {appointment.asksForStaff ? (
        <StaffCode appointment={appointment} />
      ) : (
        <div role="status" data-testid="debrief-not-asked">
          <p>
            {appointment.progress.staffConfirmed
              ? t('staffCode.confirmed', { laptop })
              : t('staffCode.notAsked', { laptop })}
          </p>
          <p>
            <StandingWords appointment={appointment} />
          </p>
        </div>
      )}
    </>
  );
}

/** Gone from the page as soon as the laptop no longer asks. */
function StaffCode({ appointment }: { appointment: ConsoleAppointment }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [code, setCode] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const shown = useRef<HTMLDivElement>(null);
  const laptop = appointment.device.name;
  useEffect(() => {
    if (code !== undefined) shown.current?.focus();
  }, [code]);
  const show = async () => {
    const answer = await debriefCode(api, appointment.id);
    setProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t, { 'wrong-state': 'staffCode.notAskedNow' }));
    setCode(answer.ok ? answer.value : undefined);
  };
  return (
    <>
      <ProblemBox words={problem} />
      <InsetText className="app-trouble">
        <p>
          <strong>{t('staffCode.onlyWhenAway')}</strong>
        </p>
        <p>{t('staffCode.why')}</p>
      </InsetText>
      {code === undefined ? null : (
        <div tabIndex={-1} ref={shown} role="group" aria-label={t('staffCode.code', { laptop })}>
          <p>{t('staffCode.typeIt', { laptop })}</p>
          <p>
            <BigCode code={formatPairingCode(code)} testId="debrief-code" />
          </p>
          <p className="nhsuk-hint">{t('staffCode.ifWrong')}</p>
        </div>
      )}
      {/* The code is never on the page by itself: staff ask for it when the patient is away. */}
      <Button type="button" secondary={code !== undefined} data-testid="show-debrief-code" onClick={() => void show()}>
        {code === undefined ? t('staffCode.show') : t('staffCode.showAgain')}
      </Button>
    </>
  );
}
