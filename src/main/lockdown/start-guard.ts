declare global {
  /** Set by the build: true only in development builds; a packaged build has `false` and drops what hangs on it. */
  const __DEVELOPMENT__: boolean;
}

/** Whether this build is a development build; false when the build did not say. */
export function isDevelopmentBuild(): boolean {
  return typeof __DEVELOPMENT__ !== 'undefined' && __DEVELOPMENT__;
}

/** Why the client does not start: a switch, an argument or an environment variable that it does not allow. */
export interface StartRefused {
  readonly kind: 'switch' | 'argument' | 'environment';
  /** The name of the switch or variable; an argument is not repeated. */
  readonly name: string;
}

/** What a start is judged by. */
export interface StartFacts {
  /** `process.argv`, executable first. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isDevelopment: boolean;
  /** Whether the executable is given the application's folder as an argument, as unpackaged Electron is. */
  readonly takesFolder: boolean;
  readonly platform: NodeJS.Platform;
}

// SECURITY: an allow-list: a switch nobody thought of is refused (S13).
const productSwitches: readonly string[] = ['ozone-platform'];

/** What tests and a developer's machine need; in development builds only. */
const developmentSwitches: readonly string[] = [
  'allow-loopback-in-peer-connection',
  'disable-dev-shm-usage',
  'disable-gpu',
  'force-device-scale-factor',
  'inspect',
  'lang',
  'no-sandbox',
  'remote-debugging-port',
  'sallyport-data',
  'sallyport-development-key-store',
  'use-fake-device-for-media-stream',
  'use-file-for-fake-audio-capture',
  'use-file-for-fake-video-capture',
];

// SECURITY: these load code, open a debugger, redirect libraries or leak keys (S13).
const hostilePrefixes: readonly string[] = ['NODE_', 'ELECTRON_', 'LD_', 'DYLD_', 'CHROME_', 'OPENSSL_', 'GIO_EXTRA_'];
const hostileNames: readonly string[] = [
  'GCONV_PATH',
  'GTK_MODULES',
  'GTK_PATH',
  'GTK3_MODULES',
  'GTK_EXE_PREFIX',
  'SSLKEYLOGFILE',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GOOGLE_API_KEY',
];
const harmless: readonly string[] = ['NODE_ENV', 'CHROME_DESKTOP', 'NODE_CHANNEL_FD'];
/** What a developer's machine may have set. Control's authority is pinned, so more authorities change nothing. */
const harmlessInDevelopment: readonly string[] = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'ELECTRON_DISABLE_SECURITY_WARNINGS',
  'ELECTRON_EXEC_PATH',
  'ELECTRON_OVERRIDE_DIST_PATH',
];

/**
 * Judges how the client was started, before anything else runs.
 * @returns the first thing that is not allowed, or undefined
 */
export function refusalOfStart(facts: StartFacts): StartRefused | undefined {
  const { argv, environment, isDevelopment, takesFolder, platform } = facts;
  const allowed = isDevelopment ? [...productSwitches, ...developmentSwitches] : productSwitches;
  let folders = takesFolder ? 1 : 0;
  for (const argument of argv.slice(1)) {
    const name = switchName(argument, platform);
    if (name === undefined && folders-- <= 0) return { kind: 'argument', name: 'argument' };
    if (name !== undefined && !allowed.includes(name)) return { kind: 'switch', name };
  }
  const variable = Object.keys(environment).find((name) => isHostile(name, environment[name], isDevelopment));
  return variable === undefined ? undefined : { kind: 'environment', name: variable };
}

/** Every spelling Chromium and Node take for a switch (on Windows a slash, too); undefined when it is none. */
function switchName(argument: string, platform: NodeJS.Platform): string | undefined {
  const pattern = platform === 'win32' ? /^(?:--?|\/)([^=]*)/ : /^--?([^=]*)/;
  return pattern.exec(argument)?.[1]?.toLowerCase();
}

function isHostile(name: string, value: string | undefined, isDevelopment: boolean): boolean {
  const upper = name.toUpperCase();
  if (value === undefined || value === '') return false;
  if (harmless.includes(upper) || (isDevelopment && harmlessInDevelopment.includes(upper))) return false;
  return hostileNames.includes(upper) || hostilePrefixes.some((prefix) => upper.startsWith(prefix));
}

/** Reads an option of development builds, `--sallyport-NAME=VALUE` (the value '' without `=`). */
export function developmentOption(argv: readonly string[], name: string): string | undefined {
  if (!isDevelopmentBuild()) return undefined;
  const found = argv.find((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
  return found?.slice(name.length + 3);
}
