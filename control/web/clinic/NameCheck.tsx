import type { ReactNode } from 'react';
import type { Progress } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { GatedButton } from './GatedButton.tsx';

interface NameCheckProps {
  /** The full name as the appointment has it. */
  name: string;
  checked: Progress['nameChecked'];
  onCorrect: () => Promise<unknown>;
}

/** Asks the consultant to hear the patient's name before anything else; says which side has confirmed it. */
export function NameCheck({ name, checked, onCorrect }: NameCheckProps): ReactNode {
  const { t } = useSpeech();
  const own = checked.consultant ? t('name.youConfirmed') : t('name.youNotYet');
  const staff = checked.laptop ? t('name.staffConfirmed') : t('name.staffNotYet');
  return (
    <section className="app-name-check" data-testid="name-check" aria-labelledby="name-check-heading">
      <h3 id="name-check-heading" className="nhsuk-heading-s">
        {t('name.ask')}
      </h3>
      <p className="app-name-check__expected">
        {t('name.expected')}{' '}
        <strong className="app-name-check__name">
          <bdi>{name}</bdi>
        </strong>
      </p>
      <div className="app-name-check__sides">
        {checked.consultant ? null : (
          <GatedButton words={t('name.correct')} testId="name-correct" small={false} primary onPress={onCorrect} />
        )}
        <ul className="nhsuk-list">
          <li data-testid="name-by-consultant" data-checked={checked.consultant}>
            {own}
          </li>
          <li data-testid="name-by-staff" data-checked={checked.laptop}>
            {staff}
          </li>
        </ul>
      </div>
      <p className="app-name-check__wrong">{t('name.wrong')}</p>
    </section>
  );
}
