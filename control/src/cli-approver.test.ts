import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { approverDigest } from './approver/approver-digest.ts';
import { serveBuild, type ServedBuild } from './approver/testing.ts';

// Every test starts a process.
vi.setConfig({ testTimeout: 60_000 });

/** Runs `control approver` as whoever operates it does. */
async function approver(...args: string[]): Promise<{ code: number; output: string }> {
  const cli = path.join(import.meta.dirname, 'cli.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'approver', ...args], { env: {} }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('S20 control approver', () => {
  let served: ServedBuild;
  let digest: string;
  beforeAll(async () => {
    served = await serveBuild();
    digest = await approverDigest(served.root);
  });
  afterAll(() => served.close());

  test('prints the digest of a build and nothing else', async () => {
    expect(await approver('digest', '--root', served.root)).toEqual({ code: 0, output: `${digest}\n` });
  });

  test.each([
    ['a build at hand', () => ['--root', served.root]],
    ['a digest', () => ['--digest', digest]],
  ])('says that a server serves %s, and whom it listens to', async (_, known) => {
    const { code, output } = await approver('compare', served.origin, ...known());
    expect(output).toContain(`${served.origin} serves the build ${digest}.`);
    expect(output).toContain('It answers http://localhost:8443 only, with passkeys of localhost.');
    expect(code).toBe(0);
  });

  test('says by exit code and in words that it serves another', async () => {
    const expected = 'A'.repeat(43);
    expect(await approver('compare', `${served.origin}/`, '--digest', expected)).toEqual({
      code: 1,
      output: `${served.origin} does not serve the build ${expected}: its files are the build ${digest}.\n`,
    });
    await writeFile(path.join(served.root, 'files.json'), '[]');
    const { code, output } = await approver('compare', served.origin, '--digest', digest);
    expect([code, output]).toEqual([1, expect.stringContaining('its files.json is not the list of a build')]);
  });

  test.each([
    [['compare'], 'Give the approver’s address'],
    [['compare', 'approve.example'], 'Give the approver’s address'],
    [['compare', 'https://approve.example/page'], 'Give the approver’s address'],
    [['compare', 'file:///etc'], 'Give the approver’s address'],
    [['compare', 'https://approve.example', '--digest', 'short'], '43 characters'],
    [['compare', 'https://approve.example', 'https://other.example'], 'No such command'],
    [['digest', '--root', '/nowhere'], 'There is no built approver in /nowhere'],
    [['digest', 'more'], 'No such command'],
  ])('%j is wrong use, said in words', async (args, words) => {
    const { code, output } = await approver(...args);
    expect(output).toContain(words);
    expect(output).not.toContain('    at ');
    expect(code).toBe(2);
  });
});
