import { useEffect, useRef } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useNow } from '../ui/Session.tsx';
import { arrivedOf, newlyArrived } from './arrivals.ts';

/**
 * Says it when somebody newly waits.
 * @param onArrival is called then as well; not for those who waited already when the page was opened
 */
export function useArrivals(appointments: readonly ConsoleAppointment[], onArrival?: () => void): void {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const now = useNow();
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  useEffect(() => {
    const arrived = arrivedOf(appointments, now);
    const news = newlyArrived(known.current ?? new Set(), arrived);
    const words = news.map(({ patientReference, prison }) =>
      t('clinic.arrived', { patient: patientReference, prison: prison.name }),
    );
    if (words.length > 0) announce(words.join(' '));
    if (words.length > 0 && known.current !== undefined) onArrival?.();
    known.current = new Set(arrived.map(({ id }) => id));
  }, [appointments, announce, now, onArrival, t]);
}
