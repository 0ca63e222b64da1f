import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useSpeech } from './Language.tsx';

/** What is wrong with one field of a form, in words. */
export interface FieldError {
  /** The id of the field. */
  field: string;
  words: string;
}

interface ErrorSummaryProps {
  errors: readonly FieldError[];
  /** What the errors are the words of, where those are written anew for each language: another one takes the focus anew. */
  about?: unknown;
}

/** The NHS error summary: takes the focus when it appears, and leads to each field. */
export function ErrorSummary({ errors, about = errors }: ErrorSummaryProps): ReactNode {
  const { t } = useSpeech();
  const summary = useRef<HTMLDivElement>(null);
  const isShown = errors.length > 0;
  useEffect(() => {
    if (isShown) summary.current?.focus();
  }, [isShown, about]);
  if (errors.length === 0) return null;
  return (
    <div className="nhsuk-error-summary" tabIndex={-1} ref={summary} data-testid="error-summary">
      <div role="alert">
        <h2 className="nhsuk-error-summary__title">{t('form.problem')}</h2>
        <div className="nhsuk-error-summary__body">
          <ul className="nhsuk-list nhsuk-error-summary__list">
            {errors.map((error) => (
              <li key={error.field + error.words}>
                <a
                  href={`#${error.field}`}
                  onClick={(event) => {
                    event.preventDefault();
                    focusField(error.field);
                  }}
                >
                  {error.words}
                </a>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

/** The words for one field among a form's errors. */
export function errorOf(errors: readonly FieldError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.words;
}

/** Leads to a field of a form. */
export function focusField(id: string): void {
  const field = document.getElementById(id);
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}
