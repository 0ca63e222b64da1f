import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useSpeech } from './Language.tsx';

/** Says what has been done, and takes the focus: what the person acted on is often gone from the page. */
export function DoneBox({ words }: { words: string | undefined }): ReactNode {
  const { t } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (words !== undefined) box.current?.focus();
  }, [words]);
  if (words === undefined) return null;
  return (
    <div className="nhsuk-notification-banner nhsuk-notification-banner--success" data-testid="done-box">
      <div className="nhsuk-notification-banner__header">
        <h2 className="nhsuk-notification-banner__title">{t('done.heading')}</h2>
      </div>
      <div className="nhsuk-notification-banner__content" tabIndex={-1} ref={box} role="status" data-testid="done">
        <p className="nhsuk-notification-banner__heading">{words}</p>
      </div>
    </div>
  );
}
