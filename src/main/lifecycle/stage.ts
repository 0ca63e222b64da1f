import type { Phase, Progress } from '@sallyport/protocol';

/** The phases in which somebody can be in a room. */
export type LivePhase = Exclude<Phase, 'ended'>;

/** Where a room stands, as far as this laptop takes it to. */
export interface LiveStage {
  readonly phase: LivePhase;
  readonly progress: Progress;
}

const phases: readonly LivePhase[] = ['waiting', 'consult', 'debrief'];

/** Whether control's word that a room has come to a phase counts: it never goes back. */
export function mayEnter({ phase: from, progress }: LiveStage, phase: LivePhase): boolean {
  // SECURITY: control's word alone admits nobody, so turns no camera on: consent has to be recorded before (S42).
  if (phase === 'consult' && progress.present === null) return false;
  return phases.indexOf(phase) > phases.indexOf(from);
}

/**
 * What has been done once control has said so: who is there while the room waits, the name while it consults; nothing is
 * taken back.
 * SECURITY: that staff have confirmed is not among it, whoever says it: the laptop's own comparison alone makes it so (S39).
 */
export function progressAfter({ phase, progress: done }: LiveStage, told: Progress): Progress {
  if (phase === 'waiting') return { ...done, present: told.present ?? done.present };
  if (phase === 'debrief') return done;
  const { laptop, consultant } = told.nameChecked;
  const before = done.nameChecked;
  return { ...done, nameChecked: { laptop: before.laptop || laptop, consultant: before.consultant || consultant } };
}

/** How a room stands for a laptop that has just joined: it asks for staff anew, whatever control says of that (S39). */
export function joinedProgress(told: Progress): Progress {
  return { ...told, staffConfirmed: false };
}
