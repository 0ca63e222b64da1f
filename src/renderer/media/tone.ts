/** The tone of a check: high enough for a small speaker, Hz. */
export const toneFrequency = 1250;

/** A stretch of sound holds the tone when this share of its power lies there; a pure tone has 1, noise nearly none. */
const toneShareAt = 0.2;
/** Of the stretches while it plays so many must hold it, and of those before no more than so many. */
const shares = { during: 0.3, before: 0.1 };
/** Below this mean square there is no sound to speak of. */
const silence = 1e-9;

/**
 * Which share of a sound's power lies at one frequency (Goertzel's algorithm).
 * @param samples one stretch of sound, each sample from -1 to 1
 * @param sampleRate samples a second
 * @param frequency Hz
 * @returns 0 to 1; 0 for silence
 */
export function toneShare(samples: Float32Array, sampleRate: number, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let [last, beforeLast, sum] = [0, 0, 0];
  for (const sample of samples) {
    [last, beforeLast] = [sample + coefficient * last - beforeLast, last];
    sum += sample * sample;
  }
  const count = samples.length;
  if (count === 0 || sum / count < silence) return 0;
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return Math.min(1, (2 * power) / (count * sum));
}

/**
 * Whether a tone was heard while it played, and only then.
 * @param before its share in stretches of sound before it played
 * @param during its share in stretches while it played
 */
export function hearsTone(before: readonly number[], during: readonly number[]): boolean {
  return shareWithTone(during) >= shares.during && shareWithTone(before) <= shares.before;
}

function shareWithTone(stretches: readonly number[]): number {
  if (stretches.length === 0) return 0;
  return stretches.filter((share) => share >= toneShareAt).length / stretches.length;
}
