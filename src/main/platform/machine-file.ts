import { closeSync, constants, fstatSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import type { Files } from './files.ts';
import { openPlainFile } from './plain-file.ts';

const absolutePath = z.string().max(1024).refine(isAbsolute, 'must be an absolute path');

/**
 * What the image says about the laptop it was installed on: facts of the machine, not of the fleet, written once by whoever
 * prepares it and owned by the system. Nothing in it is secret.
 */
export const machineFile = z.strictObject({
  version: z.literal(1),
  /** Where the device's half of the keys lives. */
  keyStore: z.enum(['os', 'tpm']).default('os'),
  /**
   * Which platform configuration registers (SHA-256 bank) must be as they were: the measured start of the system. Those
   * from 16 on can be set back by software, or are not of the start.
   */
  tpmRegisters: z.array(z.int().min(0).max(15)).min(1).max(8).default([7]),
  /** The block device or container of the encrypted data volume (LUKS2), when there is one. */
  dataVolume: absolutePath.optional(),
  /** A folder outside that volume, so that a wiped laptop still knows at its next start that it is one. */
  tombstoneFolder: absolutePath.optional(),
});
export type MachineFile = z.infer<typeof machineFile>;

/** A machine that nobody described: the operating system's key store, and no volume below the files. */
export const plainMachine: MachineFile = machineFile.parse({ version: 1 });

/** Largest description, in bytes. */
const LIMIT = 64 * 1024;

/** Where the image keeps it. Not told by the environment, which whoever starts the client can choose. */
export function machineFilePath(platform: NodeJS.Platform): string {
  return platform === 'win32' ? String.raw`C:\ProgramData\Sallyport\machine.json` : '/etc/sallyport/machine.json';
}

/**
 * Reads a description that somebody at the bench points at, whoever owns it. Never throws.
 * @returns it; that of a plain machine when there is no such file; undefined when there is one that says nothing clear
 */
export function readMachineFile(files: Pick<Files, 'read'>, path: string): MachineFile | undefined {
  try {
    const bytes = files.read(path, LIMIT);
    return bytes === undefined ? plainMachine : parsed(bytes);
  } catch {
    return undefined;
  }
}

/** Whose word about a machine is taken. */
export interface MachineFileTerms {
  readonly path: string;
  readonly platform: NodeJS.Platform;
  /** The accounts whose file is taken, where the system has numbers for them. */
  readonly owners: readonly number[];
}

/**
 * Reads the description of the machine we run on. Never throws.
 * @returns it; that of a plain machine when there is no such file; undefined when there is one that is not the system's own
 * plain file, says nothing clear, or asks for a security chip on a system where we use none
 */
export function describedMachine({ path, platform, owners }: MachineFileTerms): MachineFile | undefined {
  try {
    const machine = parsed(readOwned(path, platform, owners));
    return machine?.keyStore === 'tpm' && platform !== 'linux' ? undefined : machine;
  } catch (error) {
    return error instanceof Error && 'code' in error && isAbsent(error.code) ? plainMachine : undefined;
  }
}

const isAbsent = (code: unknown): boolean => code === 'ENOENT' || code === 'ENOTDIR';

function parsed(bytes: Uint8Array): MachineFile | undefined {
  return machineFile.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
}

const WRITABLE_BY_OTHERS = 0o022;

/** @throws the system's error, such as ENOENT; FileFault and Error when it is not a file to go by */
function readOwned(path: string, platform: NodeJS.Platform, owners: readonly number[]): Uint8Array {
  const { descriptor } = openPlainFile(path, constants.O_RDONLY, LIMIT);
  try {
    const { uid, mode } = fstatSync(descriptor);
    // SECURITY: where the key lies, and what a wipe erases, is said by the image, not by an account the client can be run
    // by. Windows answers with no owner; there the folder's own protection has to do (S32).
    if (platform !== 'win32' && (!owners.includes(uid) || (mode & WRITABLE_BY_OTHERS) !== 0)) {
      throw new Error('not the system’s own file');
    }
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
