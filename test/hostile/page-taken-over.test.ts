import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bridge, requestRefusal } from '@sallyport/protocol';
import { startBare } from '../harness/bare-start.ts';
import { startCanary, type Canary } from '../harness/canary.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { filesThatHold } from '../harness/disk.ts';
import { bookFor, findLaptop, openFor, until, writeTicket } from '../harness/errands.ts';
import { inPage } from '../harness/in-page.ts';
import { press, windowsOn } from '../harness/keyboard.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { allProcesses, outgoingConnections, processTree } from '../harness/processes.ts';
import { projectFolder } from '../harness/runtime.ts';
import { cast, createWorld, type World } from '../harness/world.ts';
import { flood, invokeStrangely, relayStrangely, strangeValues } from './bridge-attacks.ts';
import { devicesGiven, permissionsGranted, store, stored } from './browser-attacks.ts';
import { attempt, gather, keys, waysElsewhere, waysOut } from './page-attacks.ts';

const names = Object.keys(bridge.invoke);
const laptop = 'HB-07';

/** T5: an attacker runs code in the laptop's page. The test driver's hand in the page is the attacker's. */
describe('the page taken over', () => {
  let world: World;
  let kiosk: Kiosk;
  let canary: Canary;
  let officer: ConsoleClient;
  let nurse: ConsoleClient;
  let device: string;

  /** What must be the same after everything that is tried in the page. */
  const standing = async () => ({
    address: kiosk.page.url(),
    pages: kiosk.app.windows().length,
    windows: (await windowsOn(kiosk.desktop)).length,
    window: await kiosk.app.evaluate(({ BrowserWindow, webContents }) => {
      const [window] = BrowserWindow.getAllWindows();
      return {
        count: BrowserWindow.getAllWindows().length,
        contents: webContents.getAllWebContents().length,
        bounds: window?.getBounds(),
        isFullScreen: window?.isFullScreen(),
        isMinimized: window?.isMinimized(),
        zoom: window?.webContents.getZoomFactor(),
        tools: window?.webContents.isDevToolsOpened(),
      };
    }),
  });
  const whole = {
    address: 'sallyport://app/',
    pages: 1,
    windows: 1,
    window: {
      count: 1,
      contents: 1,
      bounds: { x: 0, y: 0, width: 1366, height: 768 },
      isFullScreen: true,
      isMinimized: false,
      zoom: 1,
      tools: false,
    },
  };
  /** Looks without the driver's locators: they would wait for the navigations that were refused to end. */
  const shows = (state: 'inert' | 'open'): Promise<unknown> =>
    until(`the screen shows ${state}`, () =>
      kiosk.page.evaluate(screenShown).then(
        (shown) => shown === state,
        () => false,
      ),
    );
  const expectWhole = async (state: 'inert' | 'open'): Promise<void> => {
    await shows(state);
    expect(await standing()).toEqual(whole);
  };
  /** Puts a mark into the page's memory; it is gone when the page was loaded again. */
  const mark = () => kiosk.page.evaluate(() => void Object.assign(window, { mark: true }));
  const isMarked = () => kiosk.page.evaluate(() => 'mark' in window);

  beforeAll(async () => {
    world = await createWorld();
    canary = await startCanary();
    [officer, nurse] = await Promise.all([
      ConsoleClient.signIn(world, 'officer'),
      ConsoleClient.signIn(world, 'nurse'),
    ]);
    kiosk = await Kiosk.start();
    await kiosk.enrol(await writeTicket(officer, laptop));
    device = await findLaptop(officer, laptop);
  });

  afterAll(async () => {
    await kiosk.close();
    await canary.close();
    await world.close();
  });

  const openLaptop = async (): Promise<void> => {
    const booking = { patient: 'A1234BC', laptop, consultant: cast.consultant, inMinutes: 2 };
    const { id } = await bookFor(nurse, booking);
    await openFor(world, nurse, kiosk, id);
  };

  test('S12 the page’s process is sandboxed by the kernel, as an ordinary user', () => {
    const renderers = processTree(kiosk.pid).filter((pid) => commandOf(pid).includes('--type=renderer'));
    expect(renderers.length).toBeGreaterThan(0);
    for (const pid of renderers) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).not.toMatch(/^Uid:\t0\t/m);
      expect(commandOf(pid)).not.toContain('--no-sandbox');
    }
  });

  test('S12 the page has the two functions of its bridge, and nothing of Electron or Node', async () => {
    const seen = await kiosk.page.evaluate(() => ({
      foreign: ['process', 'require', 'module', 'electron', 'ipcRenderer', 'global', 'Buffer', 'setImmediate'].filter(
        (name) => name in window,
      ),
      bridge: Object.getOwnPropertyNames(window.sallyport).sort(),
      prototypes: Object.getPrototypeOf(window.sallyport) === Object.prototype,
    }));
    expect(seen).toEqual({ foreign: [], bridge: ['invoke', 'on'], prototypes: true });
  });

  test('S12 the bridge cannot be replaced, and poisoned prototypes change nothing behind it', async () => {
    const seen = await kiosk.page.evaluate(async () => {
      const attempts = [
        () => Object.assign(window, { sallyport: {} }),
        () => Object.assign(window.sallyport, { invoke: () => Promise.resolve({ ok: true, value: {} }) }),
        () => Object.defineProperty(window.sallyport, 'on', { value: () => undefined }),
        () => Reflect.setPrototypeOf(window.sallyport, { evil: true }),
      ];
      for (const change of attempts) {
        try {
          change();
        } catch {
          // Refused, as it should be.
        }
      }
      const poison = { ok: true, isMainFrame: true, origin: 'sallyport://app', toJSON: () => ({ language: 'cy' }) };
      for (const [name, value] of Object.entries(poison)) {
        Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
      }
      const join = await window.sallyport.invoke('join', {});
      for (const name of Object.keys(poison)) Reflect.deleteProperty(Object.prototype, name);
      return { join, names: Object.getOwnPropertyNames(window.sallyport).sort(), evil: 'evil' in window.sallyport };
    });
    expect(seen).toEqual({
      join: { ok: false, refusal: { reason: 'wrong-state' } },
      names: ['invoke', 'on'],
      evil: false,
    });
  });

  test('S1 S12 inert: every invocation answers every strange value with a typed refusal', async () => {
    const { options } = requestRefusal;
    const outcomes = await inPage(kiosk.page, invokeStrangely, names, options, strangeValues);
    expect(outcomes).toEqual([]);
    await expectWhole('inert');
  });

  test('S12 names outside the contract are refused, whatever they are', async () => {
    const answers = await kiosk.page.evaluate(async () => {
      let turn = 0;
      const changing = { toString: () => (turn++ === 0 ? 'join' : 'anything') };
      const strange = ['', 'open', 'brick', '__proto__', 'constructor', 'toString', 'sallyport:join', 7, null, {}];
      const invoke = window.sallyport.invoke as (name: unknown, params: unknown) => Promise<unknown>;
      return Promise.all(
        [...strange, changing].map((name) => invoke(name, {}).catch((error: unknown) => `threw ${String(error)}`)),
      );
    });
    for (const answer of answers) expect(answer).toEqual({ ok: false, refusal: { reason: 'unknown-method' } });
  });

  test('S1 S12 inert: what only an opened laptop may do is refused', async () => {
    const answers = await kiosk.page.evaluate(async () => ({
      join: await window.sallyport.invoke('join', {}),
      leave: await window.sallyport.invoke('leave', {}),
      lock: await window.sallyport.invoke('lock', {}),
      enrol: await window.sallyport.invoke('enrol', { ticket: 'SALLYPORT localhost:1 AAAAA' }),
      room: await window.sallyport.invoke('room', { method: 'room.join', params: {} }),
    }));
    for (const answer of Object.values(answers)) {
      expect(answer).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    }
  });

  /** Nobody has come near the canary: whoever had would have been noticed before one who comes last. */
  const expectUnnoticed = async (before: number): Promise<void> => {
    const last = `last after ${before}`;
    const socket = connect(canary.tcpPort, '127.0.0.1', () => socket.end(`${last}\r\n`));
    await until('it notices', async () => canary.noticed.includes(last));
    expect(canary.noticed.slice(before)).toEqual([last]);
  };

  /** Tries everything that leads out of the page. */
  const tryAllWays = async (state: 'inert' | 'open'): Promise<void> => {
    const before = canary.noticed.length;
    await mark();
    const target = { http: canary.http, ws: canary.http.replace('http', 'ws') };
    const written = { ...waysOut, ...waysElsewhere };
    for (const attack of Object.values(written)) await inPage(kiosk.page, attempt, attack, target);
    await kiosk.page.evaluate(`import('${canary.http}/module.js').catch(() => undefined)`);
    await kiosk.page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    await expectUnnoticed(before);
    expect(outgoingConnections(kiosk.pid).map(({ peer }) => peer)).toEqual([world.addresses.link]);
    await expectWhole(state);
    expect(await isMarked()).toBe(true);
  };

  const expectNoWebRtc = async (): Promise<void> => {
    const before = canary.noticed.length;
    await kiosk.page.evaluate(gather, { udp: canary.udpPort, tcp: canary.tcpPort });
    await expectUnnoticed(before);
  };

  const expectPageBack = async (state: 'inert' | 'open'): Promise<void> => {
    await mark();
    await kiosk.page.evaluate(() => void setTimeout(() => location.assign('about:blank')));
    await until('it is another page', () =>
      isMarked().then(
        (marked) => !marked && kiosk.page.url() === whole.address,
        () => false,
      ),
    );
    await expectWhole(state);
  };

  test('S2 the canary notices whoever comes near it', async () => {
    const socket = connect(canary.tcpPort, '127.0.0.1', () => socket.end('hello\r\n'));
    await until('it notices', async () => canary.noticed.includes('hello'));
  });

  test('S2 S12 inert: no way out of the page reaches anybody, opens anything or leaves it', () => tryAllWays('inert'));

  test('S2 inert: WebRTC reaches nobody either, over UDP or TCP', () => expectNoWebRtc());

  test('S12 inert: a page that goes to about:blank is replaced by the page', () => expectPageBack('inert'));

  test('S1 S12 inert: no permission is granted, and no camera or microphone', async () => {
    expect(await kiosk.page.evaluate(permissionsGranted)).toEqual([]);
    expect(await kiosk.page.evaluate(devicesGiven)).toEqual([]);
    await expectWhole('inert');
  });

  /** Presses keys; each is followed by a letter, so that it has been dealt with when the letter has arrived. */
  const pressEverything = async (state: 'inert' | 'open'): Promise<void> => {
    await mark();
    await kiosk.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      window.addEventListener('keydown', (event) => seen.push(event.key), true);
    });
    for (const key of keys) await press(kiosk.desktop, [`key ${key}`, 'key z']);
    const typed = () => kiosk.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    const letters = async () => (await typed()).filter((key) => key === 'z').length;
    await until('the last letter has arrived', async () => (await letters()) === keys.length);
    const commands = (await typed()).filter((key) => /^F\d|Escape|Print|Context|Browser|Launch|Meta/.test(key));
    expect(commands).toEqual([]);
    await press(kiosk.desktop, ['mousemove 683 200', 'click 3', 'keydown ctrl', 'click 4', 'click 5', 'keyup ctrl']);
    await press(kiosk.desktop, ['click 2', 'click 8', 'key z']);
    await until('the very last letter has arrived', async () => (await letters()) > keys.length);
    await expectWhole(state);
    expect(await isMarked()).toBe(true);
  };

  test('S12 inert: no key and no mouse button leads out of the page', () => pressEverything('inert'));

  test('S12 a second instance ends itself; the first one stays', async () => {
    const second = startBare(kiosk.desktop, ['--disable-gpu', projectFolder, `--sallyport-data=${kiosk.dataFolder}`]);
    expect(await second.ended).toBe(0);
    expect(second.lines.join('\n')).toContain('another instance runs');
    await expectWhole('inert');
  });

  test('S12 a page that closes its window starts the client anew', async () => {
    const first = kiosk.pid;
    const gone = kiosk.app.waitForEvent('close');
    await kiosk.page.evaluate(() => window.close()).catch(() => undefined);
    await gone;
    const isNext = (pid: number) => pid !== first && isClientOn(pid, kiosk.dataFolder);
    const next = await until('the client starts anew', async () => allProcesses().find(isNext));
    await until('it has a window', async () => (await windowsOn(kiosk.desktop)).length === 1);
    process.kill(next, 'SIGKILL');
    await until('it is gone', async () => !isClientOn(next, kiosk.dataFolder));
    await kiosk.powerOff();
    await kiosk.powerOn();
    await expectWhole('inert');
  });

  test('S8 S12 nothing that the page stores outlives a restart, or reaches the disk', async () => {
    await kiosk.page.evaluate(store, 'CANARY9127');
    expect(await kiosk.page.evaluate(stored)).toContain('CANARY9127');
    await kiosk.powerOff();
    expect(filesThatHold(kiosk.desktop.userHome, ['CANARY9127'])).toEqual([]);
    await kiosk.powerOn();
    expect(await kiosk.page.evaluate(stored)).not.toContain('CANARY9127');
    await expectWhole('inert');
  });

  test('S12 open: every invocation answers every strange value with a typed refusal', async () => {
    await openLaptop();
    const { options } = requestRefusal;
    const outcomes = await inPage(kiosk.page, invokeStrangely, names, options, strangeValues);
    expect(outcomes).toEqual([]);
    await expectWhole('open');
  });

  test('S2 S12 open: no way out of the page reaches anybody, opens anything or leaves it', async () => {
    await kiosk.hasChecked();
    await tryAllWays('open');
  });

  test('S2 open: WebRTC reaches nobody either, over UDP or TCP', () => expectNoWebRtc());

  test('S12 open: a page that goes to about:blank is replaced by the page', () => expectPageBack('open'));

  test('S12 S40 open: no permission, and once it has checked itself neither camera nor microphone', async () => {
    await kiosk.hasChecked();
    expect(await kiosk.page.evaluate(permissionsGranted)).toEqual([]);
    expect(await kiosk.page.evaluate(devicesGiven)).toEqual([]);
    await expectWhole('open');
  });

  test('S12 S40 open: while it checks itself camera and microphone, and no other permission', async () => {
    expect(await kiosk.page.evaluate(() => window.sallyport.invoke('check', {}))).toMatchObject({ ok: true });
    expect(await kiosk.page.evaluate(permissionsGranted)).toEqual([]);
    expect(await kiosk.page.evaluate(devicesGiven)).toEqual(['camera', 'microphone']);
    await kiosk.page.evaluate(() => window.sallyport.invoke('check-done', { report: null })).catch(() => undefined);
    await kiosk.hasChecked();
    await expectWhole('open');
  });

  test('S12 open: no key and no mouse button leads out of the page', () => pressEverything('open'));

  test('S3 S12 in a room: the page relays nothing but its own laptop’s well-formed requests', async () => {
    expect(await kiosk.page.evaluate(() => window.sallyport.invoke('join', {}))).toEqual({ ok: true, value: {} });
    await kiosk.shows('waiting');
    const answers = await kiosk.page.evaluate(relayStrangely);
    expect(answers).toEqual({
      'room.join': 'seat-taken',
      'room.admit': 'not-allowed',
      'room.startDebrief': 'not-allowed',
      'room.end': 'not-allowed',
      'room.consume': 'not-allowed',
      'room.resumeConsumer': 'not-allowed',
      'room.createTransport': 'malformed',
      'room.connectTransport': 'malformed',
      'room.produce': 'not-allowed',
      'room.pauseProducer': 'not-allowed',
      'room.closeProducer': 'malformed',
      'room.takeOver': 'malformed',
    });
    await kiosk.shows('waiting');
  });

  test('S12 in a room: a page that floods the bridge is refused, and staff’s lock is served all the same', async () => {
    const [count] = await Promise.all([
      kiosk.page.evaluate(flood),
      nurse.must('lockDevice', { params: { id: device }, body: {} }),
    ]);
    expect(count.calls).toBeGreaterThanOrEqual(10_000);
    expect(count.tooMany).toBeGreaterThan(count.answered);
    expect(count.other).toBe(0);
    await expectWhole('inert');
  });
});

/** Runs in the page: the name of the screen. */
function screenShown(): string | undefined {
  return document.querySelector<HTMLElement>('[data-testid="screen"]')?.dataset['screen'];
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Whether a process is the client's main process for a laptop's disk. */
function isClientOn(pid: number, dataFolder: string): boolean {
  const command = commandOf(pid);
  return command.includes(`--sallyport-data=${dataFolder}`) && !command.includes('--type=');
}
