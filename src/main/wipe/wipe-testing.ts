// A wipe for tests: real but for its disk, its key store, its clock and, mostly, its signatures.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { ErasureReport } from '@sallyport/protocol';
import {
  decodeErasureReport,
  encodeErasureNotice,
  fixedErasureSteps,
  fromBase64url,
  toBase64url,
} from '@sallyport/protocol';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import type { PlatformEraser } from './platform/platform-eraser.ts';
import type { Tombstone, WipeStatus } from './tombstone.ts';
import { readTombstone, wipeStatus } from './tombstone.ts';
import type { ErasedPlace, ShareEraser, WipeTargets } from './wipe-steps.ts';
import { erasedPlaces } from './wipe-steps.ts';
import type { WipeEvidence, WipeOptions } from './wipe.ts';
import { stepDeadline, wipeBackOff } from './wipe.ts';

export const start = 1_795_000_000_000;

/** Makes a P-256 key, PKCS #8, PEM. */
function makeKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The public half, SubjectPublicKeyInfo, DER. */
export function publicKeyOf(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

/** ECDSA P-256 with SHA-256, r ‖ s, base64url. */
export function signWith(key: string, bytes: Uint8Array): Promise<string> {
  const signature = sign('sha256', bytes, { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  return Promise.resolve(toBase64url(signature));
}

export const deviceKey = makeKey();
export const reportKey = makeKey();
const notice = encodeErasureNotice({
  device: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a01',
  cause: { kind: 'lease' },
  reportKey: toBase64url(publicKeyOf(reportKey)),
  software: null,
  at: start,
});
export const evidence: WipeEvidence = {
  startedAt: start,
  receipt: null,
  notice: { notice: toBase64url(notice), signature: await signWith(deviceKey, notice) },
  reportKey,
  control: { address: 'control.example:7443', caCertificate: 'PEM' },
  erasers: [],
  dataVolume: null,
};

/** Signs without the cost of it, where a test is about the disk. */
export const signQuickly = (): Promise<string> => Promise.resolve('c2lnbmVk');

/** A clock whose waits are over at once, but never a step's deadline. */
export function quickClock(): { -readonly [K in keyof Clock]: Clock[K] } & { readonly waits: number[] } {
  const waits: number[] = [];
  const setTimer = (delayMs: number, callback: () => void): { cancel: () => void } => {
    if (delayMs === stepDeadline) return { cancel: () => undefined };
    waits.push(delayMs);
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  };
  return { now: () => start, monotonic: () => 0, uptime: () => 0, setTimer, waits };
}

export function targetsIn(root: string): WipeTargets {
  const all: Partial<Record<ErasedPlace, string[]>> = {};
  for (const place of erasedPlaces) all[place] = [`${root}/${place}`];
  return { record: [], journal: [], 'browser-profile': [], logs: [], caches: [], 'crash-dumps': [], ...all };
}

/** A key store that is a file on the same disk. */
export function shareOn(files: Files, root: string): ShareEraser {
  return {
    erase: () => {
      files.remove(`${root}/keys/share`);
      files.syncDirectory(`${root}/keys`);
    },
    isErased: () => !files.exists(`${root}/keys/share`),
  };
}

export function fill(files: Files, root: string): void {
  for (const name of [...erasedPlaces, 'keys', 'state']) {
    files.makeDirectory(`${root}/${name}`);
    if (name !== 'state') files.write(`${root}/${name}/share`, Buffer.from('secret'));
    files.syncDirectory(`${root}/${name}`);
  }
  files.makeDirectory(`${root}/caches/deep/deeper`);
  files.write(`${root}/caches/deep/deeper/file`, Buffer.from('x'));
}

export function optionsOn(files: Files, root: string, changes: Partial<WipeOptions> = {}): WipeOptions {
  return {
    files,
    share: shareOn(files, root),
    targets: targetsIn(root),
    tombstonePath: `${root}/state/tombstone.json`,
    start: { kind: 'begin', evidence },
    erasersFor: () => [],
    fallback: { erasers: [], dataVolume: null },
    sign: signQuickly,
    clock: quickClock(),
    backOff: wipeBackOff,
    ...changes,
  };
}

/** The same wipe as a later start takes it up: with no evidence but what is on the disk. */
export function resumed(options: WipeOptions): WipeOptions {
  return { ...options, start: { kind: 'resume' } };
}

/** A platform eraser of a test's own. */
export function eraserOf(changes: Partial<PlatformEraser> = {}): PlatformEraser {
  const step = 'luks2';
  const dryRun = (): Promise<string[]> => Promise.resolve([]);
  return { step, dryRun, erase: () => Promise.resolve(), isErased: () => Promise.resolve(true), ...changes };
}

export function reportOf(tombstone: Pick<Tombstone, 'reported'>): ErasureReport | undefined {
  const bytes = fromBase64url(tombstone.reported?.report.report ?? '');
  return bytes && decodeErasureReport(bytes);
}

export const verifiedSteps = fixedErasureSteps.map((step) => ({ step, outcome: 'verified', at: start }));

export const statusOf = ({ files, tombstonePath }: WipeOptions): WipeStatus =>
  wipeStatus(readTombstone(files, tombstonePath));

export function whatIsLeft({ files, share, targets }: WipeOptions): string[] {
  const left = erasedPlaces.filter((place) => targets[place].some((path) => files.exists(path)));
  return share.isErased() ? left : ['device-share', ...left];
}

/** A disk in memory with everything on it that a wipe erases. */
export function filledDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  fill(disk, '/data');
  return disk;
}
