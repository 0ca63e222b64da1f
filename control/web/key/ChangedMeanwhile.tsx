import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { focusField } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { labels } from './booking.ts';
import type { BookingField } from './booking.ts';
import { wordsOfField } from './choices.ts';
import type { Choices } from './choices.ts';
import { withTheirs } from './meeting.ts';
import type { ChangeDraft } from './meeting.ts';

interface ChangedMeanwhileProps {
  change: ChangeDraft;
  choices: Choices;
  /** The person has just been refused: the box must be read first. */
  takesFocus: boolean;
  onChange: (change: ChangeDraft) => void;
}

/** Says what somebody else has changed in an appointment while it was open here. */
export function ChangedMeanwhile({ change, choices, takesFocus, onChange }: ChangedMeanwhileProps): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const box = useRef<HTMLDivElement>(null);
  const { differences } = change;
  useEffect(() => {
    if (takesFocus) box.current?.focus();
  }, [takesFocus]);
  return (
    <div role="status">
      {differences.length === 0 ? null : (
        <div className="nhsuk-error-summary" tabIndex={-1} ref={box} data-testid="changed-meanwhile">
          <h2 className="nhsuk-error-summary__title">{t('change.meanwhile')}</h2>
          <div className="nhsuk-error-summary__body">
            <p>{t('change.meanwhileWords')}</p>
            <ul className="nhsuk-list nhsuk-error-summary__list">
              {differences.map(({ field, theirs }) => (
                <li key={field}>
                  <a
                    href={`#${field}`}
                    onClick={(event) => {
                      event.preventDefault();
                      focusField(field);
                    }}
                  >
                    {t('change.nowIs', {
                      field: t(labels[field]),
                      value: wordsOfField(field, theirs, choices, speech),
                    })}
                  </a>
                </li>
              ))}
            </ul>
            <Button
              type="button"
              small
              secondary
              data-testid="take-theirs"
              onClick={() => {
                onChange(withTheirs(change));
              }}
            >
              {t('change.takeTheirs')}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}

interface DifferenceNoteProps {
  field: BookingField;
  change: ChangeDraft;
  choices: Choices;
  onField: (field: BookingField, value: string) => void;
}

/** Beside a field that somebody else changed: what they set, and the way to have it one way or the other. */
export function DifferenceNote({ field, change, choices, onField }: DifferenceNoteProps): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const difference = change.differences.find((each) => each.field === field);
  if (difference === undefined) return null;
  const words = (value: string) => wordsOfField(field, value, choices, speech);
  const { was, theirs } = difference;
  const isTheirs = change.fields[field] === theirs;
  return (
    <div className="app-difference-note" data-testid="difference" data-field={field} data-taken={isTheirs}>
      <p>
        {isTheirs
          ? t('change.taken', { was: words(was), theirs: words(theirs) })
          : t('change.differs', { theirs: words(theirs) })}
      </p>
      <Button
        type="button"
        small
        secondary
        data-testid={isTheirs ? 'keep-was' : 'take-one'}
        onClick={() => {
          onField(field, isTheirs ? was : theirs);
        }}
      >
        {t('change.use', { value: words(isTheirs ? was : theirs) })}
      </Button>
    </div>
  );
}
