import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';

/** While a list was being written, a newer one came into force. */
export function StaleNote({ onAgain }: { onAgain: () => void }): ReactNode {
  const { t } = useSpeech();
  return (
    <div role="alert" data-testid="stale">
      <p>{t('review.stale')}</p>
      <Button type="button" data-testid="start-over" onClick={onAgain}>
        {t('review.again')}
      </Button>
    </div>
  );
}
