import { bridge as contract } from '@sallyport/protocol';
import type { Bridge } from '@sallyport/protocol';
import { measureNetwork } from '@sallyport/room-client';
import type { Capture } from './capture.ts';
import type { CheckInstruments } from './device-check.ts';
import { engine } from './engine.ts';
import { signallingOver } from './signalling.ts';
import { checkSound } from './sound-check.ts';

const failed = { ok: false, refusal: { reason: 'failed' } } as const;

/** What a check measures with on the laptop: its own devices, and its one way out. */
export function instrumentsOver(bridge: Bridge, capture: Capture): CheckInstruments {
  const signalling = signallingOver(bridge);
  return {
    begin: async () => {
      try {
        return contract.invoke.check.result.parse(await bridge.invoke('check', {}));
      } catch {
        return failed;
      }
    },
    done: (report) => bridge.invoke('check-done', { report }).catch(() => failed),
    capture,
    sound: checkSound,
    network: (rtpCapabilities, tracks, signal) =>
      measureNetwork({ signalling, rtpCapabilities, engine, tracks, signal }).catch(() => null),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}
