import type { JSX } from 'react';
import './controls.css';

/** A sentence that matters now: read out at once when it is a problem, at the next pause when it is news. */
export function Notice({ words, bad = false }: { words: string; bad?: boolean }): JSX.Element {
  return (
    <p
      className={bad ? 'notice notice-bad' : 'notice'}
      role={bad ? 'alert' : 'status'}
      data-testid={bad ? 'problem' : 'notice'}
    >
      {words}
    </p>
  );
}
