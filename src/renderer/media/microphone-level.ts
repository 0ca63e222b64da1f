/** How many bars the level meter has. */
export const levelBars = 10;

/** Speech at this level and above, in bars, proves that the microphone hears. */
export const heardAt = 3;

/** Quietest and loudest level that the meter tells apart, decibels of full scale. */
const quietest = -55;
const loudest = -10;
const readInterval = 100;

/**
 * The level of some sound.
 * @param samples one stretch of sound, each sample from -1 to 1
 * @returns bars to light, 0 to `levelBars`: its root mean square on a decibel scale
 */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const meanSquare = samples.length === 0 ? 0 : sum / samples.length;
  const decibels = 10 * Math.log10(Math.max(meanSquare, 1e-10));
  const share = (decibels - quietest) / (loudest - quietest);
  return Math.round(Math.min(1, Math.max(0, share)) * levelBars);
}

/**
 * Watches the level of a microphone. The sound goes nowhere else.
 * @param onLevel told the level in bars, ten times a second
 * @returns the function that stops it
 */
export function watchLevel(track: MediaStreamTrack, onLevel: (bars: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(levelOf(samples));
  }, readInterval);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
