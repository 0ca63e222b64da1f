import type { RunProgram } from '../../platform/programs.ts';

/**
 * Tasks that the image prepares (`build/windows/erase/register.ps1`). Each runs as SYSTEM, does one fixed thing, and takes
 * nothing from whoever starts it; the laptop's own account may start them and read how they ended, and no more.
 */
export type WindowsTask = 'erase-bitlocker' | 'look-at-bitlocker' | 'erase-mdm';

/** Exit codes of the scripts behind the tasks; every other one is a failure. */
export const taskExit = { done: 0, notErased: 3 } as const;

/** A task that could not be started, did not end in time, or failed. */
export class WindowsTaskFault extends Error {
  readonly code: number;

  constructor(task: WindowsTask, code: number) {
    super(`task ${task} ended with ${code}`);
    this.name = 'WindowsTaskFault';
    this.code = code;
  }
}

/** Where the image puts the scripts: a folder that only administrators may write to. */
export const SCRIPT_FOLDER = 'C:\\Program Files\\Sallyport\\erase';

const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';
/** The script waits for 45 s at most; a step of an erasure has a minute. */
const TIMEOUT_MS = 50_000;

/**
 * The one way scripts are run. Bypass: an execution policy is no border of security, and neither a zone mark nor a signature
 * that has run out may stop an erasure; who may change the scripts is settled by the folder they lie in.
 */
function argumentsFor(task: WindowsTask): readonly string[] {
  const fixed = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'];
  return [...fixed, '-File', `${SCRIPT_FOLDER}\\ask.ps1`, '-Task', task];
}

/** The command line that {@link askTask} runs, as a person would type it. */
export function commandFor(task: WindowsTask): string {
  const words = [POWERSHELL, ...argumentsFor(task)];
  return words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
}

/**
 * Starts a prepared task and waits for its end.
 * @returns its exit code: one of {@link taskExit}
 * @throws WindowsTaskFault for any other; ProgramFault when PowerShell does not run
 */
export async function askTask(run: RunProgram, task: WindowsTask): Promise<number> {
  // SECURITY: the client has no rights over the disk: it can only ask for one of three fixed things to be done (S34).
  const { code } = await run(POWERSHELL, argumentsFor(task), { timeoutMs: TIMEOUT_MS });
  if (code !== taskExit.done && code !== taskExit.notErased) throw new WindowsTaskFault(task, code);
  return code;
}
