import type { MediaSource } from '@sallyport/protocol';
import type { types } from 'mediasoup-client';

/** The camera in three simulcast layers, a quarter, half and the whole of the picture, so that the SFU fits each line. */
const cameraEncodings: types.RtpEncodingParameters[] = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
];

/** A screen in one layer, whole and sharp: a half-size x-ray is no x-ray. What the line lacks is taken from the frame rate. */
const screenEncodings: types.RtpEncodingParameters[] = [
  { maxBitrate: 2_500_000, maxFramerate: 15, scalabilityMode: 'L1T3' },
];

/** Speech: one channel, repaired in band, nothing sent in silence. */
const speech: types.ProducerCodecOptions = { opusStereo: false, opusFec: true, opusDtx: true, opusNack: true };

/**
 * How a source is sent.
 * @param codecs what the room speaks; pictures are sent as VP8 when it is among them
 */
export function sendingOf(
  source: MediaSource,
  codecs: types.RtpCodecCapability[],
): Pick<types.ProducerOptions, 'encodings' | 'codecOptions' | 'codec'> {
  if (source === 'microphone') return { codecOptions: speech };
  const codec = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  const encodings = source === 'camera' ? cameraEncodings : screenEncodings;
  return { encodings, ...(codec === undefined ? {} : { codec }) };
}

/**
 * How a source is sent to find out what the network carries: the camera in one layer, so that as much comes back as goes
 * out; the microphone in silence too, because what is not sent cannot be counted.
 */
export function measuredSendingOf(
  source: MediaSource,
  codecs: types.RtpCodecCapability[],
): ReturnType<typeof sendingOf> {
  if (source === 'microphone') return { codecOptions: { ...speech, opusDtx: false } };
  return { ...sendingOf(source, codecs), encodings: [{ maxBitrate: 1_500_000, scalabilityMode: 'L1T3' }] };
}

/** Tells the encoder what a track shows: text and x-rays keep their detail, faces their motion. */
export function hintContent(source: MediaSource, track: MediaStreamTrack): void {
  const hints = { camera: 'motion', microphone: 'speech', screen: 'detail' } as const;
  Object.assign(track, { contentHint: hints[source] });
}
