import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import type { AwayReason } from './guest-stay.ts';
import { wordsForAway } from './guest-words.ts';
import type { PageStay } from './make-stay.ts';

/** Out of the room though it goes on, and the way back. */
export function Away({ stay, why }: { stay: PageStay; why: AwayReason }): ReactNode {
  const { t } = useSpeech();
  const isElsewhere = why.kind === 'left' && why.reason === 'elsewhere';
  return (
    <div data-testid="guest-away" data-reason={why.kind === 'left' ? why.reason : 'failed'}>
      <PageHeading words={t('guest.away.heading')} />
      <div role="alert">
        <p>{wordsForAway(why, t)}</p>
      </div>
      <Button type="button" data-testid="guest-back" onClick={() => void stay.comeBack()}>
        {isElsewhere ? t('guest.away.here') : t('guest.away.back')}
      </Button>
    </div>
  );
}
