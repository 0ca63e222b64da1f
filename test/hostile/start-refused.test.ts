import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, mergeConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientBuilds } from '../../build/vite/client.ts';
import { startBare, type BareStart } from '../harness/bare-start.ts';
import { startDesktop, type Desktop } from '../harness/desktop.ts';
import { windowsOn } from '../harness/keyboard.ts';
import { projectFolder } from '../harness/runtime.ts';

/** EX_CONFIG of sysexits.h: the client says with it that it was started wrongly. */
const misconfigured = 78;

describe('hostile starts', () => {
  let desktop: Desktop;
  /** The client as it ships, without its package. */
  let shipping: string;

  beforeAll(async () => {
    desktop = await startDesktop();
    shipping = await buildForShipping();
  });

  afterAll(async () => {
    await desktop.close();
    await rm(shipping, { recursive: true, force: true });
  });

  /** Everything that must be so of a start that was refused. @returns what the client said */
  const expectRefused = async (start: BareStart, name: string): Promise<void> => {
    expect(await start.ended).toBe(misconfigured);
    const said = start.lines.find((line) => line.includes('start refused'));
    expect(JSON.parse(said ?? '{}')).toMatchObject({ msg: 'start refused', name });
    expect(start.lines.join('\n')).not.toContain('screen shown');
    expect(await windowsOn(desktop)).toEqual([]);
  };

  const switches = [
    '--load-extension=/tmp/evil',
    '--proxy-server=http://127.0.0.1:1',
    '--host-rules=MAP * 127.0.0.1',
    '--host-resolver-rules=MAP * 127.0.0.1',
    '--ignore-certificate-errors',
    '--js-flags=--expose-gc',
    '--log-net-log=/tmp/net.json',
    '--disable-web-security',
    '--disable-site-isolation-trials',
    '--disable-seccomp-filter-sandbox',
    '--enable-logging',
    '--user-data-dir=/tmp/evil',
    '--renderer-cmd-prefix=xterm',
    '--utility-cmd-prefix=xterm',
    '--gpu-launcher=xterm',
    '--remote-debugging-pipe',
    '--remote-allow-origins=*',
    '--require=/tmp/evil.cjs',
    '-r',
    '--unsafely-treat-insecure-origin-as-secure=http://evil',
    '--auto-accept-camera-and-microphone-capture',
  ];

  test.each(switches)('S13 the switch %s ends the client before it has begun', async (hostile) => {
    const name = hostile.replace(/^--?/, '').split('=')[0] ?? '';
    await expectRefused(startBare(desktop, [projectFolder, hostile]), name);
  });

  test('S13 a switch before the application is refused as well, and so is a second application', async () => {
    await expectRefused(startBare(desktop, ['--proxy-server=http://127.0.0.1:1', projectFolder]), 'proxy-server');
    await expectRefused(startBare(desktop, [projectFolder, '/tmp/another']), 'argument');
  });

  const environment: [string, string][] = [
    ['LD_PRELOAD', '/tmp/evil.so'],
    ['LD_LIBRARY_PATH', '/tmp/evil'],
    ['NODE_OPTIONS', '--no-deprecation'],
    ['NODE_EXTRA_CA_CERTS_FILE', '/tmp/evil.pem'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['SSLKEYLOGFILE', '/tmp/keys.log'],
    ['ELECTRON_ENABLE_LOGGING', '1'],
    ['ELECTRON_NO_ASAR', '1'],
    ['OPENSSL_CONF', '/tmp/evil.cnf'],
    ['GTK_MODULES', 'evil'],
    ['CHROME_LOG_FILE', '/tmp/chrome.log'],
    ['GOOGLE_API_KEY', 'evil'],
  ];

  test.each(environment)('S13 the environment variable %s ends the client before it has begun', async (name, value) => {
    await expectRefused(startBare(desktop, [projectFolder], { [name]: value }), name);
  });

  test('S13 as plain Node it runs nothing of the client', async () => {
    const start = startBare(desktop, [projectFolder], { ELECTRON_RUN_AS_NODE: '1' });
    expect(await start.ended).not.toBe(0);
    expect(start.lines.join('\n')).not.toContain('screen shown');
    expect(await windowsOn(desktop)).toEqual([]);
  });

  test('S18 the client as it ships starts, when nobody adds anything', async () => {
    const start = startBare(desktop, [shipping]);
    expect(await start.says('screen shown')).toContain('"screen":"');
    start.kill();
    await start.ended;
  });

  const developmentDoors = [
    '--remote-debugging-port=0',
    '--inspect=0',
    '--no-sandbox',
    '--sallyport-data=/tmp/elsewhere',
    '--sallyport-development-key-store',
    '--sallyport-machine=/tmp/machine.json',
    '--sallyport-tpm=swtpm:path=/tmp/chip',
    '--use-fake-device-for-media-stream',
    '--use-file-for-fake-video-capture=/tmp/a.y4m',
    '--allow-loopback-in-peer-connection',
    '--disable-gpu',
  ];

  test.each(developmentDoors)('S18 as it ships, it refuses the development door %s', async (door) => {
    const name = door.replace(/^--/, '').split('=')[0] ?? '';
    await expectRefused(startBare(desktop, [shipping, door]), name);
  });

  test('S18 as it ships, it holds no word of a development door', () => {
    const words = [
      ...['remote-debugging-port', 'sallyport-data', 'sallyport-development-key-store', '__playwright_run'],
      ...['sallyport-machine', 'sallyport-tpm', 'swtpm'],
      ...['use-fake-device-for-media-stream', 'use-file-for-fake', 'allow-loopback-in-peer-connection', '--inspect'],
    ];
    const folder = join(shipping, 'out');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const text = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
    expect(text.length).toBeGreaterThan(100_000);
    expect(words.filter((word) => text.includes(word))).toEqual([]);
    expect(files.map(({ name }) => name)).not.toContain('DEVELOPMENT-BUILD');
  });
});

/** Builds what a package contains into a folder that Electron can be pointed at. */
async function buildForShipping(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-shipping-'));
  await chmod(folder, 0o755);
  for (const config of clientBuilds(projectFolder, 'shipping')) {
    const outDir = (config.build?.outDir ?? '').replace(projectFolder, `${folder}/`);
    await build(mergeConfig(config, { build: { outDir } }));
  }
  await cp(join(projectFolder, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(projectFolder, 'node_modules/@napi-rs'), join(folder, 'node_modules/@napi-rs'));
  return folder;
}
