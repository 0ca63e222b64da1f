import { useEffect, useRef } from 'react';
import type { Screen } from '@sallyport/protocol';
import { cueOf, playCue } from './cues.ts';

/** Plays the sound that goes with a screen, when there is one. */
export function useCues(screen: Screen): void {
  const before = useRef<Screen>(undefined);
  useEffect(() => {
    const cue = cueOf(before.current, screen);
    before.current = screen;
    if (cue !== null) playCue(cue);
  }, [screen]);
}
