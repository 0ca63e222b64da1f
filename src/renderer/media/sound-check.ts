import { heardAt, levelOf } from './microphone-level.ts';
import { hearsTone, toneFrequency, toneShare } from './tone.ts';

/** How long it listens before it plays the tone, and how long that plays, milliseconds. */
const times = { before: 700, tone: 1600, read: 40 };
const loudness = 0.3;
/** The tone swells and fades, so that it does not click; seconds. */
const fade = 0.08;

/** A check of speaker and microphone that is under way. */
export interface SoundCheck {
  /** Whether the laptop's own microphone heard the tone of its speaker; told once it has played. */
  tone: Promise<boolean>;
  /** Whether the microphone has heard anything so far. */
  heard: () => boolean;
  /** Ends it; the microphone is the caller's. Idempotent. */
  end: () => void;
}

/**
 * Plays a tone and listens for it. The sound goes nowhere else.
 * @param microphone not processed; without one the tone only plays
 */
export function checkSound(microphone: MediaStreamTrack | undefined): SoundCheck {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 4096;
  if (microphone !== undefined) context.createMediaStreamSource(new MediaStream([microphone])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const shares: Record<'before' | 'during', number[]> = { before: [], during: [] };
  let plays = false;
  let heard = false;
  const reading = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    heard ||= levelOf(samples) >= heardAt;
    shares[plays ? 'during' : 'before'].push(toneShare(samples, context.sampleRate, toneFrequency));
  }, times.read);
  const timers: ReturnType<typeof setTimeout>[] = [];
  const later = (milliseconds: number) =>
    new Promise<void>((resolve) => timers.push(setTimeout(() => resolve(), milliseconds)));
  const tone = later(times.before)
    .then(() => {
      plays = true;
      playTone(context, toneFrequency, times.tone / 1000, loudness);
      return later(times.tone);
    })
    .then(() => hearsTone(shares.before, shares.during));
  return {
    tone,
    heard: () => heard,
    end: () => {
      clearInterval(reading);
      for (const timer of timers) clearTimeout(timer);
      if (context.state !== 'closed') void context.close();
    },
  };
}

/**
 * Plays one tone.
 * @param frequency Hz
 * @param duration seconds
 * @param volume 0 to 1
 * @param from seconds from now
 */
export function playTone(
  context: AudioContext,
  frequency: number,
  duration: number,
  volume: number,
  from = 0,
): OscillatorNode {
  const start = context.currentTime + from;
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + fade);
  gain.gain.setValueAtTime(volume, start + duration - fade);
  gain.gain.linearRampToValueAtTime(0, start + duration);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + duration);
  return oscillator;
}
