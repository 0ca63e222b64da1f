import { isDevelopmentBuild } from './start-guard.ts';

/** Longest wait for a test driver that was announced and does not come, ms. */
const patience = 5000;

/**
 * In development builds, waits until the test driver that was announced on the command line has attached: a page that
 * loads while it attaches is lost to it. Playwright calls `__playwright_run` for exactly this.
 * @returns at once in a packaged build, or when no driver was announced
 */
export function driverAttached(argv: readonly string[]): Promise<void> {
  if (!isDevelopmentBuild()) return Promise.resolve();
  const isAnnounced = argv.some((argument) => argument.startsWith('--inspect')) && argv.some(isDebuggingPort);
  if (!isAnnounced) return Promise.resolve();
  return new Promise((resolve) => {
    Object.assign(globalThis, { __playwright_run: () => resolve() });
    setTimeout(resolve, patience);
  });
}

function isDebuggingPort(argument: string): boolean {
  return argument.startsWith('--remote-debugging-port');
}
