import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { emptyStep, maxSteps, stepField } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';
import { StepFields } from './StepFields.tsx';

interface NextStepsEditorProps {
  steps: readonly StepDraft[];
  errors: readonly FieldError[];
  /** The person comes back from reading it once more, and their keyboard with them. */
  takesFocus: boolean;
  onSteps: (steps: readonly StepDraft[]) => void;
  onReview: () => void;
}

/** The next steps as they are written, step by step, in a form the prison's team can work with. */
export function NextStepsEditor({ steps, errors, takesFocus, onSteps, onReview }: NextStepsEditorProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  useEffect(() => {
    if (takesFocus) document.getElementById(stepField(0, 'kind'))?.focus();
  }, [takesFocus]);
  return (
    <form
      noValidate
      data-testid="next-steps-form"
      onSubmit={(event) => {
        event.preventDefault();
        onReview();
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
            onSteps(steps.with(index, next));
          }}
          onRemove={() => {
            onSteps(steps.toSpliced(index, 1));
            announce(t('steps.removed', { number: index + 1 }));
            document.getElementById('next-steps-heading')?.focus();
          }}
        />
      ))}
      <div className="nhsuk-button-group">
        <Button type="submit" data-testid="review-next-steps">
          {t('steps.review')}
        </Button>
        {steps.length < maxSteps ? (
          <Button
            type="button"
            secondary
            data-testid="add-next-step"
            onClick={() => {
              onSteps([...steps, emptyStep]);
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
