import type { ReactNode } from 'react';
import { Tag } from 'nhsuk-react-components';
import type { ConsoleCheck } from '@sallyport/protocol';
import { useSpeech } from './Language.tsx';
import { formatMoment } from './london-time.ts';

const colours = {
  good: 'green',
  'sound-first': 'yellow',
  'not-good-enough': 'red',
  none: 'grey',
} as const satisfies Record<ConsoleCheck['verdict'] | 'none', string>;

/** What a laptop's last check came to, in words, and when it was; the colour only repeats them. */
export function CheckTag({ check }: { check: ConsoleCheck | null }): ReactNode {
  const { t, language } = useSpeech();
  const verdict = check?.verdict ?? 'none';
  return (
    <span data-testid="laptop-check" data-verdict={verdict}>
      <Tag modifier={colours[verdict]}>{t(`check.verdict.${verdict}`)}</Tag>{' '}
      {check === null ? null : (
        <span className="app-detail">{t('check.at', { when: formatMoment(check.at, language) })}</span>
      )}
    </span>
  );
}
