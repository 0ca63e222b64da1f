import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';
import { Ends } from './Ends.tsx';
import type { SiteRoster } from './use-trust.ts';

/** How a site's list of people stands: until when it is valid, that it has lapsed, or that there is none. */
export function RosterStanding({ roster, isLapsed }: SiteRoster): ReactNode {
  const { t } = useSpeech();
  if (roster === undefined) return <span data-testid="no-roster">{t('trust.noList')}</span>;
  return (
    <>
      {t('trust.listOf', { version: roster.version, people: roster.people.length })} <Ends list={roster} />
      {isLapsed ? (
        <span className="app-notice app-notice--danger" data-testid="lapsed-roster">
          {t('trust.lapsed')}
        </span>
      ) : null}
    </>
  );
}
