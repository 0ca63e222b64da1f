import type { ReactNode } from 'react';
import { Details } from 'nhsuk-react-components';
import type { ConsoleErasure, ErasureStep } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';

/** What a laptop has proved of its erasure, one thing after the other, each with its time. */
export function ErasureSteps({ erasure }: { erasure: ConsoleErasure }): ReactNode {
  const { t, language } = useSpeech();
  const { steps, software, reportedAt } = erasure;
  return (
    <Details data-testid="erasure">
      <Details.Summary>{t('erasure.details')}</Details.Summary>
      <Details.Text>
        <p>{t('erasure.check', { when: formatMoment(reportedAt, language, true) })}</p>
        {steps.length === 0 ? <p>{t('erasure.noReport')}</p> : <Steps steps={steps} />}
        {software === null ? null : (
          <dl className="app-proof">
            <dt>{t('erasure.software')}</dt>
            <dd>{software}</dd>
          </dl>
        )}
      </Details.Text>
    </Details>
  );
}

function Steps({ steps }: { steps: readonly ErasureStep[] }) {
  const { t, language } = useSpeech();
  return (
    <ol>
      {steps.map(({ step, outcome, at }) => (
        <li key={step} data-testid={`erasure-step-${step}`} data-outcome={outcome}>
          {t(`erasure.step.${step}`)}: <strong>{t(`erasure.outcome.${outcome}`)}</strong>
          {at === null ? null : <>, {formatMoment(at, language, true)}</>}
        </li>
      ))}
    </ol>
  );
}
