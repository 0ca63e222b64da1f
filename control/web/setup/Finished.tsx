import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { consolePlaces } from '../ui/consoles.ts';
import { useSpeech } from '../ui/Language.tsx';

/** The fleet is founded: where everybody goes next. */
export function Finished(): ReactNode {
  const { t } = useSpeech();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.current?.focus();
  }, []);
  return (
    <div data-testid="setup-finished" tabIndex={-1} ref={panel}>
      <div className="nhsuk-panel">
        <h2 className="nhsuk-panel__title">{t('setup.finished')}</h2>
        <div className="nhsuk-panel__body">{t('setup.finishedWords')}</div>
      </div>
      <h2 className="nhsuk-heading-m">{t('setup.consoles')}</h2>
      <ul>
        {consolePlaces.map(({ address, name, purpose }) => (
          <li key={address}>
            <a href={address}>{t(name)}</a>: {t(purpose)}
          </li>
        ))}
      </ul>
    </div>
  );
}
