import type { ReactNode } from 'react';
import { Checkboxes, Details, Textarea, TextInput } from 'nhsuk-react-components';
import { platformEraser } from '@sallyport/protocol';
import type { FleetPolicy, PlatformEraser } from '@sallyport/protocol';
import type { FormField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { boundsOf, numberRuleNames, numberRules, ruleField } from './policy-draft.ts';
import type { PolicyDraft, TypedRule } from './policy-draft.ts';

interface PolicyEditorProps {
  draft: PolicyDraft;
  /** What is in force. */
  before: FleetPolicy;
  field: (id: string) => FormField;
  onDraft: (draft: PolicyDraft) => void;
}

/** The rules that every laptop and console obeys, each with its unit and bounds. */
export function PolicyEditor({ draft, before, field, onDraft }: PolicyEditorProps): ReactNode {
  const { t } = useSpeech();
  const input = (rule: TypedRule) => ({
    ...field(ruleField(rule)),
    label: t(`rule.${rule}`),
    value: draft[rule],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => {
      onDraft({ ...draft, [rule]: event.target.value });
    },
  });
  return (
    <section aria-labelledby="rules-heading">
      <h2 id="rules-heading" className="nhsuk-heading-m">
        {t('trust.rules')}
      </h2>
      {numberRuleNames.map((rule) => {
        const { least, most } = boundsOf(rule);
        return (
          <TextInput
            key={rule}
            {...input(rule)}
            hint={t(`rule.hint.${numberRules[rule]}`, { least, most })}
            suffix={t(`unit.${numberRules[rule]}.suffix`)}
            inputMode="numeric"
            width="5"
          />
        );
      })}
      <Textarea {...input('authenticators')} hint={t('rule.hint.authenticators')} rows={3} />
      <TextInput {...input('approverBuild')} hint={t('rule.hint.approverBuild')} code />
      <TextInput {...input('approverOrigin')} hint={t('rule.hint.approverOrigin')} />
      <Erasers
        chosen={draft.platformErasers}
        field={field}
        onChosen={(platformErasers) => {
          onDraft({ ...draft, platformErasers });
        }}
      />
      <Details>
        <Details.Summary>{t('change.fixed')}</Details.Summary>
        <Details.Text>
          <dl className="app-proof">
            <dt>{t('rule.rpId')}</dt>
            <dd>{before.rpId}</dd>
            <dt>{t('rule.auditKey')}</dt>
            <dd>{before.auditKey}</dd>
          </dl>
        </Details.Text>
      </Details>
    </section>
  );
}

interface ErasersProps {
  chosen: readonly PlatformEraser[];
  field: (id: string) => FormField;
  onChosen: (chosen: readonly PlatformEraser[]) => void;
}

/** What a laptop erases below its files, each with what it does in plain words. */
function Erasers({ chosen, field, onChosen }: ErasersProps) {
  const { t } = useSpeech();
  const id = ruleField('platformErasers');
  return (
    <Checkboxes
      {...field(id)}
      idPrefix={id}
      legend={t('rule.platformErasers')}
      legendProps={{ size: 's' }}
      hint={t('rule.hint.platformErasers')}
    >
      {platformEraser.options.map((eraser, index) => (
        <Checkboxes.Item
          key={eraser}
          id={index === 0 ? id : `${id}-${eraser}`}
          value={eraser}
          checked={chosen.includes(eraser)}
          hint={t(`eraser.hint.${eraser}`)}
          data-testid={`eraser-${eraser}`}
          onChange={() => {
            onChosen(chosen.includes(eraser) ? chosen.filter((each) => each !== eraser) : [...chosen, eraser]);
          }}
        >
          {t(`eraser.${eraser}`)}
        </Checkboxes.Item>
      ))}
    </Checkboxes>
  );
}
