import { spawnSync } from 'node:child_process';
import { KeyStoreFault } from './key-store.ts';

/** The programs of tpm2-tools that are used, and no others. */
export type TpmProgram =
  | 'createprimary'
  | 'flushcontext'
  | 'nvdefine'
  | 'nvread'
  | 'nvreadpublic'
  | 'nvundefine'
  | 'nvwrite'
  | 'pcrread'
  | 'policypcr'
  | 'startauthsession';

/** What a program answered: its output (the caller's to zero), or the chip's code, undefined when no chip answered. */
export type TpmAnswer =
  | { readonly outcome: 'done'; readonly output: Buffer }
  | { readonly outcome: 'refused'; readonly code: number | undefined };

/** Runs a program of tpm2-tools to its end; injected so that tests can answer in the chip's place. */
export type RunTpmProgram = (program: TpmProgram, args: readonly string[], input?: Uint8Array) => TpmAnswer;

/** The chip behind the kernel's resource manager; tests name another. */
export const TPM_DEVICE = 'device:/dev/tpmrm0';

/** A chip that does not answer for so long is not there, ms. */
const PATIENCE = 10_000;
const OUTPUT_LIMIT = 1024 * 1024;

/** SECURITY: nothing of our own environment is passed on, so no variable names another chip or library (S32). */
const environment = { PATH: '/usr/bin', LC_ALL: 'C', TSS2_LOG: 'all+NONE' };

/**
 * Makes the runner for a chip.
 * @param tcti how tpm2-tools reach it
 * @param folder where the programs are, absolute
 */
export function tpmPrograms(tcti: string, folder = '/usr/bin'): RunTpmProgram {
  return (program, args, input = new Uint8Array()) => {
    // SECURITY: no shell; a secret goes through the standard streams, never through arguments or a file (S32).
    const { status, stdout, stderr } = spawnSync(`${folder}/tpm2_${program}`, [`--tcti=${tcti}`, ...args], {
      env: environment,
      cwd: '/',
      input,
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
      maxBuffer: OUTPUT_LIMIT,
    });
    return status === 0 ? { outcome: 'done', output: stdout } : { outcome: 'refused', code: responseCode(stderr) };
  };
}

/** Largest code that the chip itself gives; greater ones are of the software in between. */
const LARGEST_RESPONSE = 0xfff;

/**
 * Finds the chip's answer in what a program said.
 * @param said its standard error; null when it did not start
 * @returns the response code without the number of the handle, parameter or session it is about; undefined when none
 */
export function responseCode(said: Uint8Array | null): number | undefined {
  const codes = Buffer.from(said ?? [])
    .toString('utf8')
    .matchAll(/\(0x([0-9A-F]+)\)/gi);
  for (const [, digits] of codes) {
    const code = Number.parseInt(digits ?? '', 16);
    if (code <= LARGEST_RESPONSE) return withoutPosition(code);
  }
  return undefined;
}

/** Part 2 of the TPM 2.0 library, "Response code formats": bit 7 says that the position stands in bit 6 and bits 8 to 11. */
const HAS_POSITION = 0x080;
const WITHOUT_POSITION = 0x0bf;

function withoutPosition(code: number): number {
  return (code & HAS_POSITION) === 0 ? code : code & WITHOUT_POSITION;
}

/** TPM_RC_CONTEXT_GAP, TPM_RC_SESSION_MEMORY, TPM_RC_SESSION_HANDLES: sessions that nobody ended fill the chip. */
export const FULL_OF_SESSIONS: readonly (number | undefined)[] = [0x901, 0x903, 0x905];

/** TPM_RC_AUTH_FAIL, TPM_RC_BAD_AUTH: somebody gave the chip's owner a password; TPM_RC_LOCKOUT: too many guesses. */
const LOCKED: readonly (number | undefined)[] = [0x08e, 0x0a2, 0x921];

/** TPM_RC_POLICY_FAIL, TPM_RC_PCR_CHANGED, TPM_RC_NV_AUTHORIZATION, TPM_RC_NV_LOCKED. */
const CHANGED: readonly (number | undefined)[] = [0x09d, 0x128, 0x149, 0x148];

/** The fault that a refusal of the chip is; whatever is unknown counts as missing. */
export function faultOfResponse(code: number | undefined): KeyStoreFault {
  if (LOCKED.includes(code)) return new KeyStoreFault('locked');
  return new KeyStoreFault(CHANGED.includes(code) ? 'changed' : 'missing');
}
