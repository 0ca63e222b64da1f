import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { projectDir } from '../stages/project.ts';
import { makeFolder, recipeHash } from './artifact.mjs';
import { run } from './command.mjs';
import { install, missingPackages } from './debian.mjs';
import { setFuses } from './fuses.mjs';
import { compileInGroups } from './worker-unity.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-setup-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the first stage', () => {
  test('names every script and ends with 2 when asked for one that is not there', async () => {
    const asked = promisify(execFile)(process.execPath, ['scripts/run.mjs', 'nonsense'], { cwd: projectDir });
    const outcome: unknown = await asked.catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    const { scripts } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as { scripts: object };
    const said = (outcome as { stderr: string }).stderr;
    expect(said).toContain('There is no script called "nonsense"');
    for (const name of Object.keys(scripts)) expect(said).toMatch(new RegExp(`[ ,]${name}[,.]`));
  });

  test('imports nothing but Node’s own modules and its own files', async () => {
    const files = (await readdir(path.join(projectDir, 'scripts/setup'))).filter((file) => file.endsWith('.mjs'));
    const sources = [...files.map((file) => `scripts/setup/${file}`), 'scripts/run.mjs'];
    const imports = sources.flatMap((file) =>
      [...readFileSync(path.join(projectDir, file), 'utf8').matchAll(/^import .*from '([^']+)';$/gm)].map(
        ([, from]) => from,
      ),
    );
    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter((from) => !/^(node:|\.)/.test(from ?? ''))).toEqual([]);
  });
});

describe('a thing that set-up makes', () => {
  test('appears when it is complete', async () => {
    const target = path.join(folder, 'thing');
    await makeFolder(target, (partial) => writeFile(path.join(partial, 'part'), ''));
    expect(existsSync(path.join(target, 'part'))).toBe(true);
  });

  test('does not appear when making it fails, and what was there stays', async () => {
    const target = path.join(folder, 'thing');
    await makeFolder(target, (partial) => writeFile(path.join(partial, 'first'), ''));
    const failing = makeFolder(target, () => Promise.reject(new Error('power cut')));
    await expect(failing).rejects.toThrow('power cut');
    expect(await readdir(target)).toEqual(['first']);
  });

  test('is made anew when its recipe changes', async () => {
    const recipe = path.join(folder, 'recipe');
    await mkdir(recipe);
    await writeFile(path.join(recipe, 'step'), 'one');
    const before = recipeHash([recipe]);
    expect(recipeHash([recipe])).toBe(before);
    await writeFile(path.join(recipe, 'step'), 'two');
    expect(recipeHash([recipe])).not.toBe(before);
  });
});

describe('a program that set-up runs', () => {
  test('fails with what it said last', async () => {
    const failing = run('sh', ['-c', 'echo no such luck >&2; exit 3'], { log: 'test-failing' });
    await expect(failing).rejects.toThrow(/ended with code 3:\nno such luck/);
  });

  test('fails when it takes too long', async () => {
    const late = run('sleep', ['30'], { log: 'test-late', timeoutMs: 100 });
    await expect(late).rejects.toThrow('ended with SIGKILL');
  });

  test('fails in plain words when it is not there', async () => {
    await expect(run('no-such-program', [], { log: 'test-absent' })).rejects.toThrow('could not be started');
  });
});

describe('system packages', () => {
  test('one of several names is enough', () => {
    expect(missingPackages([['no-such-package', 'dpkg'], 'no-such-package'])).toEqual(['no-such-package']);
  });

  test('who is not root is told the exact command', async () => {
    const { getuid } = process;
    process.getuid = () => 1000;
    try {
      await expect(install('test', ['openbox', 'xvfb'])).rejects.toThrow(
        'sudo apt-get update && sudo apt-get install --yes --no-upgrade --no-install-recommends openbox xvfb',
      );
    } finally {
      if (getuid !== undefined) process.getuid = getuid;
    }
  });
});

describe('fuses', () => {
  const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

  test('only those asked for are set', async () => {
    const file = path.join(folder, 'electron');
    await writeFile(file, `before${sentinel}\u0001\u000810101011after`);
    setFuses(file, { EnableNodeCliInspectArguments: true, LoadBrowserProcessSpecificV8Snapshot: false });
    expect(readFileSync(file, 'latin1')).toBe(`before${sentinel}\u0001\u000810111001after`);
  });

  test.each([
    ['none', 'no wire at all'],
    ['two', `${sentinel}\u0001\u000800000000${sentinel}\u0001\u000800000000`],
    ['another version', `${sentinel}\u0002\u000800000000`],
    ['too few', `${sentinel}\u0001\u000700000000`],
  ])('an executable with %s is refused', async (_name, content) => {
    const file = path.join(folder, 'electron');
    await writeFile(file, content);
    expect(() => setFuses(file, { RunAsNode: false })).toThrow('no known fuse wire');
    expect(readFileSync(file, 'latin1')).toBe(content);
  });
});

describe('grouping the worker’s sources', () => {
  test('every source is in one group, and no two with the same private name share one', async () => {
    await writeFile(path.join(folder, 'a.cpp'), 'static int counter = 1;');
    await writeFile(path.join(folder, 'b.cpp'), 'static int counter = 2;');
    await writeFile(path.join(folder, 'c.cpp'), 'static int other = 3;');
    const meson = path.join(folder, 'meson.build');
    await writeFile(meson, `before\nsources = [\n  'a.cpp',\n  'b.cpp',\n  'c.cpp',\n]\nafter\n`);
    compileInGroups(meson, 'sources', 1);
    expect(readFileSync(meson, 'utf8')).toBe(
      `before\nsources = [\n  'grouped/sources-0.cpp',\n  'grouped/sources-1.cpp',\n]\nafter\n`,
    );
    const groups = [0, 1].map((index) => readFileSync(path.join(folder, `grouped/sources-${index}.cpp`), 'utf8'));
    const included = groups.map((text) => [...text.matchAll(/([abc])\.cpp/g)].map(([, name]) => name));
    expect(included.flat().toSorted()).toEqual(['a', 'b', 'c']);
    expect(included.some((names) => names.includes('a') && names.includes('b'))).toBe(false);
  });
});
