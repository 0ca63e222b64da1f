import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { checkNextSteps, emptyStep, maxSteps, stepField } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';
import { StepFields } from './StepFields.tsx';

interface NextStepsFormProps {
  /** The appointment's id. */
  appointment: string;
  onRecorded: () => void;
}

/** Records what happens next, step by step, in a form the prison's team can work with. */
export function NextStepsForm({ appointment, onRecorded }: NextStepsFormProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const [steps, setSteps] = useState<readonly StepDraft[]>([emptyStep]);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);

  const record = async () => {
    const checked = checkNextSteps(steps, t);
    if (!checked.ok) {
      setErrors(checked.errors);
      return;
    }
    setBusy(true);
    const answer = await api.call('recordNextSteps', { params: { id: appointment }, body: { steps: checked.value } });
    setBusy(false);
    if (!answer.ok) {
      setErrors([{ field: stepField(0, 'kind'), words: wordsForTrouble(answer.trouble, t) }]);
      return;
    }
    announce(t('steps.recordedNow'));
    onRecorded();
  };
  return (
    <form
      noValidate
      data-testid="next-steps-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void record();
      }}
    >
      <ErrorSummary errors={errors} />
      <p>{t('steps.explanation')}</p>
      {steps.map((step, index) => (
        <StepFields
          key={index}
          step={step}
          index={index}
          errors={errors}
          removable={steps.length > 1}
          onStep={(next) => {
            setSteps(steps.with(index, next));
          }}
          onRemove={() => {
            setSteps(steps.toSpliced(index, 1));
            announce(t('steps.removed', { number: index + 1 }));
            document.getElementById('next-steps-heading')?.focus();
          }}
        />
      ))}
      <div className="nhsuk-button-group">
        <Button type="submit" data-testid="record-next-steps" aria-disabled={busy}>
          {busy ? t('steps.busy') : t('steps.record')}
        </Button>
        {steps.length < maxSteps ? (
          <Button
            type="button"
            secondary
            data-testid="add-next-step"
            onClick={() => {
              setSteps([...steps, emptyStep]);
              announce(t('steps.added', { number: steps.length + 1 }));
            }}
          >
            {t('steps.add')}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
