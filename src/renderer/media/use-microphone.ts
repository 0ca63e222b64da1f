import { useEffect, useState } from 'react';
import { heardAt, watchLevel } from './microphone-level.ts';

/**
 * The level of a microphone, and whether it has heard anything yet.
 * @returns the level in bars
 */
export function useMicrophone(track: MediaStreamTrack | undefined): { level: number; heard: boolean } {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState<MediaStreamTrack>();
  useEffect(() => {
    if (track === undefined) return undefined;
    return watchLevel(track, (bars) => {
      setLevel(bars);
      if (bars >= heardAt) setHeard(track);
    });
  }, [track]);
  return { level: track === undefined ? 0 : level, heard: track !== undefined && heard === track };
}
