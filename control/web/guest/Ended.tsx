import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import type { GuestEnd } from './guest-stay.ts';
import { headingOfEnd } from './guest-words.ts';

/** There is nothing more to do here, and why. */
export function Ended({ reason }: { reason: GuestEnd }): ReactNode {
  const { t } = useSpeech();
  return (
    <div data-testid="guest-ended" data-reason={reason}>
      <PageHeading words={t(headingOfEnd(reason))} />
      <div role="alert">
        <p>{t(`guest.ended.${reason}`)}</p>
      </div>
      {reason === 'void' ? null : <p>{t('guest.over.close')}</p>}
    </div>
  );
}
