import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { OUTPUT_LIMIT, ProgramFault, run } from './programs.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const timeoutMs = 10_000;

test('a program’s exit code and outputs are what it says', async () => {
  const script = 'printf out; printf err >&2; exit 7';
  await expect(run('/bin/sh', ['-c', script], { timeoutMs })).resolves.toEqual({
    code: 7,
    stdout: 'out',
    stderr: 'err',
  });
});

test('a program reads its input, and its end when there is none', async () => {
  await expect(run('/usr/bin/cat', [], { timeoutMs, input: 'zażółć' })).resolves.toMatchObject({ stdout: 'zażółć' });
  await expect(run('/usr/bin/cat', [], { timeoutMs })).resolves.toMatchObject({ code: 0, stdout: '' });
});

test('a program that ends without reading its input is judged by its exit code', async () => {
  const input = 'x'.repeat(1024 * 1024);
  await expect(run('/usr/bin/false', [], { timeoutMs, input })).resolves.toMatchObject({ code: 1 });
});

test('S34 arguments reach a program as they are: there is no shell', async () => {
  const hostile = ['$(id)', '; id', '`id`', '*', '"', "'", ''];
  const { stdout } = await run('/usr/bin/printf', ['%s\\n', ...hostile], { timeoutMs });
  expect(stdout).toBe(`${hostile.join('\n')}\n`);
});

test('S34 a program is given a fixed environment and nothing of ours', async () => {
  vi.stubEnv('LD_PRELOAD', '/tmp/evil.so');
  vi.stubEnv('PATH', '/tmp/evil');
  const { stdout } = await run('/usr/bin/env', [], { timeoutMs });
  vi.unstubAllEnvs();
  expect(stdout.trim().split('\n').sort()).toEqual(['LC_ALL=C', 'PATH=/usr/sbin:/usr/bin']);
});

test.each(['true', './true', 'bin/true', ''])(
  'S34 "%s" is no absolute path, and is not looked for',
  async (program) => {
    await expect(run(program, [], { timeoutMs })).rejects.toMatchObject({ reason: 'not-absolute' });
  },
);

test('a program that is not there, is a folder, or is given what no program can be given does not start', async () => {
  await expect(run('/nowhere/program', [], { timeoutMs })).rejects.toMatchObject({ reason: 'not-started' });
  await expect(run('/usr/bin', [], { timeoutMs })).rejects.toMatchObject({ reason: 'not-started' });
  await expect(run('/usr/bin/true', ['a\0b'], { timeoutMs })).rejects.toMatchObject({ reason: 'not-started' });
});

test('a program that takes too long is killed, and what it started with it', async () => {
  const file = join(temporaryDirectory(), 'pids');
  const script = 'sleep 600 & echo $! $$ > "$1"; wait';
  await expect(run('/bin/sh', ['-c', script, 'sh', file], { timeoutMs: 500 })).rejects.toMatchObject({
    reason: 'too-slow',
  });
  const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  expect(pids).toHaveLength(2);
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
});

/** A killed program that nobody waits for stays in the list of processes as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test.each(['1', '2'])('a program that prints without end to descriptor %s is killed', async (descriptor) => {
  const script = `exec yes >&${descriptor}`;
  await expect(run('/bin/sh', ['-c', script], { timeoutMs })).rejects.toMatchObject({ reason: 'too-much-output' });
});

test('an output of exactly the limit is kept whole', async () => {
  const { stdout } = await run('/usr/bin/head', ['-c', String(OUTPUT_LIMIT), '/dev/zero'], { timeoutMs });
  expect(stdout).toHaveLength(OUTPUT_LIMIT);
});

test('a program that somebody kills has no result', async () => {
  await expect(run('/bin/sh', ['-c', 'kill -9 $$'], { timeoutMs })).rejects.toMatchObject({ reason: 'killed' });
});

test('a fault names the program and neither arguments nor input', async () => {
  const failing = run('/nowhere/program', ['argument'], { timeoutMs, input: 'secret' });
  const fault = await failing.catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ProgramFault);
  expect(String(fault)).toBe('ProgramFault: program program: not-started');
});
