import type { Control } from './app.ts';

/** How long parts may take to close before the process ends all the same, ms. */
const closeDeadlineMs = 15_000;

/**
 * Runs a control until the process is told to end (SIGTERM, SIGINT), then closes it in order.
 * @param onStarted called once everything listens
 * @returns the exit code: 0 when everything closed in time
 */
export async function serve(control: Pick<Control, 'start' | 'close'>, onStarted: () => void): Promise<number> {
  const told = waitForSignal();
  await control.start();
  onStarted();
  await told;
  const late = setTimeout(() => process.exit(1), closeDeadlineMs);
  try {
    await control.close();
    return 0;
  } finally {
    clearTimeout(late);
  }
}

async function waitForSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    // A second signal finds no listener of ours and ends the process at once.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
