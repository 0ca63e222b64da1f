import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';

/** The ways to look at appointments: a day or a week. */
export function ViewSwitch({ day, view }: { day: string; view: 'day' | 'week' }): ReactNode {
  const { t } = useSpeech();
  return (
    <nav className="app-views app-no-print" aria-label={t('view.name')}>
      {(['day', 'week'] as const).map((each) => (
        <a
          key={each}
          href={`#/${each}/${day}`}
          className="app-views__view"
          aria-current={each === view ? 'true' : undefined}
          data-testid={`view-${each}`}
        >
          {t(`view.${each}`)}
        </a>
      ))}
    </nav>
  );
}
