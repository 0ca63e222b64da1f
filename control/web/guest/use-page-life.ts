import { useEffect } from 'react';
import type { PageStay } from './make-stay.ts';

/**
 * The page goes, comes back, or is given another link: a tab that is closed tells the others at once, one that the back
 * button brings again begins afresh, and so does one into whose address another link is pasted.
 */
export function usePageLife(stay: PageStay): void {
  useEffect(() => {
    const onHide = () => {
      stay.pause();
    };
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) window.location.reload();
    };
    const onVisible = () => {
      // Browsers slow down what nobody looks at: whoever looks again sees at once how it stands.
      if (document.visibilityState === 'visible' && stay.snapshot().state === 'waiting') void stay.look();
    };
    const onHash = () => {
      if (window.location.hash.length > 1) window.location.reload();
    };
    window.addEventListener('pagehide', onHide);
    window.addEventListener('pageshow', onShow);
    window.addEventListener('hashchange', onHash);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      window.removeEventListener('pagehide', onHide);
      window.removeEventListener('pageshow', onShow);
      window.removeEventListener('hashchange', onHash);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [stay]);
}
