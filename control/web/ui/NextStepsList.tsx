import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import type { NextStep } from '@sallyport/protocol';
import { Fact } from './Fact.tsx';
import { useSpeech } from './Language.tsx';

/** Recorded next steps, to read and to print. */
export function NextStepsList({ steps }: { steps: readonly NextStep[] }): ReactNode {
  const { t } = useSpeech();
  return (
    <ol className="app-steps" data-testid="next-steps">
      {steps.map((step, index) => (
        <li key={index} className="app-card app-steps__step" data-testid="next-step">
          <h2 className="nhsuk-heading-s">
            {index + 1}. {t(`steps.kind.${step.kind}`)}
          </h2>
          <SummaryList noBorder>
            <Fact name={t('steps.urgency')}>{t(`steps.urgency.${step.urgency}`)}</Fact>
            <Fact name={t('steps.responsible')}>{t(`steps.responsible.${step.responsible}`)}</Fact>
            <Fact name={t('steps.words')}>
              <span className="app-words">{step.words}</span>
            </Fact>
          </SummaryList>
        </li>
      ))}
    </ol>
  );
}
