import type { ReactNode } from 'react';
import { TextInput } from 'nhsuk-react-components';
import type { FormField } from '../ui/form-field.ts';

interface ThresholdInputProps {
  id: string;
  words: string;
  value: string;
  field: (id: string) => FormField;
  onValue: (value: string) => void;
}

/** How many different people of a list must agree. */
export function ThresholdInput({ id, words, value, field, onValue }: ThresholdInputProps): ReactNode {
  return (
    <TextInput
      {...field(id)}
      label={words}
      value={value}
      inputMode="numeric"
      autoComplete="off"
      width="2"
      onChange={(event: { target: { value: string } }) => {
        onValue(event.target.value);
      }}
    />
  );
}
