import { say } from '../harness/faulty-disk.ts';
import type { Learnt } from './played-laptop.ts';

/** What a script tells of itself: a thing of a number is tried, and then it was kept, or that was refused. */
export type Told =
  /** Everything is ready; what follows is watched. */
  | { readonly begins: string }
  | { readonly tries: number }
  | { readonly keeps: number }
  | { readonly refuses: number; readonly because: string }
  /** This one is taken out of the journal now. */
  | { readonly forgets: number }
  /** A report of the erasure is handed to control: its number, or null for the bare notice. */
  | { readonly delivers: number | null }
  | { readonly ends: 'dead' | 'wiping' }
  /** Control learns this of the laptop. */
  | { readonly learns: Learnt }
  /** The screen of a laptop that was started. */
  | { readonly shows: string };

/** Says it to whoever started this program, at once. */
export const tell = (told: Told): void => say(told);

/** Tries something of a number, and tells what became of it. */
export async function tryTo(number: number, keep: () => void | Promise<void>): Promise<void> {
  tell({ tries: number });
  try {
    await keep();
    tell({ keeps: number });
  } catch (error) {
    tell({ refuses: number, because: error instanceof Error ? error.message : String(error) });
  }
}
