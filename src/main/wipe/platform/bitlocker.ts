import type { RunProgram } from '../../platform/programs.ts';
import type { PlatformEraser } from './platform-eraser.ts';
import { askTask, commandFor, SCRIPT_FOLDER, taskExit, WindowsTaskFault } from './windows-tasks.ts';

/**
 * Forces the system drive into a BitLocker recovery that nobody has a key for: its key is put under a random one that is
 * kept nowhere, and every other protector (security chip, recovery password) is deleted. What is deleted, and in which
 * order, stands in `build/windows/erase/bitlocker.ps1`. Not yet run on Windows.
 */
export function bitlockerEraser({ run }: { readonly run: RunProgram }): PlatformEraser {
  return {
    step: 'bitlocker',
    dryRun: () => Promise.resolve(description),
    async erase() {
      const code = await askTask(run, 'erase-bitlocker');
      if (code !== taskExit.done) throw new WindowsTaskFault('erase-bitlocker', code);
    },
    async isErased() {
      return (await askTask(run, 'look-at-bitlocker')) === taskExit.done;
    },
  };
}

const description: readonly string[] = [
  `would run: ${commandFor('erase-bitlocker')}`,
  `which starts the SYSTEM task \\Sallyport\\erase-bitlocker: ${SCRIPT_FOLDER}\\bitlocker.ps1 -Do Erase`,
  'the task would: ProtectKeyWithExternalKey, with a random key that is saved nowhere; EnableKeyProtectors; DeleteKeyProtector for every other protector of C:',
  `would look again: ${commandFor('look-at-bitlocker')}`,
  `for the commands with this drive’s own protectors, as an administrator: ${SCRIPT_FOLDER}\\bitlocker.ps1 -Do Erase -WhatIf`,
  'does not reach: recovery passwords and key packages kept in Active Directory or Entra ID: with them and an older copy of the disk, or a key package, it can still be read. Delete them there',
  'does not reach: the key in the memory of the running machine, which reads the drive until it is switched off: choose power-off as well',
  'does not reach: other drives than C:, and worn cells of a flash disk that the disk no longer shows',
  'not yet run on Windows',
];
