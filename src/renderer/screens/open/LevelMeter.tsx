import type { JSX } from 'react';
import { levelBars } from '../../media/microphone-level.ts';

/** The level of the microphone in bars; the words beside it say whether it hears. */
export function LevelMeter({ level, words }: { level: number; words: string }): JSX.Element {
  return (
    <span className="level" role="img" aria-label={words} data-testid="level" data-level={level}>
      {Array.from({ length: levelBars }, (_, bar) => (
        <span key={bar} data-lit={bar < level} />
      ))}
    </span>
  );
}
