import { useCallback } from 'react';
import type { JSX, RefCallback } from 'react';

interface VideoViewProps {
  track: MediaStreamTrack;
  label: string;
  testId: string;
  /** As in a mirror: only for one's own picture. */
  mirrored?: boolean;
  className?: string;
}

/** Shows a picture. Sound is played by `AudioView` only, so that moving pictures about never interrupts it. */
export function VideoView({ track, label, testId, mirrored = false, className }: VideoViewProps): JSX.Element {
  return (
    <video
      ref={useTrack(track)}
      className={[mirrored ? 'mirrored' : '', className ?? ''].join(' ').trim()}
      aria-label={label}
      data-testid={testId}
      autoPlay
      muted
      playsInline
      disablePictureInPicture
    />
  );
}

/** Plays sound. */
export function AudioView({ track, testId }: { track: MediaStreamTrack; testId: string }): JSX.Element {
  return <audio ref={useTrack(track)} data-testid={testId} autoPlay />;
}

/** A callback for `ref`: gives the element the track while it is in the page. */
function useTrack<E extends HTMLMediaElement>(track: MediaStreamTrack): RefCallback<E> {
  return useCallback(
    (media: E) => {
      media.srcObject = new MediaStream([track]);
      return () => {
        media.srcObject = null;
      };
    },
    [track],
  );
}
