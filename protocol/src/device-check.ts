import * as z from 'zod';

/** What the check of a laptop comes to, in the words that staff and consultant read. */
export const checkVerdict = z.enum(['good', 'sound-first', 'not-good-enough']);
export type CheckVerdict = z.infer<typeof checkVerdict>;

const perSecond = z.number().min(0).max(1e9);
const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0).max(60_000);

/** A round trip of real media through the media server, both directions, over about five seconds. */
export const networkFigures = z.strictObject({
  /** Lost packets over expected ones, 0 to 1. */
  lossUp: share,
  lossDown: share,
  /** Of what came back, ms. */
  jitter: milliseconds,
  roundTrip: milliseconds,
  /** Bits a second. */
  bitrateUp: perSecond,
  bitrateDown: perSecond,
});
export type NetworkFigures = z.infer<typeof networkFigures>;

/** What a laptop found out about itself. No word of it is believed for anything but telling people. */
export const checkReport = z.strictObject({
  camera: z.enum(['working', 'failed']),
  /** `silent`: it works, and nothing has been heard yet. */
  microphone: z.enum(['heard', 'silent', 'failed']),
  /** By the laptop's own microphone, or by whoever was asked; `unsure` when neither said anything. */
  speaker: z.enum(['heard', 'not-heard', 'unsure']),
  /** Null: no media came back. */
  network: networkFigures.nullable(),
});
export type CheckReport = z.infer<typeof checkReport>;

/** Bounds of what is good, and of what carries sound (ITU-T G.114, G.1070; RFC 7874). */
const good = { loss: 0.03, jitter: 50, roundTrip: 300, bitrate: 300_000 };
const sound = { loss: 0.1, jitter: 120, roundTrip: 800, bitrate: 24_000 };

/** The verdict of a check. Pure. */
export function verdictOf({ camera, microphone, speaker, network }: CheckReport): CheckVerdict {
  if (network === null || microphone === 'failed' || speaker === 'not-heard') return 'not-good-enough';
  if (camera === 'working' && isWithin(network, good)) return 'good';
  return isWithin(network, sound) ? 'sound-first' : 'not-good-enough';
}

function isWithin(network: NetworkFigures, bound: typeof good): boolean {
  return (
    Math.max(network.lossUp, network.lossDown) <= bound.loss &&
    network.jitter <= bound.jitter &&
    network.roundTrip <= bound.roundTrip &&
    Math.min(network.bitrateUp, network.bitrateDown) >= bound.bitrate
  );
}
