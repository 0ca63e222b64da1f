import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { faultOfResponse, responseCode, tpmPrograms } from './tpm-programs.ts';

/** A program in the place of one of tpm2-tools. */
function programs(script: string) {
  const folder = temporaryDirectory();
  const path = join(folder, 'tpm2_nvwrite');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return tpmPrograms('device:/dev/tpmrm0', folder);
}

const said = (answer: ReturnType<ReturnType<typeof programs>>): string =>
  answer.outcome === 'done' ? answer.output.toString('latin1') : `refused ${answer.code}`;

test('S32 a program of the chip is given a fixed environment and nothing of ours', () => {
  for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'TPM2TOOLS_TCTI', 'TSS2_LOGFILE']) vi.stubEnv(name, '/tmp/evil');
  const answer = said(programs('/usr/bin/env')('nvwrite', []));
  vi.unstubAllEnvs();
  const names = answer.split('\n').map((line) => line.split('=')[0]);
  expect(names.filter((name) => name !== '' && name !== 'PWD').toSorted()).toEqual(['LC_ALL', 'PATH', 'TSS2_LOG']);
});

test('S32 a secret goes in by the standard input alone, byte for byte', () => {
  const secret = randomBytes(32);
  const run = programs('/bin/cat; printf " %s" "$@"');
  expect(said(run('nvwrite', ['--input=-'], secret))).toBe(
    `${secret.toString('latin1')} --tcti=device:/dev/tpmrm0 --input=-`,
  );
});

test('S32 arguments reach it as they are: there is no shell', () => {
  expect(said(programs('printf "%s," "$@"')('nvwrite', ['$(id)', '; id']))).toBe(
    '--tcti=device:/dev/tpmrm0,$(id),; id,',
  );
});

test.each([
  ['ERROR: Esys_NV_Read(0x99D) - tpm:session(1):a policy check failed', 0x09d, 'changed'],
  ['ERROR: Esys_NV_Read(0x149) - tpm:error(2.0): NV access authorization fails', 0x149, 'changed'],
  ['ERROR: Esys_PolicyPCR(0x128) - tpm:error(2.0): PCR have changed', 0x128, 'changed'],
  ['ERROR: Esys_NV_Read(0x921) - tpm:warn(2.0): the TPM is in DA lockout mode', 0x921, 'locked'],
  ['ERROR: Esys_NV_DefineSpace(0x9A2) - tpm:session(1):authorization failure', 0x0a2, 'locked'],
  ['ERROR: Esys_NV_Read(0x98E) - tpm:session(1):the authorization HMAC check failed', 0x08e, 'locked'],
  ['ERROR: Esys_NV_ReadPublic(0x101) - tpm:error(2.0): a TPM failure', 0x101, 'missing'],
  ['ERROR: Esys_NV_ReadPublic(0xA000A) - tcti:IO failure', undefined, 'missing'],
  ['WARNING (0xA0008)\nERROR: Esys_StartAuthSession(0x905) - out of session handles', 0x905, 'missing'],
  ['ERROR: Could not load tcti, got: "device:/dev/tpmrm0"', undefined, 'missing'],
  ['', undefined, 'missing'],
] as const)('S32 the chip’s answer is found in %j', (words, code, reason) => {
  expect(responseCode(Buffer.from(words))).toBe(code);
  expect(faultOfResponse(code)).toMatchObject({ reason, message: `key store: ${reason}` });
  expect(said(programs(`echo '${words}' >&2; exit 1`)('nvwrite', []))).toBe(`refused ${code}`);
});

test('a program that is not there, or is killed, says nothing', () => {
  expect(said(tpmPrograms('device:/dev/tpmrm0', '/nonexistent')('nvread', []))).toBe('refused undefined');
  expect(said(programs('kill -9 $$')('nvwrite', []))).toBe('refused undefined');
  expect(responseCode(null)).toBeUndefined();
});
