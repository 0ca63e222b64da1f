import type { FieldError } from './ErrorSummary.tsx';
import { errorOf } from './ErrorSummary.tsx';
import type { Translate } from './messages/catalogue.ts';

/** The part of a field's properties that comes from the form. */
export interface FormField {
  id: string;
  name: string;
  error?: string;
  errorProps?: { visuallyHiddenText: string };
}

/** What a field of a form needs to be found, named and, when it is wrong, to say so. */
export function formField(id: string, errors: readonly FieldError[], t: Translate): FormField {
  const error = errorOf(errors, id);
  return {
    id,
    name: id,
    ...(error === undefined ? {} : { error, errorProps: { visuallyHiddenText: t('form.error') } }),
  };
}
