import { useRef, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { ConsoleAppointment, NextStep } from '@sallyport/protocol';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { useMemory } from './ClinicMemory.tsx';
import { checkNextSteps } from './next-steps-draft.ts';
import { NextStepsEditor } from './NextStepsEditor.tsx';
import { NextStepsReview } from './NextStepsReview.tsx';

interface NextStepsFormProps {
  /** The appointment's id. */
  appointment: string;
  onRecorded: (recorded: NonNullable<ConsoleAppointment['nextSteps']>) => void;
}

/** Records what happens next: written, read once more, then confirmed. What is typed is kept until it is recorded. */
export function NextStepsForm({ appointment, onRecorded }: NextStepsFormProps): ReactNode {
  const { t } = useSpeech();
  const { drafts } = useMemory();
  const written = useSyncExternalStore(drafts.subscribe, () => drafts.of(appointment));
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [fromReview, setFromReview] = useState(false);
  const { problem, busy, record, forgetProblem } = useRecording(appointment, onRecorded);
  const checked = checkNextSteps(written.steps, t);
  if (written.reviewing && checked.ok) {
    return (
      <NextStepsReview
        steps={checked.value}
        busy={busy}
        problem={problem}
        onRecord={() => void record(checked.value)}
        onChange={() => {
          forgetProblem();
          setFromReview(true);
          drafts.keep(appointment, { ...written, reviewing: false });
        }}
      />
    );
  }
  return (
    <NextStepsEditor
      steps={written.steps}
      errors={errors}
      takesFocus={fromReview}
      onSteps={(steps) => {
        drafts.keep(appointment, { steps, reviewing: false });
      }}
      onReview={() => {
        setErrors(checked.ok ? [] : checked.errors);
        if (checked.ok) drafts.keep(appointment, { ...written, reviewing: true });
      }}
    />
  );
}

/** Sends next steps, once at a time, and says in words why they were not recorded. */
function useRecording(appointment: string, onRecorded: NextStepsFormProps['onRecorded']) {
  const { t } = useSpeech();
  const { api } = useSession();
  const { drafts } = useMemory();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  // A second click comes before the page has drawn that it is busy.
  const underWay = useRef(false);
  const record = async (steps: NextStep[]) => {
    if (underWay.current) return;
    underWay.current = true;
    setBusy(true);
    setProblem(undefined);
    const answer = await api.call('recordNextSteps', { params: { id: appointment }, body: { steps } });
    underWay.current = false;
    setBusy(false);
    if (answer.ok && answer.value.nextSteps !== null) {
      drafts.forget(appointment);
      onRecorded(answer.value.nextSteps);
    } else if (!answer.ok) {
      setProblem(
        wordsForTrouble(answer.trouble, t, { 'wrong-state': 'steps.refused', 'not-signed-in': 'steps.signIn' }),
      );
    }
  };
  const forgetProblem = () => {
    setProblem(undefined);
  };
  return { problem, busy, record, forgetProblem };
}
