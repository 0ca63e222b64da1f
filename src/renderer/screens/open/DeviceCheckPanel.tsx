import { useId } from 'react';
import type { JSX, ReactNode } from 'react';
import type { CheckReport, LinkState } from '@sallyport/protocol';
import { useCapture } from '../../media/capture-context.ts';
import { useDeviceCheck } from '../../media/device-check-context.ts';
import { VideoView } from '../../media/VideoView.tsx';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { CheckRows } from './CheckRows.tsx';
import { partsOf, standingOf } from './check-view.ts';
import type { CheckStanding } from './check-view.ts';

interface DeviceCheckPanelProps {
  link: LinkState;
  /** What the last check came to, as the laptop keeps it. */
  report: CheckReport | null;
}

/** Whether the laptop works for a consultation: what a check finds part by part, and what it comes to in words. */
export function DeviceCheckPanel({ link, report }: DeviceCheckPanelProps): JSX.Element {
  const { deviceCheck } = useMessages();
  const { check, state } = useDeviceCheck();
  const capture = useCapture();
  const heading = useId();
  const kept = state.stage === 'answering' ? { ...report, ...state.found } : report;
  const whole = isWhole(kept) ? kept : null;
  const standing = standingOf(state, whole);
  const asks = standing !== 'running' && whole?.speaker === 'unsure';
  return (
    <section className="check" aria-labelledby={heading} data-testid="device-check" data-verdict={standing}>
      <h2 id={heading} className="unseen">
        {deviceCheck.heading}
      </h2>
      {standing === 'running' ? (
        <Picture />
      ) : (
        <Verdict standing={standing} asks={asks} refusal={state.refusal}>
          <Button testId="check-again" disabled={link !== 'connected'} onPress={() => void check.start()}>
            {standing === 'none' ? deviceCheck.now : deviceCheck.again}
          </Button>
        </Verdict>
      )}
      {asks && <ToneQuestion onAnswer={(heard) => void check.answer(whole, heard)} />}
      <CheckRows parts={partsOf(state, whole, capture)} running={standing === 'running'} />
    </section>
  );
}

/** What the camera sees, while it is checked. */
function Picture(): JSX.Element {
  const { deviceCheck } = useMessages();
  const { camera } = useCapture();
  return (
    <div className="check-now">
      <div className="check-picture">
        {camera.state === 'working' && (
          <VideoView track={camera.track} label={deviceCheck.preview} testId="self-view" mirrored />
        )}
        {camera.state === 'failed' && <p>{deviceCheck.cameraProblems[camera.problem]}</p>}
      </div>
      <div className="check-words">
        <p className="check-headline" role="status">
          {deviceCheck.running}
        </p>
        <p>{deviceCheck.runningBody}</p>
        <p>{deviceCheck.cover}</p>
      </div>
    </div>
  );
}

const signs: Readonly<Record<Exclude<CheckStanding, 'running'>, IconName>> = {
  none: 'off',
  good: 'yes',
  'sound-first': 'partly',
  'not-good-enough': 'no',
};

interface VerdictProps {
  standing: Exclude<CheckStanding, 'running'>;
  /** Whether somebody has still to say what they heard. */
  asks: boolean;
  /** Why a check could not begin. */
  refusal: ReturnType<typeof useDeviceCheck>['state']['refusal'];
  children: ReactNode;
}

/** What the check came to, in words beside its sign. */
function Verdict({ standing, asks, refusal, children }: VerdictProps): JSX.Element {
  const { deviceCheck, refusals } = useMessages();
  const advice = standing === 'none' ? deviceCheck.noneBody : deviceCheck.advice[standing];
  return (
    <div className="check-verdict" data-verdict={standing}>
      <Icon name={signs[standing]} />
      <div role="status">
        <p className="check-headline">{standing === 'none' ? deviceCheck.none : deviceCheck.verdicts[standing]}</p>
        <p>{asks && standing === 'good' ? deviceCheck.adviceAsking : advice}</p>
        {refusal !== null && <p>{refusals[refusal]}</p>}
      </div>
      {children}
    </div>
  );
}

/** Asked when the laptop could not hear its own speaker: somebody else may have. */
function ToneQuestion({ onAnswer }: { onAnswer: (heard: boolean) => void }): JSX.Element {
  const { deviceCheck } = useMessages();
  const question = useId();
  return (
    <div className="check-question" role="group" aria-labelledby={question}>
      <p id={question}>{deviceCheck.askTone}</p>
      <Button testId="heard-tone" describedBy={question} onPress={() => onAnswer(true)}>
        {deviceCheck.heardTone}
      </Button>
      <Button testId="not-heard-tone" describedBy={question} onPress={() => onAnswer(false)}>
        {deviceCheck.notHeardTone}
      </Button>
    </div>
  );
}

function isWhole(report: Partial<CheckReport> | null): report is CheckReport {
  return report?.camera !== undefined && report.speaker !== undefined;
}
