import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { NextStep } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { NextStepsList } from '../ui/NextStepsList.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';

interface NextStepsReviewProps {
  steps: readonly NextStep[];
  busy: boolean;
  /** Why they were not recorded, in words. */
  problem: string | undefined;
  onRecord: () => void;
  onChange: () => void;
}

/** The next steps exactly as the prison's team will read them, to be read once more before they are recorded for good. */
export function NextStepsReview({ steps, busy, problem, onRecord, onChange }: NextStepsReviewProps): ReactNode {
  const { t } = useSpeech();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <div data-testid="next-steps-review">
      <h3 ref={heading} className="nhsuk-heading-s" tabIndex={-1}>
        {t('steps.readOnceMore')}
      </h3>
      <ProblemBox words={problem} />
      <p>{t('steps.cannotChange')}</p>
      <NextStepsList steps={steps} />
      <div className="nhsuk-button-group">
        <Button type="button" data-testid="record-next-steps" aria-disabled={busy} onClick={onRecord}>
          {busy ? t('steps.busy') : t('steps.record')}
        </Button>
        <Button
          type="button"
          secondary
          data-testid="change-next-steps"
          aria-disabled={busy}
          onClick={() => {
            if (!busy) onChange();
          }}
        >
          {t('steps.change')}
        </Button>
      </div>
    </div>
  );
}
