import { Select, TextInput } from 'nhsuk-react-components';
import type { ReactNode } from 'react';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, londonInstant } from '../ui/london-time.ts';
import { labels, lengths } from './booking.ts';
import type { BookingDraft, BookingField } from './booking.ts';
import type { Choices } from './choices.ts';

interface BookingFieldsProps {
  fields: BookingDraft;
  errors: readonly FieldError[];
  choices: Choices;
  onField: (field: BookingField, value: string) => void;
  /** What stands beside a field: what somebody else set it to meanwhile. */
  noteOn?: (field: BookingField) => ReactNode;
}

/** The fields of a booking: who, with whom, on which laptop, when, and who else. */
export function BookingFields({ fields, errors, choices, onField, noteOn }: BookingFieldsProps): ReactNode {
  const { t } = useSpeech();
  const field = (name: BookingField) => ({
    ...formField(name, errors, t),
    value: fields[name],
    onChange: (event: { target: { value: string } }) => {
      onField(name, event.target.value);
    },
  });
  const text = (name: BookingField) => ({ ...field(name), autoComplete: 'off', spellCheck: false });
  const note = (name: BookingField) => noteOn?.(name) ?? null;
  return (
    <>
      <TextInput
        {...text('patientReference')}
        label={t(labels.patientReference)}
        hint={t('book.patientHint')}
        width="20"
      />
      {note('patientReference')}
      <TextInput {...text('patientName')} label={t(labels.patientName)} hint={t('book.nameHint')} />
      {note('patientName')}
      <TextInput
        {...text('nhsNumber')}
        label={t(labels.nhsNumber)}
        hint={t('book.nhsHint')}
        inputMode="numeric"
        width="10"
        code
      />
      {note('nhsNumber')}
      <ChoiceOf {...field('consultant')} label={t(labels.consultant)} options={choices.consultants} />
      {note('consultant')}
      <ChoiceOf {...field('device')} label={t(labels.device)} options={choices.devices} />
      {note('device')}
      <TimeFields field={field} note={note} />
      <TextInput {...text('interpreter')} label={t(labels.interpreter)} hint={t('book.guestHint')} />
      {note('interpreter')}
      <TextInput {...text('clinician')} label={t(labels.clinician)} hint={t('book.guestHint')} />
      {note('clinician')}
    </>
  );
}

type Field = ReturnType<typeof formField> & {
  value: string;
  onChange: (event: { target: { value: string } }) => void;
};

function TimeFields({
  field,
  note,
}: {
  field: (name: BookingField) => Field;
  note: (name: BookingField) => ReactNode;
}): ReactNode {
  const { t, language } = useSpeech();
  const day = field('day');
  const minutes = field('minutes');
  // The browser writes the date as its own country does; the words leave no doubt.
  const noon = londonInstant(day.value, '12:00');
  // An appointment that was made elsewhere may have another length.
  const others = lengths.some((each) => String(each) === minutes.value) ? [] : [minutes.value];
  return (
    <>
      <TextInput
        {...day}
        type="date"
        label={t(labels.day)}
        hint={noon === undefined ? '' : formatDay(noon, language)}
        width="10"
      />
      {note('day')}
      <TextInput
        {...field('time')}
        inputMode="numeric"
        autoComplete="off"
        label={t(labels.time)}
        hint={t('book.timeHint')}
        width="5"
      />
      {note('time')}
      <Select {...minutes} label={t(labels.minutes)}>
        {[...lengths.map(String), ...others].map((each) => (
          <Select.Option key={each} value={each}>
            {t('book.minutes', { minutes: each })}
          </Select.Option>
        ))}
      </Select>
      {note('minutes')}
    </>
  );
}

interface ChoiceOfProps extends Field {
  label: string;
  options: Choices['devices'];
}

function ChoiceOf({ options, ...rest }: ChoiceOfProps): ReactNode {
  const { t } = useSpeech();
  return (
    <Select {...rest}>
      <Select.Option value="">{t('book.choose')}</Select.Option>
      {options.map(({ id, name }) => (
        <Select.Option key={id} value={id}>
          {name}
        </Select.Option>
      ))}
    </Select>
  );
}
