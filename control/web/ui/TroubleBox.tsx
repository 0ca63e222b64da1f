import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { Trouble } from './api.ts';
import { useSpeech } from './Language.tsx';
import { wordsForTrouble } from './trouble.ts';

/** Says what went wrong with an act, takes the focus, and is read out. */
export function ProblemBox({ words }: { words: string | undefined }): ReactNode {
  const { t } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (words !== undefined) box.current?.focus();
  }, [words]);
  if (words === undefined) return null;
  return (
    <div className="nhsuk-error-summary" tabIndex={-1} ref={box} data-testid="problem">
      <div role="alert">
        <h2 className="nhsuk-error-summary__title">{t('form.problem')}</h2>
        <div className="nhsuk-error-summary__body">
          <p className="nhsuk-u-margin-bottom-0">{words}</p>
        </div>
      </div>
    </div>
  );
}

/** Says that a list could not be read, without taking the focus. */
export function ListTrouble({ trouble, onRetry }: { trouble: Trouble | undefined; onRetry: () => void }): ReactNode {
  const { t } = useSpeech();
  if (trouble === undefined) return null;
  return (
    <div className="nhsuk-inset-text app-trouble" role="alert" data-testid="list-trouble">
      <p>{wordsForTrouble(trouble, t)}</p>
      <button type="button" className="nhsuk-button nhsuk-button--secondary nhsuk-button--small" onClick={onRetry}>
        {t('page.tryAgain')}
      </button>
    </div>
  );
}
