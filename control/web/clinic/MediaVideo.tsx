import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface MediaVideoProps {
  testId: string;
  className: string;
  label: string;
  muted?: boolean;
  tracks: readonly (MediaStreamTrack | undefined)[];
}

/** Plays tracks, picture and sound together. */
export function MediaVideo({ testId, className, label, muted = false, tracks }: MediaVideoProps): ReactNode {
  const video = useRef<HTMLVideoElement>(null);
  const [first, second] = tracks;
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    const playing = [first, second].filter((track) => track !== undefined);
    element.srcObject = playing.length === 0 ? null : new MediaStream(playing);
    // A browser begins by itself only what is in sight; refused, it begins as soon as it may.
    if (playing.length > 0) void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [first, second]);
  return (
    <video
      ref={video}
      className={className}
      data-testid={testId}
      aria-label={label}
      autoPlay
      playsInline
      muted={muted}
    />
  );
}
