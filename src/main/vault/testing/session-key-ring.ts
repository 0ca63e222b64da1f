import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A session bus that starts no service by itself: what is not there stays away. */
const busSettings = (address: string): string => `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`;

const SERVICE = '--dest=org.freedesktop.secrets';
const BUS_NAMES = ['--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.ListNames'];
const LOGIN_LOCKED = [
  SERVICE,
  '/org/freedesktop/secrets/collection/login',
  'org.freedesktop.DBus.Properties.Get',
  'string:org.freedesktop.Secret.Collection',
  'string:Locked',
];

/** Somebody's session with the real Secret Service (gnome-keyring) in it, or without. For tests only. */
export class SessionKeyRing {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sallyport-key-ring-'));
  #bus: ChildProcess | undefined;
  #service: ChildProcess | undefined;

  /** Where the session's bus is, for `DBUS_SESSION_BUS_ADDRESS`. */
  get address(): string {
    return `unix:path=${join(this.#folder, 'bus')}`;
  }

  /** Where the service keeps its files. */
  get keyrings(): string {
    return join(this.#folder, 'data', 'keyrings');
  }

  /** Starts the session's bus. */
  async start(): Promise<void> {
    for (const name of ['run', 'data']) mkdirSync(join(this.#folder, name), { mode: 0o700 });
    const settings = join(this.#folder, 'bus.xml');
    writeFileSync(settings, busSettings(this.address));
    const args = [`--config-file=${settings}`, '--nofork', '--nopidfile'];
    this.#bus = spawn('dbus-daemon', args, { env: this.#environment, stdio: 'ignore' });
    await until(() => existsSync(join(this.#folder, 'bus')));
  }

  /** Starts the service as a login does. @param password undefined: nobody types one */
  async serve(password: string | undefined): Promise<void> {
    const args = ['--foreground', '--components=secrets', ...(password === undefined ? [] : ['--unlock'])];
    const service = spawn('gnome-keyring-daemon', args, {
      env: this.#environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    service.stdin.end(password ?? '');
    this.#service = service;
    await until(() => this.#says(BUS_NAMES, 'org.freedesktop.secrets'));
    if (password !== undefined) await until(() => this.#says(LOGIN_LOCKED, 'boolean'));
  }

  /** Locks it, as a session does that is left alone. */
  lock(): void {
    const collection = 'array:objpath:/org/freedesktop/secrets/collection/login';
    this.#ask([SERVICE, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock', collection]);
  }

  /** The service ends, and what it had unlocked with it. */
  async stopServing(): Promise<void> {
    await stopped(this.#service);
    this.#service = undefined;
  }

  /** Leaves a key ring without a password for the service to find, as a machine that logs in by itself gets one. */
  leaveWithoutPassword(): void {
    mkdirSync(this.keyrings, { recursive: true, mode: 0o700 });
    const settings = '[keyring]\ndisplay-name=Login\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n';
    writeFileSync(join(this.keyrings, 'login.keyring'), settings, { mode: 0o600 });
    writeFileSync(join(this.keyrings, 'default'), 'login', { mode: 0o600 });
  }

  /** The service ends, and everything it kept goes. */
  async forget(): Promise<void> {
    await this.stopServing();
    rmSync(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  /** Ends the session. */
  async close(): Promise<void> {
    await this.stopServing();
    await stopped(this.#bus);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #says(question: readonly string[], answer: string): boolean {
    try {
      return this.#ask(question).includes(answer);
    } catch {
      return false;
    }
  }

  #ask(question: readonly string[]): string {
    const args = ['--session', '--print-reply', ...question];
    return execFileSync('dbus-send', args, { env: this.#environment, stdio: 'pipe' }).toString('utf8');
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.#folder,
      XDG_DATA_HOME: join(this.#folder, 'data'),
      XDG_RUNTIME_DIR: join(this.#folder, 'run'),
      DBUS_SESSION_BUS_ADDRESS: this.address,
    };
  }
}

const PATIENCE = 10_000;

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + PATIENCE; !holds(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > end) throw new Error('the session does not come up');
  }
}

async function stopped(part: ChildProcess | undefined): Promise<void> {
  if (part === undefined || part.exitCode !== null) return;
  part.kill('SIGKILL');
  await once(part, 'exit');
}
