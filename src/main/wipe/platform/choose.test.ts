import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformEraser } from '@sallyport/protocol';
import type { PlatformEraser as ChosenEraser } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { MachineFile } from '../../platform/machine-file.ts';
import { machineFile, plainMachine } from '../../platform/machine-file.ts';
import type { ProgramResult, RunProgram } from '../../platform/programs.ts';
import { temporaryDirectory } from '../../platform/testing/temporary-directory.ts';
import { choosePlatformErasers } from './choose.ts';
import { makeContainer, openingPassphrases } from './luks2-testing.ts';
import { rehearse } from './rehearsal.ts';

const everything = platformEraser.options;
const withVolume = (dataVolume: string): MachineFile => machineFile.parse({ version: 1, dataVolume });
const machine = withVolume('/dev/disk/by-partlabel/sallyport-data');

/** A system whose programs all end with the given code; what was run, as it was given. */
function systemAnswering(code: number): {
  readonly run: RunProgram;
  readonly commands: readonly (readonly string[])[];
} {
  const commands: string[][] = [];
  const run: RunProgram = async (program, args): Promise<ProgramResult> => {
    commands.push([program, ...args]);
    return { code, stdout: '', stderr: '' };
  };
  return { run, commands };
}

function choice(platform: NodeJS.Platform, chosen: readonly ChosenEraser[] = everything, run = systemAnswering(0).run) {
  return choosePlatformErasers({ chosen, platform, machine, run });
}

describe('the policy’s choice', () => {
  test.each([
    ['linux', ['luks2'], true],
    ['win32', ['bitlocker', 'mdm'], true],
    ['darwin', [], false],
  ] as const)('S34 on %s it is %j, whatever the order it was written in', (platform, steps, hasSwitch) => {
    for (const chosen of [everything, [...everything].reverse()]) {
      const { erasers, powerSwitch } = choice(platform, chosen);
      expect(erasers.map(({ step }) => step)).toEqual(steps);
      expect(powerSwitch !== undefined).toBe(hasSwitch);
    }
  });

  test('S34 what the policy does not name is not there', () => {
    expect(choice('linux', [])).toEqual({ erasers: [], powerSwitch: undefined });
    expect(choice('win32', ['mdm']).erasers.map(({ step }) => step)).toEqual(['mdm']);
  });

  test('S34 a machine file without a volume has none erased', () => {
    const { run } = systemAnswering(0);
    const { erasers } = choosePlatformErasers({ chosen: everything, platform: 'linux', machine: plainMachine, run });
    expect(erasers).toEqual([]);
  });
});

describe('BitLocker', () => {
  function bitlocker(run: RunProgram) {
    const [eraser] = choice('win32', ['bitlocker'], run).erasers;
    if (eraser === undefined) throw new Error('no eraser for BitLocker');
    return eraser;
  }

  test('S34 it is asked for by a fixed command line, and looked at by another', async () => {
    const { run, commands } = systemAnswering(0);
    await bitlocker(run).erase();
    await expect(bitlocker(run).isErased()).resolves.toBe(true);
    const powershell = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';
    const fixed = [powershell, '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'];
    const ask = [...fixed, 'C:\\Program Files\\Sallyport\\erase\\ask.ps1', '-Task'];
    expect(commands).toEqual([
      [...ask, 'erase-bitlocker'],
      [...ask, 'look-at-bitlocker'],
    ]);
  });

  test('S34 what is not erased is neither called done nor erased; what fails is neither', async () => {
    const notErased = bitlocker(systemAnswering(3).run);
    await expect(notErased.erase()).rejects.toThrow('task erase-bitlocker ended with 3');
    await expect(notErased.isErased()).resolves.toBe(false);
    for (const code of [1, 2, 5, -1, 267_009]) {
      await expect(bitlocker(systemAnswering(code).run).erase()).rejects.toThrow(String(code));
      await expect(bitlocker(systemAnswering(code).run).isErased()).rejects.toThrow(String(code));
    }
  });
});

test('S34 a wipe that Windows accepted is never called erased by the Windows that is to be wiped', async () => {
  const { run, commands } = systemAnswering(0);
  const [eraser] = choice('win32', ['mdm'], run).erasers;
  await eraser?.erase();
  expect(commands.map((command) => command.at(-1))).toEqual(['erase-mdm']);
  await expect(eraser?.isErased()).resolves.toBe(false);
  const [refused] = choice('win32', ['mdm'], systemAnswering(1).run).erasers;
  await expect(refused?.erase()).rejects.toThrow('task erase-mdm ended with 1');
});

