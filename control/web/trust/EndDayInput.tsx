import type { ReactNode } from 'react';
import { TextInput } from 'nhsuk-react-components';
import type { FormField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, londonInstant } from '../ui/london-time.ts';

interface EndDayInputProps {
  /** `YYYY-MM-DD`. */
  day: string;
  field: (id: string) => FormField;
  onDay: (day: string) => void;
}

/** The last day a list shall be valid. */
export function EndDayInput({ day, field, onDay }: EndDayInputProps): ReactNode {
  const { t, language } = useSpeech();
  // The browser writes the date as its own country does; the words leave no doubt.
  const noon = londonInstant(day, '12:00');
  return (
    <TextInput
      {...field('end-day')}
      type="date"
      label={t('end.label')}
      hint={noon === undefined ? '' : formatDay(noon, language)}
      value={day}
      width="10"
      onChange={(event: { target: { value: string } }) => {
        onDay(event.target.value);
      }}
    />
  );
}
