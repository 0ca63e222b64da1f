import { consoleApi, nextStep } from '@sallyport/protocol';
import type { NextStep } from '@sallyport/protocol';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import type { Translate } from '../ui/messages/catalogue.ts';

/** One next step as it is filled in: nothing is chosen for the consultant. */
export interface StepDraft {
  kind: NextStep['kind'] | '';
  urgency: NextStep['urgency'] | '';
  responsible: NextStep['responsible'] | '';
  words: string;
}

export const emptyStep: StepDraft = { kind: '', urgency: '', responsible: '', words: '' };

/** The fields of a step, in their order. */
export const stepFields = ['kind', 'urgency', 'responsible', 'words'] as const satisfies readonly (keyof StepDraft)[];

/** How many steps can be recorded at once. */
export const maxSteps = 20;

/** The id of a field of the step with this index. */
export function stepField(index: number, field: keyof StepDraft): string {
  return `step-${index}-${field}`;
}

/**
 * Checks next steps before they are recorded; control checks them again.
 * @returns the steps, or what is wrong, field by field in the order of the form
 */
export function checkNextSteps(
  drafts: readonly StepDraft[],
  t: Translate,
): { ok: true; value: NextStep[] } | { ok: false; errors: readonly FieldError[] } {
  const errors = drafts.flatMap((draft, index) => errorsOf(draft, index, drafts.length > 1, t));
  const steps = drafts.map((draft) => ({ ...draft, words: tidy(draft.words) }));
  const checked = consoleApi.recordNextSteps.body.shape.steps.safeParse(steps);
  return errors.length === 0 && checked.success ? { ok: true, value: checked.data } : { ok: false, errors };
}

/** Whether what was recorded is exactly what is written here. */
export function isRecordOf(recorded: readonly NextStep[], drafts: readonly StepDraft[]): boolean {
  const written = drafts.map((draft) => ({ ...draft, words: tidy(draft.words) }));
  return (
    written.length === recorded.length &&
    recorded.every((step, index) => stepFields.every((field) => step[field] === written[index]?.[field]))
  );
}

function errorsOf(draft: StepDraft, index: number, several: boolean, t: Translate): FieldError[] {
  const errors: FieldError[] = [];
  const add = (field: keyof StepDraft, words: string) => {
    // With several steps, the summary has to say which one is meant.
    const which = several ? `${t('steps.number', { number: index + 1 })}: ${words}` : words;
    errors.push({ field: stepField(index, field), words: which });
  };
  if (draft.kind === '') add('kind', t('steps.needKind'));
  if (draft.urgency === '') add('urgency', t('steps.needUrgency'));
  if (draft.responsible === '') add('responsible', t('steps.needResponsible'));
  const words = tidy(draft.words);
  if (words === '') add('words', t('steps.needWords'));
  else if (!nextStep.shape.words.safeParse(words).success) add('words', t('steps.badWords'));
  return errors;
}

/** What a person's keyboard or clipboard leaves behind: line ends of other systems, tabs, invisible marks. */
function tidy(words: string): string {
  return words
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, '')
    .trim();
}
