import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';

type Announce = (words: string) => void;

const AnnouncerContext = createContext<Announce | undefined>(undefined);

/** Keeps the page's live region: what changes without a new page is also said (WCAG 2.2, 4.1.3). */
export function AnnouncerProvider({ children }: { children: ReactNode }): ReactNode {
  const [said, setSaid] = useState({ words: '', turn: 0 });
  const announce = useCallback<Announce>((words) => {
    setSaid((before) => ({ words, turn: before.turn + 1 }));
  }, []);
  return (
    <AnnouncerContext value={announce}>
      {children}
      <div role="status" aria-live="polite" className="nhsuk-u-visually-hidden" data-testid="announcements">
        <span key={said.turn}>{said.words}</span>
      </div>
    </AnnouncerContext>
  );
}

/** Says words to people who do not see them appear. */
export function useAnnounce(): Announce {
  const announce = useContext(AnnouncerContext);
  if (announce === undefined) throw new Error('useAnnounce outside AnnouncerProvider');
  return announce;
}
