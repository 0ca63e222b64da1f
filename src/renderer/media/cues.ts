import type { Screen } from '@sallyport/protocol';
import { playTone } from './sound-check.ts';

type InRoom = Extract<Screen, { screen: 'inRoom' }>;

/** What whoever faces the laptop is told by a sound, besides the words and the picture that say the same. */
export type Cue = 'admitted' | 'message';

/** One note after the other, Hz: calm, and each cue told from the other by its shape. */
const notes: Readonly<Record<Cue, readonly number[]>> = {
  admitted: [523.25, 659.25, 783.99],
  message: [659.25, 523.25],
};
const length = 0.45;
const loudness = 0.15;

/**
 * Which sound goes with a screen that is shown now.
 * @param before the screen before; undefined when the page has only just been loaded
 */
export function cueOf(before: Screen | undefined, now: Screen): Cue | null {
  if (now.screen !== 'inRoom') return null;
  const known = before?.screen === 'inRoom' ? before : undefined;
  if (now.phase === 'consult') return known?.phase === 'consult' ? null : 'admitted';
  return isNewMessage(known?.message ?? null, now) ? 'message' : null;
}

function isNewMessage(before: InRoom['message'], { phase, message }: InRoom): boolean {
  return phase === 'waiting' && message !== null && message !== before;
}

/** Plays a cue, once; a laptop that cannot says the same by its screen. */
export function playCue(cue: Cue): void {
  try {
    const context = new AudioContext();
    const playing = notes[cue].map((note, place) => playTone(context, note, length, loudness, place * length * 0.8));
    playing.at(-1)?.addEventListener('ended', () => void context.close());
  } catch {
    // There is no sound to be had.
  }
}
