import type { MediaSource } from '@sallyport/protocol';
import type { ProducerOptions } from 'mediasoup-client/types';

/** Three simulcast layers of the camera: a face at 1280 × 720, and what a bad network can still carry. */
const cameraLayers: ProducerOptions['encodings'] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

/** A shared screen is one layer: words must stay legible, movement may suffer. */
const screenLayers: ProducerOptions['encodings'] = [{ maxBitrate: 2_500_000, maxFramerate: 8 }];

/** Options with which a source is produced. The caller keeps its track: closing a producer never stops a camera. */
export function producerOptions(source: MediaSource, track: MediaStreamTrack): ProducerOptions {
  const common = { track, stopTracks: false, disableTrackOnPause: true, zeroRtpOnPause: true };
  switch (source) {
    case 'camera':
      return { ...common, encodings: cameraLayers ?? [], codecOptions: { videoGoogleStartBitrate: 600 } };
    case 'microphone':
      return { ...common, codecOptions: { opusFec: true, opusDtx: true, opusStereo: false } };
    case 'screen':
      return { ...common, encodings: screenLayers ?? [] };
    default:
      return source satisfies never;
  }
}
