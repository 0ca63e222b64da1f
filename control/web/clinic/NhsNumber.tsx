import type { ReactNode } from 'react';
import { formatNhsNumber } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';

/** An NHS number as people read it, kept together on one line. @param digits ten digits */
export function NhsNumber({ digits }: { digits: string }): ReactNode {
  const { t } = useSpeech();
  return (
    <span>
      {t('appointment.nhsNumber')} <span className="app-whole">{formatNhsNumber(digits)}</span>
    </span>
  );
}
