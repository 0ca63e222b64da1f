// A laptop's desktop without a laptop: a screen in memory, a window manager that leaves every key to the client, and a
// session bus with an unlocked key store. Each one is its own: any number can run side by side.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startBackground, type Background, type BackgroundOptions } from './background.ts';
import { folderOf, ordinaryUser, type OrdinaryUser } from './ordinary-user.ts';

/** A running desktop. */
export interface Desktop {
  /** The whole environment for programs on this desktop: display, bus, home, and nothing of ours. */
  readonly env: Readonly<Record<string, string>>;
  /** The user that programs on it run as. */
  readonly user: OrdinaryUser;
  /** Owner and group of that user's files, as this machine numbers them. */
  readonly uid: number;
  readonly gid: number;
  /** Home folder, the user's own; removed by `close`. */
  readonly userHome: string;
  /** X display, such as `:3`. */
  readonly display: string;
  /** Writes a PNG of the whole screen. */
  screenshot(file: string): Promise<void>;
  /** Ends everything that makes up the desktop and removes the home folder. Does nothing the second time. */
  close(): Promise<void>;
}

/** What a desktop may be asked to be. */
export interface DesktopOptions {
  /** Pixels; a small laptop's screen by default. */
  readonly width?: number;
  readonly height?: number;
  /** False: no key store answers on the bus (a laptop whose keyring is broken). */
  readonly keyring?: boolean;
}

const run = promisify(execFile);

/** No key binding at all: what is pressed reaches the client. */
const windowManagerSettings = `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <desktops><number>1</number><popupTime>0</popupTime></desktops>
  <keyboard/>
  <mouse>
    <context name="Client">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
    </context>
  </mouse>
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
`;

/**
 * Starts a desktop of one's own.
 * @throws when one of its programs does not start; nothing is left running then
 */
export async function startDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const user = ordinaryUser();
  const base = await mkdtemp(join(tmpdir(), 'sallyport-desktop-'));
  const parts: Background[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= tearDown(parts, base));
  try {
    const { env, display } = await buildUp(base, user, options, parts);
    const screenshot = (file: string): Promise<void> => photograph(display, sizeOf(options), file);
    return { env, user, uid: user.uid, gid: user.gid, userHome: env['HOME'] ?? '', display, screenshot, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function buildUp(base: string, user: OrdinaryUser, options: DesktopOptions, parts: Background[]) {
  await chmod(base, 0o755);
  const env = await environmentOf(user, join(base, 'home'));
  const start = async (part: Omit<BackgroundOptions, 'env'>): Promise<Background> => {
    const started = await startBackground({ ...part, env, command: [...user.prefix, ...part.command] });
    parts.push(started);
    return started;
  };
  const screen = await start({ name: 'Xvfb', command: screenCommand(sizeOf(options)), ready: 'line' });
  const display = `:${screen.readyText.trim()}`;
  env['DISPLAY'] = display;
  const settings = join(base, 'openbox.xml');
  await writeFile(settings, windowManagerSettings);
  await start({
    name: 'openbox',
    command: ['openbox', '--sm-disable', '--config-file', settings],
    ready: () => succeeds('xprop', ['-root', '-notype', '_NET_SUPPORTING_WM_CHECK'], env, 'window id'),
  });
  await startBus(base, env, start);
  if (options.keyring !== false) await startKeyring(env, user, start);
  return { env, display };
}

function sizeOf({ width = 1366, height = 768 }: DesktopOptions): string {
  return `${width}x${height}`;
}

async function environmentOf(user: OrdinaryUser, home: string): Promise<Record<string, string>> {
  await folderOf(user, home);
  const folder = (name: string): Promise<string> => folderOf(user, join(home, name));
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    NO_AT_BRIDGE: '1',
    HOME: home,
    TMPDIR: await folder('tmp'),
    XDG_RUNTIME_DIR: await folder('run'),
    XDG_CONFIG_HOME: await folder('config'),
    XDG_CACHE_HOME: await folder('cache'),
    XDG_DATA_HOME: await folder('data'),
    XDG_STATE_HOME: await folder('state'),
  };
}

function screenCommand(size: string): string[] {
  return ['Xvfb', '-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset', '-ac'];
}

type Start = (part: Omit<BackgroundOptions, 'env'>) => Promise<Background>;

/**
 * A session bus that starts no service by itself: asked too early, it would start a second key store, a locked one, in
 * the place of ours.
 */
const busSettings = (address: string): string => `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`;

async function startBus(base: string, env: Record<string, string>, start: Start): Promise<void> {
  const address = `unix:path=${join(env['XDG_RUNTIME_DIR'] ?? '', 'bus')}`;
  const settings = join(base, 'bus.xml');
  await writeFile(settings, busSettings(address));
  const command = ['dbus-daemon', `--config-file=${settings}`, '--nofork', '--nopidfile', '--print-address=3'];
  await start({ name: 'the session bus', command, ready: 'line' });
  env['DBUS_SESSION_BUS_ADDRESS'] = address;
}

async function startKeyring(env: Record<string, string>, user: OrdinaryUser, start: Start): Promise<void> {
  const [program, ...args] = [...user.prefix, 'dbus-send', '--session', '--print-reply'];
  const question = [...args, '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets/aliases/default'];
  const property = ['org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Locked'];
  await start({
    name: 'the key store',
    command: ['gnome-keyring-daemon', '--foreground', '--unlock', '--components=secrets'],
    input: randomBytes(24).toString('base64url'),
    ready: () => succeeds(program, [...question, ...property], env, 'boolean false'),
  });
}

async function succeeds(
  program: string,
  args: string[],
  env: Record<string, string>,
  answer: string,
): Promise<boolean> {
  const result = await run(program, args, { env, timeout: 5_000 }).catch(() => undefined);
  return result?.stdout.includes(answer) ?? false;
}

async function photograph(display: string, size: string, file: string): Promise<void> {
  const source = ['-f', 'x11grab', '-draw_mouse', '0', '-video_size', size, '-i', display];
  await run('ffmpeg', ['-loglevel', 'error', ...source, '-frames:v', '1', '-update', '1', '-y', file]);
}

async function tearDown(parts: readonly Background[], base: string): Promise<void> {
  for (const part of parts.toReversed()) await part.stop();
  await rm(base, { recursive: true, force: true });
}
