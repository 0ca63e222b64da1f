import { describe, expect, test } from 'vitest';
import { developmentDoors, developmentOptions } from './development-doors.ts';
import { noDoors, refusalOfStart } from './start-guard.ts';
import type { StartFacts } from './start-guard.ts';

const product: StartFacts = {
  argv: ['/opt/sallyport/sallyport'],
  environment: { HOME: '/home/kiosk', PATH: '/usr/bin', DISPLAY: ':0', LANG: 'en_GB.UTF-8' },
  doors: noDoors,
  takesFolder: false,
  platform: 'linux',
};
const development: StartFacts = {
  ...product,
  argv: ['/opt/electron/electron', '/home/dev/sallyport'],
  doors: developmentDoors,
  takesFolder: true,
};

const playwright = ['--no-sandbox', '--inspect=0', '--remote-debugging-port=0'];
const tests = [
  '--use-fake-device-for-media-stream',
  '--use-file-for-fake-video-capture=/tmp/patient.y4m',
  '--sallyport-data=/tmp/data',
  '--sallyport-development-key-store',
  '--sallyport-machine=/tmp/machine.json',
  '--sallyport-tpm=swtpm:path=/tmp/chip',
  '--disable-gpu',
];

describe('S13 start guard: switches', () => {
  test('a plain start is allowed', () => {
    expect(refusalOfStart(product)).toBeUndefined();
    expect(refusalOfStart({ ...product, argv: [...product.argv, '--ozone-platform=wayland'] })).toBeUndefined();
  });

  test.each([
    ...playwright,
    ...tests,
    '--remote-debugging-pipe',
    '--inspect-brk',
    '--js-flags=--expose-gc',
    '--load-extension=/tmp/x',
    '--proxy-server=evil:1',
    '--host-rules=MAP * evil',
    '--host-resolver-rules=MAP * evil',
    '--ignore-certificate-errors',
    '--disable-web-security',
    '--user-data-dir=/tmp/x',
    '--enable-logging',
    '--log-net-log=/tmp/x',
    '--renderer-cmd-prefix=xterm',
    '--gpu-launcher=xterm',
    '--use-fake-ui-for-media-stream',
    '-r',
    '-e',
    '--',
    '--REMOTE-DEBUGGING-PORT=1',
  ])('a packaged build refuses %s', (argument) => {
    expect(refusalOfStart({ ...product, argv: [...product.argv, argument] })).toMatchObject({ kind: 'switch' });
  });

  test.each(['/etc/passwd', 'https://example.com', ''])('a packaged build takes no argument: %j', (argument) => {
    expect(refusalOfStart({ ...product, argv: [...product.argv, argument] })).toMatchObject({ kind: 'argument' });
  });

  test('on Windows a slash makes a switch as well', () => {
    const argv = [...product.argv, '/remote-debugging-port=1'];
    expect(refusalOfStart({ ...product, argv, platform: 'win32' })).toMatchObject({ kind: 'switch' });
  });

  test('a development build has its test driver’s doors, and no others', () => {
    const argv = [...development.argv, ...playwright, ...tests];
    expect(refusalOfStart({ ...development, argv })).toBeUndefined();
    expect(refusalOfStart({ ...development, argv: [...argv, '--disable-web-security'] })).toEqual({
      kind: 'switch',
      name: 'disable-web-security',
    });
    expect(refusalOfStart({ ...development, argv: [...argv, '/another/folder'] })).toMatchObject({ kind: 'argument' });
  });

  test('the options of a development build', async () => {
    const argv = ['electron', '/home/dev/sallyport', '--sallyport-data=/tmp/x', '--sallyport-development-key-store'];
    expect(developmentOptions(argv)).toMatchObject({ data: '/tmp/x', wantsKeyStore: true });
    expect(developmentOptions(['electron'])).toMatchObject({ data: undefined, wantsKeyStore: false });
    const chip = ['--sallyport-machine=/tmp/machine.json', '--sallyport-tpm=swtpm:path=/tmp/chip', '--sallyport-data='];
    expect(developmentOptions(chip)).toMatchObject({
      machine: '/tmp/machine.json',
      tpm: 'swtpm:path=/tmp/chip',
      data: undefined,
    });
    await developmentOptions(argv).attached;
  });
});

describe('S13 start guard: environment', () => {
  const hostile = [
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'ELECTRON_RUN_AS_NODE',
    'ELECTRON_ENABLE_LOGGING',
    'ELECTRON_NO_ASAR',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'LD_AUDIT',
    'DYLD_INSERT_LIBRARIES',
    'SSLKEYLOGFILE',
    'OPENSSL_CONF',
    'GTK_MODULES',
    'CHROME_LOG_FILE',
    'node_options',
  ];
  test.each(hostile)('%s is refused', (name) => {
    const environment = { ...product.environment, [name]: '1' };
    expect(refusalOfStart({ ...product, environment })).toEqual({ kind: 'environment', name });
  });

  test.each(hostile.filter((name) => name !== 'NODE_EXTRA_CA_CERTS'))('%s is refused in development, too', (name) => {
    const environment = { ...development.environment, [name]: '1' };
    expect(refusalOfStart({ ...development, environment })).toEqual({ kind: 'environment', name });
  });
});
