import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import type { BookingDraft, ClashQuestion } from './booking.ts';
import { wordsOfField } from './choices.ts';
import type { Choices } from './choices.ts';
import { useClashes } from './use-clashes.ts';

interface ClashWarningProps {
  question: ClashQuestion | undefined;
  fields: BookingDraft;
  choices: Choices;
}

/** Says before anything is saved that the laptop or the consultant is taken then. */
export function ClashWarning({ question, fields, choices }: ClashWarningProps): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const clashes = useClashes(question);
  return (
    <div role="status">
      {clashes.length === 0 ? null : (
        <div className="nhsuk-inset-text app-trouble" data-testid="clash-warning">
          <p>
            <strong>{t('clash.heading')}</strong>
          </p>
          <ul>
            {clashes.map(({ of, startsAt, endsAt }) => (
              <li key={`${of}${startsAt}`}>
                {t(`clash.${of}`, {
                  name: wordsOfField(of, fields[of], choices, speech),
                  from: formatTime(startsAt),
                  to: formatTime(endsAt),
                })}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
