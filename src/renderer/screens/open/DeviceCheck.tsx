import { useId } from 'react';
import type { JSX, ReactNode } from 'react';
import type { LinkState } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import type { Messages } from '../../messages/en.ts';
import type { DeviceState } from '../../media/capture.ts';
import { useCapture } from '../../media/capture-context.ts';
import { networkVerdict } from '../../media/network-check.ts';
import { useLocalNetwork } from '../../media/use-local-network.ts';
import { useMicrophone } from '../../media/use-microphone.ts';
import { VideoView } from '../../media/VideoView.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { LevelMeter } from './LevelMeter.tsx';

/** Whether camera, microphone and network work, each in words beside its sign. */
export function DeviceCheck({ link }: { link: LinkState }): JSX.Element {
  const { deviceCheck } = useMessages();
  const { camera, microphone } = useCapture();
  const heading = useId();
  const verdict = networkVerdict(link, useLocalNetwork());
  return (
    <section className="check" aria-labelledby={heading} data-testid="device-check">
      <h2 id={heading} className="check-heading">
        {deviceCheck.heading}
      </h2>
      <div className="check-picture">
        {camera.state === 'working' ? (
          <VideoView track={camera.track} label={deviceCheck.preview} testId="self-view" mirrored />
        ) : (
          <span>{deviceCheck.noPicture}</span>
        )}
      </div>
      <ul>
        <Check name="camera" words={deviceCheck.camera} verdict={camera.state}>
          {cameraWords(camera, deviceCheck)}
        </Check>
        <MicrophoneCheck microphone={microphone} />
        <Check name="network" words={deviceCheck.network} verdict={verdict}>
          {deviceCheck.networkVerdicts[verdict]}
        </Check>
      </ul>
    </section>
  );
}

function MicrophoneCheck({ microphone }: { microphone: DeviceState }): JSX.Element {
  const { deviceCheck } = useMessages();
  const { level, heard } = useMicrophone(microphone.state === 'working' ? microphone.track : undefined);
  const verdict = microphone.state === 'working' ? (heard ? 'heard' : 'listening') : microphone.state;
  return (
    <Check name="microphone" words={deviceCheck.microphone} verdict={verdict}>
      {microphoneWords(microphone, heard, deviceCheck)}
      {microphone.state === 'working' && <LevelMeter level={level} words={deviceCheck.level} />}
    </Check>
  );
}

interface CheckProps {
  name: Extract<IconName, 'camera' | 'microphone' | 'network'>;
  words: string;
  verdict: string;
  children: ReactNode;
}

function Check({ name, words, verdict, children }: CheckProps): JSX.Element {
  return (
    <li className="check-row" data-testid={`check-${name}`} data-verdict={verdict}>
      <Icon name={name} />
      <span className="check-name">{words}</span>
      <span className="check-verdict" role="status">
        {children}
      </span>
    </li>
  );
}

function cameraWords(camera: DeviceState, words: Messages['deviceCheck']): string {
  switch (camera.state) {
    case 'off':
    case 'checking':
      return words.cameraChecking;
    case 'working':
      return words.cameraWorking;
    case 'failed':
      return words.cameraProblems[camera.problem];
  }
}

function microphoneWords(microphone: DeviceState, heard: boolean, words: Messages['deviceCheck']): string {
  switch (microphone.state) {
    case 'off':
    case 'checking':
      return words.microphoneChecking;
    case 'working':
      return heard ? words.microphoneHeard : words.microphoneListening;
    case 'failed':
      return words.microphoneProblems[microphone.problem];
  }
}
