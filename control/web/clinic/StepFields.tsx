import type { ReactNode } from 'react';
import { Button, Select, Textarea } from 'nhsuk-react-components';
import { nextStep } from '@sallyport/protocol';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { stepField } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';

interface StepFieldsProps {
  step: StepDraft;
  index: number;
  errors: readonly FieldError[];
  removable: boolean;
  onStep: (step: StepDraft) => void;
  onRemove: () => void;
}

const { kind, urgency, responsible } = nextStep.shape;

/** The fields of one next step. */
export function StepFields({ step, index, errors, removable, onStep, onRemove }: StepFieldsProps): ReactNode {
  const { t } = useSpeech();
  const field = (name: keyof StepDraft) => ({
    ...formField(stepField(index, name), errors, t),
    'data-testid': `next-step-${name}`,
    value: step[name],
    onChange: (event: { target: { value: string } }) => {
      onStep({ ...step, [name]: event.target.value });
    },
  });
  return (
    <div className="app-card">
      <fieldset className="nhsuk-fieldset" data-testid="next-step-fields">
        <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">
          {t('steps.number', { number: index + 1 })}
        </legend>
        <div className="app-step-choices">
          <Select {...field('kind')} label={t('steps.kind')}>
            <Select.Option value="">{t('book.choose')}</Select.Option>
            {kind.options.map((option) => (
              <Select.Option key={option} value={option}>
                {t(`steps.kind.${option}`)}
              </Select.Option>
            ))}
          </Select>
          <Select {...field('urgency')} label={t('steps.urgency')}>
            <Select.Option value="">{t('book.choose')}</Select.Option>
            {urgency.options.map((option) => (
              <Select.Option key={option} value={option}>
                {t(`steps.urgency.${option}`)}
              </Select.Option>
            ))}
          </Select>
          <Select {...field('responsible')} label={t('steps.responsible')}>
            <Select.Option value="">{t('book.choose')}</Select.Option>
            {responsible.options.map((option) => (
              <Select.Option key={option} value={option}>
                {t(`steps.responsible.${option}`)}
              </Select.Option>
            ))}
          </Select>
        </div>
        <Textarea {...field('words')} label={t('steps.words')} hint={t('steps.wordsHint')} rows={4} />
        {removable ? (
          <Button type="button" small secondary data-testid="remove-next-step" onClick={onRemove}>
            {t('steps.remove', { number: index + 1 })}
          </Button>
        ) : null}
      </fieldset>
    </div>
  );
}
