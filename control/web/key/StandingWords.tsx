import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { standingOf } from '../ui/appointments.ts';
import { useSpeech } from '../ui/Language.tsx';
import { useNow } from '../ui/Session.tsx';
import { StandingTag } from '../ui/StandingTag.tsx';

/** Where an appointment stands, and how it ended when it has. */
export function StandingWords({ appointment }: { appointment: ConsoleAppointment }): ReactNode {
  const { t } = useSpeech();
  const standing = standingOf(appointment, useNow());
  const { endReason } = appointment;
  return (
    <>
      <StandingTag standing={standing} />
      {endReason === null ? null : (
        <span className="app-detail" data-testid="end-reason" data-reason={endReason}>
          {t(`ended.${endReason}`)}
        </span>
      )}
    </>
  );
}
