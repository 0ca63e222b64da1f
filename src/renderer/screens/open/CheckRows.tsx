import type { JSX, ReactNode } from 'react';
import type { CheckReport } from '@sallyport/protocol';
import type { DeviceState } from '../../media/capture.ts';
import { useCapture } from '../../media/capture-context.ts';
import { useMicrophone } from '../../media/use-microphone.ts';
import { useMessages } from '../../messages/catalogue.ts';
import type { Messages } from '../../messages/en.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import type { CheckParts } from './check-view.ts';
import { LevelMeter } from './LevelMeter.tsx';

interface CheckRowsProps {
  parts: CheckParts;
  running: boolean;
}

/** Camera, microphone, speaker and network, each in words beside its sign. */
export function CheckRows({ parts, running }: CheckRowsProps): JSX.Element {
  const { deviceCheck: words } = useMessages();
  const { camera, speaker, network } = parts;
  const cameras = { working: words.cameraWorking, failed: words.cameraFailed };
  const pending = running ? 'checking' : 'none';
  return (
    <ul className="check-rows">
      <CheckRow name="camera" words={words.camera} verdict={camera ?? pending}>
        {found(camera, cameras, running ? words.cameraChecking : words.notYet)}
      </CheckRow>
      <MicrophoneRow microphone={parts.microphone} running={running} />
      <CheckRow name="speaker" words={words.speaker} verdict={speaker ?? pending}>
        {found(speaker, words.speakers, running ? words.speakerPlaying : words.notYet)}
      </CheckRow>
      <CheckRow name="network" words={words.network} verdict={network ?? pending}>
        {found(network, words.networks, running ? words.networkMeasuring : words.notYet)}
      </CheckRow>
    </ul>
  );
}

/** While it is checked it shows how loud it is, so that whoever speaks sees that they are heard. */
function MicrophoneRow({ microphone, running }: Pick<CheckParts, 'microphone'> & { running: boolean }): JSX.Element {
  const { deviceCheck: words } = useMessages();
  const device = useCapture().microphone;
  const track = running && device.state === 'working' ? device.track : undefined;
  const live = useMicrophone(track);
  const known = microphone ?? (live.heard ? 'heard' : undefined);
  const pending = running ? 'checking' : 'none';
  return (
    <CheckRow name="microphone" words={words.microphone} verdict={known ?? pending}>
      {found(known, microphoneWords(device, words), running ? startingWords(track, words) : words.notYet)}
      {track !== undefined && <LevelMeter level={live.level} words={words.level} />}
    </CheckRow>
  );
}

function microphoneWords(
  device: DeviceState,
  words: Messages['deviceCheck'],
): Record<CheckReport['microphone'], string> {
  const failed = device.state === 'failed' ? words.microphoneProblems[device.problem] : words.microphoneFailed;
  return { heard: words.microphoneHeard, silent: words.microphoneSilent, failed };
}

function startingWords(track: MediaStreamTrack | undefined, words: Messages['deviceCheck']): string {
  return track === undefined ? words.microphoneChecking : words.microphoneListening;
}

interface CheckRowProps {
  name: Extract<IconName, 'camera' | 'microphone' | 'speaker' | 'network'>;
  words: string;
  verdict: string;
  children: ReactNode;
}

function CheckRow({ name, words, verdict, children }: CheckRowProps): JSX.Element {
  return (
    <li className="check-row" data-testid={`check-${name}`} data-verdict={verdict}>
      <Icon name={name} />
      <span className="check-name">{words}</span>
      <span className="check-found">{children}</span>
    </li>
  );
}

/** The words for what was found, or for there being nothing yet. */
function found<F extends string>(what: F | undefined, words: Readonly<Record<F, string>>, nothing: string): string {
  return what === undefined ? nothing : words[what];
}
