import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';

/** Says who sees and hears the consultant in the debrief: nobody, until staff have confirmed that they are alone. */
export function DebriefBanner({ confirmed }: { confirmed: boolean }): ReactNode {
  const { t } = useSpeech();
  const heading = confirmed ? t('debrief.confirmed') : t('debrief.dark');
  const words = confirmed ? t('debrief.confirmedWords') : t('debrief.darkWords');
  return (
    <div
      className={confirmed ? 'app-debrief app-debrief--confirmed' : 'app-debrief'}
      data-testid="debrief-banner"
      data-confirmed={confirmed}
    >
      <h3 className="nhsuk-heading-s">{heading}</h3>
      <p>{words}</p>
    </div>
  );
}
