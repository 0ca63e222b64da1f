import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from './Language.tsx';
import { addDays, dayBounds } from './london-time.ts';

interface DayPickerProps {
  /** `YYYY-MM-DD`. */
  day: string;
  today: string;
  onDay: (day: string) => void;
}

/** Chooses a day: the one before, the one after, today, or any. */
export function DayPicker({ day, today, onDay }: DayPickerProps): ReactNode {
  const { t } = useSpeech();
  const step = (words: string, to: string, testId: string) => (
    <Button
      type="button"
      small
      secondary
      data-testid={testId}
      onClick={() => {
        onDay(to);
      }}
    >
      {words}
    </Button>
  );
  return (
    <div className="app-day-picker" role="group" aria-label={t('day.label')}>
      {step(t('day.previous'), addDays(day, -1), 'previous-day')}
      {step(t('day.next'), addDays(day, 1), 'next-day')}
      <label htmlFor="day" className="nhsuk-u-visually-hidden">
        {t('day.label')}
      </label>
      <input
        id="day"
        data-testid="day"
        className="nhsuk-input app-day-picker__input"
        type="date"
        value={day}
        onChange={(event) => {
          if (dayBounds(event.target.value) !== undefined) onDay(event.target.value);
        }}
      />
      {day === today ? null : step(t('day.today'), today, 'today')}
    </div>
  );
}
