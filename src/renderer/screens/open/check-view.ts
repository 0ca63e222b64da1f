import { verdictOf } from '@sallyport/protocol';
import type { CheckReport, CheckVerdict, NetworkFigures } from '@sallyport/protocol';
import type { CaptureSource, CaptureState } from '../../media/capture.ts';
import type { CheckState } from '../../media/device-check.ts';

/** Where the check as a whole stands. */
export type CheckStanding = 'running' | 'none' | CheckVerdict;

/** What is known of each part of the laptop; `undefined`: nothing yet. */
export interface CheckParts {
  camera: CheckReport['camera'] | undefined;
  microphone: CheckReport['microphone'] | undefined;
  speaker: CheckReport['speaker'] | undefined;
  network: CheckVerdict | 'nothing' | undefined;
}

/** Whether a check is under way, or else what the last one came to. */
export function standingOf({ stage }: CheckState, report: CheckReport | null): CheckStanding {
  // While it is told the page is about to be loaded anew: that one shows the result.
  if (stage !== 'idle' && stage !== 'answering') return 'running';
  return report === null ? 'none' : verdictOf(report);
}

/** What is known of each part: of the check under way, or else of the last one. */
export function partsOf(state: CheckState, kept: CheckReport | null, capture: CaptureState): CheckParts {
  const isRunning = standingOf(state, kept) === 'running';
  const found: Partial<CheckReport> = isRunning ? state.found : (kept ?? {});
  const { camera, microphone, speaker, network } = found;
  return {
    camera: camera ?? (isRunning && hasFailed('camera', capture) ? 'failed' : undefined),
    microphone: microphone ?? (isRunning && hasFailed('microphone', capture) ? 'failed' : undefined),
    speaker,
    network: network === undefined ? undefined : networkVerdictOf(network),
  };
}

/** How good the network is by itself: as if everything else worked. */
export function networkVerdictOf(network: NetworkFigures | null): CheckVerdict | 'nothing' {
  if (network === null) return 'nothing';
  return verdictOf({ camera: 'working', microphone: 'heard', speaker: 'heard', network });
}

function hasFailed(source: CaptureSource, capture: CaptureState): boolean {
  return capture[source].state === 'failed';
}
