import type { Phase, Screen, ScreenName } from '@sallyport/protocol';

/** What the page shows: a screen, and of a room its phase. It is in `data-screen` on the root of each screen. */
export type ViewName = Exclude<ScreenName, 'inRoom'> | Phase;

/** The view of the screen that the main process told the page to show. */
export function viewOf(screen: Screen): ViewName {
  return screen.screen === 'inRoom' ? screen.phase : screen.screen;
}

const capturing: Readonly<Record<ViewName, boolean>> = {
  starting: false,
  refused: false,
  blank: false,
  inert: false,
  open: true,
  waiting: true,
  consult: true,
  debrief: true,
  ended: false,
  suspended: false,
  wiping: false,
  dead: false,
};

/** Whether camera and microphone run in a view. Everywhere else they are off, and so is the camera's light. */
export function usesCapture(view: ViewName): boolean {
  return capturing[view];
}
