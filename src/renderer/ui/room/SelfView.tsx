import type { JSX } from 'react';
import { useCapture } from '../../media/capture-context.ts';
import { VideoView } from '../../media/VideoView.tsx';
import { useMessages } from '../../messages/catalogue.ts';
import './self-view.css';

/** The laptop's own picture, small; in words when there is none. */
export function SelfView(): JSX.Element {
  const { room, deviceCheck } = useMessages();
  const { camera } = useCapture();
  return (
    <div className="self-view">
      {camera.state === 'working' && (
        <VideoView track={camera.track} label={room.selfView} testId="self-view" mirrored />
      )}
      {camera.state === 'failed' && <p role="status">{deviceCheck.cameraProblems[camera.problem]}</p>}
    </div>
  );
}