describe('the switch', () => {
  test.each([
    ['linux', '/usr/bin/systemctl --no-ask-password --check-inhibitors=no poweroff'],
    ['win32', 'C:\\Windows\\System32\\shutdown.exe /s /t 0 /f'],
  ] as const)('S34 on %s it runs exactly what its dry run says', async (platform, command) => {
    const { run, commands } = systemAnswering(0);
    const { powerSwitch } = choice(platform, ['power-off'], run);
    expect(powerSwitch?.dryRun()).toEqual([`would run: ${command}`]);
    expect(commands).toEqual([]);
    await powerSwitch?.powerOff();
    expect(commands.map((words) => words.join(' '))).toEqual([command]);
  });

  test('S34 a system that refuses is not taken for one that is off', async () => {
    const { powerSwitch } = choice('linux', ['power-off'], systemAnswering(1).run);
    await expect(powerSwitch?.powerOff()).rejects.toThrow('the system answered 1');
  });
});

describe('a rehearsal', () => {
  test('S34 says for each of the policy’s erasers what it would do, or that there is nothing for it', async () => {
    const { path } = makeContainer(temporaryDirectory());
    const text = (await rehearse({ chosen: everything, platform: 'linux', machine: withVolume(path) })).join('\n');
    expect(text).toContain(`would run: /usr/sbin/cryptsetup erase --batch-mode --type luks2 ${path}`);
    expect(text).toContain('would run: /usr/bin/systemctl');
    expect(text).toContain('bitlocker:\n  nothing: not for linux');
    expect(text).toContain('mdm:\n  nothing: not for linux');
    const none = await rehearse({ chosen: ['luks2'], platform: 'linux', machine: plainMachine });
    expect(none).toEqual(['luks2:', '  nothing: the machine file names no dataVolume']);
  });

  test('S34 the command at the bench rehearses on a real volume and leaves it as it was', () => {
    const folder = temporaryDirectory();
    const container = makeContainer(folder);
    const before = readFileSync(container.path);
    const { mtimeMs, ctimeMs } = statSync(container.path);
    const file = join(folder, 'machine.json');
    writeFileSync(file, JSON.stringify({ version: 1, dataVolume: container.path }));
    const { status, stdout } = dryRun('--machine', file, 'luks2', 'power-off');
    expect(status).toBe(0);
    expect(stdout).toContain(`zeros over bytes 32768 to 1081343 of ${container.path}`);
    expect(readFileSync(container.path).equals(before)).toBe(true);
    expect(statSync(container.path)).toMatchObject({ mtimeMs, ctimeMs });
    expect(openingPassphrases(container)).toBe(2);
  });

  test('the command shows the other system’s erasers as well', () => {
    const file = join(temporaryDirectory(), 'machine.json');
    writeFileSync(file, '{"version":1}');
    const { stdout } = dryRun('--machine', file, '--platform', 'win32', ...everything);
    expect(stdout).toContain('-Task erase-bitlocker');
    expect(stdout).toContain('doWipeProtectedMethod');
    expect(stdout).toContain('shutdown.exe /s /t 0 /f');
  });

  test('the command says what is wrong with how it was called', () => {
    const file = join(temporaryDirectory(), 'machine.json');
    writeFileSync(file, '{"version":2}');
    expect(dryRun('--machine', file)).toMatchObject({ status: 2, stdout: '' });
    expect(dryRun('--machine', file, 'everything').status).toBe(2);
    expect(dryRun('--machine', file, 'luks2')).toMatchObject({ status: 1, stderr: `${file} is no machine file\n` });
    expect(dryRun('--machine', `${file}-2`, 'luks2')).toMatchObject({ status: 1, stderr: `there is no ${file}-2\n` });
  });

  test('S34 no file of the client’s knows the program that rehearses, and that program calls nothing that erases', () => {
    const source = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
    for (const name of ['dry-run.ts', 'rehearsal.ts']) {
      expect(source(name)).not.toMatch(/\b(erase|powerOff)\(|child_process|programs\.ts/);
    }
    expect(source('choose.ts')).not.toMatch(/rehears|dry-run/);
  });
});

function dryRun(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'dry-run.ts'), ...args], { encoding: 'utf8' });
}
