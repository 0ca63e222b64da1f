import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '@sallyport/protocol';
import type { ProgramResult, RunProgram } from '../../platform/programs.ts';
import { isKeyless, readVolume, zeroKeyArea } from './luks2-volume.ts';
import type { Luks2Volume } from './luks2-volume.ts';
import type { PlatformEraser } from './platform-eraser.ts';

/** What {@link luks2Eraser} needs. */
export interface Luks2EraserParts {
  /** Absolute path of the encrypted volume: a block device, or a container file. */
  readonly volume: string;
  readonly run: RunProgram;
}

/** cryptsetup could not do what it was asked. Its own words go no further: they name paths. */
export class CryptsetupFault extends Error {
  /** cryptsetup's exit code; 0 when it said something that makes no sense. */
  readonly code: number;

  constructor(code: number) {
    super(`cryptsetup ended with ${code}`);
    this.name = 'CryptsetupFault';
    this.code = code;
  }
}

const CRYPTSETUP = '/usr/sbin/cryptsetup';
/** Where cryptsetup locks block devices. A container file it locks itself. */
const LOCK_FOLDER = '/run/cryptsetup';
/** Together less than the time a step of an erasure has, ms. */
const [ERASE_TIMEOUT_MS, LOOK_TIMEOUT_MS] = [40_000, 10_000];

const metadata = z.looseObject({ keyslots: z.record(z.string(), z.unknown()) });

/**
 * Erases the key slots of a LUKS2 volume: cryptographic erase in the sense of NIST SP 800-88 Rev. 2. The volume's key exists
 * on the disk nowhere but in its slots; without them its content is noise, under whatever passphrase. A volume that is open
 * stays readable on the running machine until it is closed or switched off.
 */
export function luks2Eraser({ volume, run }: Luks2EraserParts): PlatformEraser {
  // SECURITY: `--type luks2`, so that cryptsetup itself refuses anything else at that path (S34).
  const eraseArguments = ['erase', '--batch-mode', '--type', 'luks2', volume];
  const lookArguments = ['luksDump', '--dump-json-metadata', '--type', 'luks2', volume];
  return {
    step: 'luks2',
    dryRun: () =>
      describe(volume, `${CRYPTSETUP} ${eraseArguments.join(' ')}`, `${CRYPTSETUP} ${lookArguments.join(' ')}`),
    async erase() {
      if (needsCryptsetup(await readVolume(volume))) {
        succeeded(await run(CRYPTSETUP, eraseArguments, { timeoutMs: ERASE_TIMEOUT_MS }));
      }
      if (!(await isKeyless(volume))) await zeroKeyArea(volume);
    },
    async isErased() {
      // SECURITY: cryptsetup shows one header copy and none of the slots' bytes: both are looked at by ourselves as well (S34).
      if (!(await isKeyless(volume))) return false;
      const { stdout } = succeeded(await run(CRYPTSETUP, lookArguments, { timeoutMs: LOOK_TIMEOUT_MS }));
      return keySlotsIn(stdout).length === 0;
    },
  };
}

/** A damaged copy is cryptsetup's to repair from the other: what it held may be what the other has lost. */
function needsCryptsetup({ first, second }: Luks2Volume): boolean {
  return [first, second].some((copy) => copy === undefined || copy.keySlots.length > 0);
}

function succeeded(result: ProgramResult): ProgramResult {
  if (result.code !== 0) throw new CryptsetupFault(result.code);
  return result;
}

function keySlotsIn(json: string): string[] {
  const parsed = metadata.safeParse(parseJson(json, json.length)?.value);
  if (!parsed.success) throw new CryptsetupFault(0);
  return Object.keys(parsed.data.keyslots);
}

async function describe(volume: string, eraseCommand: string, lookCommand: string): Promise<readonly string[]> {
  const found = await readVolume(volume).catch((error: unknown) =>
    error instanceof Error ? error.message : 'unknown',
  );
  if (typeof found === 'string') {
    return [`${volume} would be left alone, and the erasure would never be finished: ${found}`];
  }
  const header = found.first ?? found.second;
  if (header === undefined) return [];
  const { uuid, label, keySlots, keyArea } = header;
  const damaged = found.first === undefined || found.second === undefined ? '; one of its two headers is damaged' : '';
  const [from, to] = [keyArea.offset, keyArea.offset + keyArea.length - 1];
  return [
    `${volume}: LUKS2, UUID ${uuid}, label ${label === '' ? 'none' : label}, key slots ${keySlots.join(', ') || 'none'}${damaged}`,
    `would run: ${eraseCommand}`,
    `would write: zeros over bytes ${from} to ${to} of ${volume}, where the key slots are`,
    `would look again: ${lookCommand}; both headers; those bytes`,
    ...(await obstacles(volume)).map((obstacle) => `would fail here: ${obstacle}`),
    'does not reach: copies of its header made before (luksHeaderBackup, an image of the disk): with an old passphrase they still open it. Destroy them',
    'does not reach: the key in the memory of the running machine, which reads the volume until it is switched off: choose power-off as well',
    'does not reach: worn cells of a flash disk that the disk no longer shows',
  ];
}

/** What would keep whoever asks from erasing, as far as that shows without trying. */
async function obstacles(volume: string): Promise<readonly string[]> {
  const isDevice = (await stat(volume)).isBlockDevice();
  const needs = [
    { path: CRYPTSETUP, mode: constants.X_OK, obstacle: `there is no ${CRYPTSETUP} to run` },
    { path: volume, mode: constants.W_OK, obstacle: 'this account may not write the volume' },
    ...(isDevice
      ? [{ path: LOCK_FOLDER, mode: constants.W_OK, obstacle: `this account may not write ${LOCK_FOLDER}` }]
      : []),
  ];
  const found = await Promise.all(
    needs.map(({ path, mode }) =>
      access(path, mode).then(
        () => true,
        () => false,
      ),
    ),
  );
  return needs.filter((_, index) => found[index] === false).map(({ obstacle }) => obstacle);
}
