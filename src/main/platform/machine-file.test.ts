import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemFiles } from './files.ts';
import { describedMachine, machineFile, machineFilePath, plainMachine, readMachineFile } from './machine-file.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const us = process.getuid?.() ?? 0;
const full = {
  version: 1,
  keyStore: 'tpm',
  tpmRegisters: [4, 7, 11],
  dataVolume: '/dev/disk/by-partlabel/sallyport-data',
  tombstoneFolder: '/var/lib/sallyport',
};

let path = '';
beforeEach(() => {
  path = join(temporaryDirectory(), 'machine.json');
});

function described(changes: Partial<Parameters<typeof describedMachine>[0]> = {}): ReturnType<typeof describedMachine> {
  return describedMachine({ path, platform: 'linux', owners: [us], ...changes });
}

function write(value: unknown): void {
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value), { mode: 0o644 });
  chmodSync(path, 0o644);
}

describe('the description of a machine', () => {
  test('says where the key lies, and what there is below the files', () => {
    write(full);
    expect(described()).toEqual(full);
  });

  test('that is not there is that of a plain machine: the system’s key store, and nothing below', () => {
    expect(described()).toEqual(plainMachine);
    expect(plainMachine).toEqual({ version: 1, keyStore: 'os', tpmRegisters: [7] });
    write({ version: 1 });
    expect(described({ path: join(path, 'below-a-file') })).toEqual(plainMachine);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another version', { version: 2 }],
    ['an unknown word', { version: 1, keystore: 'tpm' }],
    ['an unknown key store', { version: 1, keyStore: 'none' }],
    ['a relative folder', { version: 1, tombstoneFolder: 'tombstone' }],
    ['no register', { version: 1, keyStore: 'tpm', tpmRegisters: [] }],
    ['a register that software sets back', { version: 1, keyStore: 'tpm', tpmRegisters: [7, 16] }],
  ])('S32 that says %s is refused', (_, value) => {
    write(value);
    expect(described()).toBeUndefined();
    expect(readMachineFile(systemFiles, path)).toBeUndefined();
  });

  test('S32 that asks for a security chip is refused where we use none', () => {
    write(full);
    expect(described({ platform: 'win32' })).toBeUndefined();
    write({ ...full, keyStore: 'os' });
    expect(described({ platform: 'win32' })).toMatchObject({ keyStore: 'os' });
  });

  test('S32 that another account owns is refused', () => {
    write(full);
    expect(described({ owners: [us + 1] })).toBeUndefined();
    expect(described({ owners: [us + 1, us] })).toEqual(full);
  });

  test.each([0o664, 0o646, 0o666])('S32 that others may write (%o) is refused', (mode) => {
    write(full);
    chmodSync(path, mode);
    expect(described()).toBeUndefined();
  });

  test('S32 is not read through a link, a pipe or a folder, and not when it is huge', () => {
    const other = join(temporaryDirectory(), 'other.json');
    const at = (name: string): string => join(temporaryDirectory(), name);
    writeFileSync(other, JSON.stringify(full));
    const [link, nowhere, pipe, folder, huge, same] = ['l', 'n', 'p', 'f', 'h', 's'].map(at) as [string, ...string[]];
    symlinkSync(other, link);
    symlinkSync('/nonexistent/machine.json', nowhere ?? '');
    execFileSync('mkfifo', [pipe ?? '']);
    mkdirSync(folder ?? '');
    writeFileSync(huge ?? '', '');
    truncateSync(huge ?? '', 2 ** 40);
    for (const path of [link, nowhere, pipe, folder, huge]) expect(described({ path: path ?? '' })).toBeUndefined();
    linkSync(other, same ?? '');
    expect(described({ path: same ?? '' })).toEqual(full);
  });

  test('is looked for in one place of the system, whatever the environment says', () => {
    expect(machineFilePath('linux')).toBe('/etc/sallyport/machine.json');
    expect(machineFilePath('win32')).toBe(String.raw`C:\ProgramData\Sallyport\machine.json`);
  });

  test('at the bench is read whoever owns it', () => {
    write(full);
    chmodSync(path, 0o666);
    expect(readMachineFile(systemFiles, path)).toEqual(machineFile.parse(full));
    expect(readMachineFile(systemFiles, `${path}.none`)).toEqual(plainMachine);
  });
});
