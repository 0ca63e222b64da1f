import type { RunProgram } from '../../platform/programs.ts';
import type { PlatformEraser } from './platform-eraser.ts';
import { askTask, commandFor, SCRIPT_FOLDER, taskExit, WindowsTaskFault } from './windows-tasks.ts';

/**
 * Has Windows wipe the whole machine: `doWipeProtected` of the RemoteWipe configuration service provider, which cleans the
 * internal drive and, unlike `doWipe`, goes on when somebody switches the machine off and on. Not yet run on Windows.
 */
export function mdmEraser({ run }: { readonly run: RunProgram }): PlatformEraser {
  return {
    step: 'mdm',
    dryRun: () => Promise.resolve(description),
    async erase() {
      const code = await askTask(run, 'erase-mdm');
      if (code !== taskExit.done) throw new WindowsTaskFault('erase-mdm', code);
    },
    // SECURITY: accepted is not erased: a Windows that can still answer has not been wiped. The step is asked for again and
    // never claimed; what control sees last of such a laptop is that it was erasing (S34).
    isErased: () => Promise.resolve(false),
  };
}

const description: readonly string[] = [
  `would run: ${commandFor('erase-mdm')}`,
  `which starts the SYSTEM task \\Sallyport\\erase-mdm: ${SCRIPT_FOLDER}\\mdm.ps1`,
  'the task would: root\\cimv2\\mdm\\dmmap, class MDM_RemoteWipe, doWipeProtectedMethod: Windows restarts into its recovery environment and cleans the internal drive',
  `for the command alone, as an administrator: ${SCRIPT_FOLDER}\\mdm.ps1 -WhatIf`,
  'is never verified by the laptop itself: it ends with the Windows it runs on, and control sees it fall silent',
  'may leave a machine that does not start; needs Windows’ recovery environment (reagentc /info)',
  'not yet run on Windows',
];
