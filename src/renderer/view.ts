import { mediaAllowance } from '@sallyport/protocol';
import type { Phase, Screen, ScreenName } from '@sallyport/protocol';
import type { CaptureUse } from './media/capture.ts';

/** What the page shows: a screen, and of a room its phase. It is in `data-screen` on the root of each screen. */
export type ViewName = Exclude<ScreenName, 'inRoom'> | Phase | 'handover';

/** The view of the screen that the main process told the page to show; `handover`: a debrief without its staff. */
export function viewOf(screen: Screen): ViewName {
  if (screen.screen !== 'inRoom') return screen.screen;
  return screen.phase === 'debrief' && !screen.progress.staffConfirmed ? 'handover' : screen.phase;
}

/**
 * What camera and microphone run for on a screen. Where it is nothing they are off, and so is the camera's light.
 * @param measuring whether the page is measuring in a check of the laptop
 */
export function captureFor(screen: Screen, measuring: boolean): CaptureUse {
  // SECURITY: they run in consult, in a confirmed debrief and in a check, and nowhere else (S40).
  if (screen.screen === 'inRoom') return mediaAllowance(screen, 'device').sends ? 'call' : 'nothing';
  return screen.screen === 'open' && screen.check.running && measuring ? 'check' : 'nothing';
}
