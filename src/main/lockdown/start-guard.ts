import type { StartDoors } from './development-doors.ts';

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
  /** What this build allows beyond the product. */
  readonly doors: StartDoors;
  /** Whether the executable is given the application's folder as an argument, as unpackaged Electron is. */
  readonly takesFolder: boolean;
  readonly platform: NodeJS.Platform;
}

// SECURITY: an allow-list: a switch nobody thought of is refused (S13).
const productSwitches: readonly string[] = ['ozone-platform'];

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
/** What a packaged build allows beyond the product: nothing. */
export const noDoors: StartDoors = { switches: [], variables: [] };

/**
 * Judges how the client was started, before anything else runs.
 * @returns the first thing that is not allowed, or undefined
 */
export function refusalOfStart(facts: StartFacts): StartRefused | undefined {
  const { argv, environment, doors, takesFolder, platform } = facts;
  const allowed = [...productSwitches, ...doors.switches];
  let folders = takesFolder ? 1 : 0;
  for (const argument of argv.slice(1)) {
    const name = switchName(argument, platform);
    if (name === undefined && folders-- <= 0) return { kind: 'argument', name: 'argument' };
    if (name !== undefined && !allowed.includes(name)) return { kind: 'switch', name };
  }
  const variable = Object.keys(environment).find((name) => isHostile(name, environment[name], doors));
  return variable === undefined ? undefined : { kind: 'environment', name: variable };
}

/** Every spelling Chromium and Node take for a switch (on Windows a slash, too); undefined when it is none. */
function switchName(argument: string, platform: NodeJS.Platform): string | undefined {
  const pattern = platform === 'win32' ? /^(?:--?|\/)([^=]*)/ : /^--?([^=]*)/;
  return pattern.exec(argument)?.[1]?.toLowerCase();
}

function isHostile(name: string, value: string | undefined, doors: StartDoors): boolean {
  const upper = name.toUpperCase();
  if (value === undefined || value === '') return false;
  if (harmless.includes(upper) || doors.variables.includes(upper)) return false;
  return hostileNames.includes(upper) || hostilePrefixes.some((prefix) => upper.startsWith(prefix));
}
