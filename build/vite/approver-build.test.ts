import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { consoleBuilds } from './consoles.ts';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../..');
const year = 365 * 86_400_000;

// Every build and every digest is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
/** The digest of the build made here and now, in the folder `here`. */
let here: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sallyport-reproducible-'));
  here = await buildAndDigest({
    ...{ checkout: project, outDir: path.join(folder, 'here'), cwd: project },
    ...{ environment: { TZ: 'Europe/London' }, later: 0 },
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** Where, when and how somebody builds. */
interface Builder {
  checkout: string;
  outDir: string;
  cwd: string;
  environment: Record<string, string>;
  /** How much later than now, ms. */
  later: number;
}

/** Builds the approver of a checkout as `npm run build` does, in a process of its own. @returns its digest */
async function buildAndDigest({ checkout, outDir, cwd, environment, later }: Builder): Promise<string> {
  const script = `
    const now = Date.now;
    Date.now = () => now() + ${later};
    const { consoleBuilds } = await import(${JSON.stringify(pathToFileURL(`${checkout}/build/vite/consoles.ts`).href)});
    const { build } = await import(${JSON.stringify(import.meta.resolve('vite'))});
    const approver = consoleBuilds(${JSON.stringify(checkout)}, 'everyday').find(({ build }) => /approver$/.test(build.outDir));
    await build({ ...approver, build: { ...approver.build, outDir: ${JSON.stringify(outDir)} } });`;
  const env = { PATH: process.env['PATH'], ...environment };
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd, env });
  const cli = path.join(project, 'control/src/cli.ts');
  const { stdout } = await run(process.execPath, [cli, 'approver', 'digest', '--root', outDir], { env });
  return stdout.trim();
}

/** What the approver is built from, copied elsewhere, with the same packages. */
async function copyOfSource(): Promise<string> {
  const copy = path.join(folder, 'another place', 'checkout');
  const sources = ['package.json', 'tsconfig.base.json', 'protocol', 'control/package.json', 'control/web', 'build'];
  for (const source of sources) await cp(path.join(project, source), path.join(copy, source), { recursive: true });
  const packages = path.join(copy, 'node_modules');
  await mkdir(path.join(packages, '@sallyport'), { recursive: true });
  await symlink('../../protocol', path.join(packages, '@sallyport/protocol'));
  for (const name of await readdir(path.join(project, 'node_modules'))) {
    if (name !== '@sallyport') await symlink(path.join(project, 'node_modules', name), path.join(packages, name));
  }
  return copy;
}

describe('S20 the approver’s build', () => {
  test('is the same bytes in whatever folder, at whatever time, by whomever it is made', async () => {
    const elsewhere = await buildAndDigest({
      ...{ checkout: project, outDir: path.join(folder, 'deep/down/elsewhere'), cwd: tmpdir() },
      ...{ environment: { TZ: 'Pacific/Auckland', NODE_ENV: 'development', HOME: folder, LANG: 'cy' }, later: year },
    });
    const another = await buildAndDigest({
      ...{ checkout: await copyOfSource(), outDir: path.join(folder, 'another'), cwd: folder },
      ...{ environment: { CI: '1' }, later: 2 * year },
    });
    expect(here).toMatch(/^[\w-]{43}$/);
    expect([elsewhere, another]).toEqual([here, here]);
  });

  test('holds the files it lists, each by a name that never changes', async () => {
    const names = ['approver.js', 'files.json', 'icon.svg', 'index.css', 'index.html'];
    expect((await readdir(path.join(folder, 'here'))).sort()).toEqual(names);
    expect(JSON.parse(await readFile(path.join(folder, 'here/files.json'), 'utf8'))).toEqual(names);
  });

  test('has nothing in it but the approver, the contract and the contract’s schemas', async () => {
    const [, approver] = consoleBuilds(project, 'everyday');
    const built = (await build({
      ...approver,
      build: { ...approver?.build, write: false },
    })) as Rolldown.RolldownOutput;
    const modules = built.output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    const strangers = modules
      .map((module) => path.relative(project, module))
      .filter((module) => !/^(control\/web\/approver|protocol\/src|node_modules\/zod)\//.test(module))
      .filter((module) => !module.includes('\0'));
    expect(modules.length).toBeGreaterThan(20);
    expect(strangers).toEqual([]);
  });

  test('keeps nothing and talks to nobody: no storage, no cookie, no worker, one request for its configuration', async () => {
    const script = await readFile(path.join(folder, 'here/approver.js'), 'utf8');
    const keeping = /localStorage|sessionStorage|indexedDB|\bcaches\.|\.cookie\b|cookieStore|getDirectory/g;
    const talking = /XMLHttpRequest|sendBeacon|WebSocket|EventSource|WebTransport|RTCPeer|BroadcastChannel|Worker\(/g;
    const evaluating = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|serviceWorker|importScripts|import\(/g;
    for (const forbidden of [keeping, talking, evaluating]) expect(script.match(forbidden)).toBeNull();
    expect(script.match(/\bfetch\(.*?[,)]/g)).toEqual(['fetch("./approver.json",']);
  });
});
