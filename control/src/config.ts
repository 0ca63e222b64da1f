import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import * as z from 'zod';
import { applyEnvironment, shareKeyVariables } from './config-environment.ts';
import type { ShareKeySource } from './shares/choose-keys.ts';

const port = z.int().min(1).max(65_535);
const host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9.:-]+$/);
const address = z
  .string()
  .max(300)
  .regex(/^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]+\]):\d{1,5}$/, 'must be host:port');
const origin = z
  .string()
  .max(300)
  .regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'must be an origin such as https://control.example:8443')
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'must be an origin, default port left out',
  );
const file = z.string().min(1).max(4096);
const tls = z.strictObject({ certificate: file, key: file });

const web = {
  host: host.default('localhost'),
  /** Public origin; by default http://localhost:port or https://host:port. */
  origin: origin.optional(),
  /** PEM files; without them only loopback is served. */
  tls: tls.optional(),
  /** Folder of the built pages; by default the ones built beside this program. */
  root: file.optional(),
};

const configurationFile = z.strictObject({
  dataDirectory: file.default('.sallyport/control'),
  /** A PostgreSQL of yours; by default the embedded one in the data directory. */
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  /** WebAuthn relying party id of every passkey of the fleet. */
  rpId: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}$/)
    .default('localhost'),
  console: z.strictObject({ ...web, port: port.default(8443) }).prefault({}),
  approver: z.strictObject({ ...web, port: port.default(8444), serve: z.boolean().default(true) }).prefault({}),
  /** The port laptops connect to, and the host:port they are told. */
  link: z
    .strictObject({ host: host.default('127.0.0.1'), port: port.default(8445), address: address.optional() })
    .prefault({}),
  enrolment: z
    .strictObject({ host: host.default('127.0.0.1'), port: port.default(8446), address: address.optional() })
    .prefault({}),
  /** One UDP and TCP port a media worker; `announced` is the address that participants send to. */
  media: z
    .strictObject({
      host: host.default('127.0.0.1'),
      port: port.default(8447),
      announced: host.optional(),
      /** Media workers; by default one a core. Worker n listens on port + n. */
      workers: z.int().min(1).max(64).optional(),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      /** A room's socket counts as use: nobody is thrown out of a consultation for watching the patient. */
      idleMinutes: z.int().min(1).max(60).default(15),
      absoluteHours: z.int().min(1).max(12).default(12),
    })
    .prefault({}),
  /** When somebody is told that a laptop does not do as it was ordered. */
  alarms: z
    .strictObject({
      answerMinutes: z.int().min(1).max(1440).default(5),
      contactHours: z.int().min(1).max(8784).default(24),
      erasureMinutes: z.int().min(1).max(1440).default(30),
    })
    .prefault({}),
  /** The key under which control's halves of the laptops' keys are kept; SALLYPORT_SHARE_KEY takes the file's place. */
  shares: z
    .strictObject({
      /** By default share-keys.json in the data directory; nodes that share a database share this file. */
      keyFile: file.optional(),
      /** How long after a brick the key is exchanged; 0: never by itself. */
      rotateAfterMinutes: z.int().min(0).max(1440).default(5),
    })
    .prefault({}),
  /** PEM file of the authenticator makers' root certificates, for a policy that names authenticator models. */
  attestationRoots: file.optional(),
  /** Bearer token of /metrics from elsewhere than this machine; without it only this machine may read them. */
  metricsToken: z.string().min(24).max(200).optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
type ConfigurationFile = z.output<typeof configurationFile>;

/** A listening address for pages, with what browsers call it. */
export interface WebListener {
  host: string;
  port: number;
  origin: string;
  tls: { certificate: string; key: string } | undefined;
  root: string;
}

/** A listening port for laptops, with the host:port they are told. */
export interface DeviceListener {
  host: string;
  port: number;
  address: string;
}

/** Control's whole configuration, complete and consistent. */
export interface Configuration {
  dataDirectory: string;
  databaseUrl: string | undefined;
  rpId: string;
  console: WebListener;
  approver: WebListener & { serve: boolean };
  link: DeviceListener;
  enrolment: DeviceListener;
  media: { host: string; port: number; announced: string; workers: number | undefined };
  sessions: { idleMinutes: number; absoluteHours: number };
  alarms: { answerMinutes: number; contactHours: number; erasureMinutes: number };
  shares: { keys: ShareKeySource; rotateAfterMinutes: number };
  attestationRoots: string | undefined;
  metricsToken: string | undefined;
  logLevel: ConfigurationFile['logLevel'];
}

/** What is wrong with the configuration, in words for whoever wrote it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads the configuration: the JSON file named by `file` or SALLYPORT_CONFIG (if any), then environment variables,
 * which win (see `config-environment.ts`). Relative paths are relative to the working directory.
 * @throws ConfigurationError saying what is wrong
 */
export async function loadConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  file?: string,
): Promise<Configuration> {
  const name = file ?? environment['SALLYPORT_CONFIG'];
  const written = name === undefined ? {} : await readJson(name);
  return createConfiguration(applyEnvironment(written, environment), readShareKeys(environment));
}

const shareKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
const shareKeyWords = 'must be 32 random bytes in base64, such as "openssl rand -base64 32" prints';

/** SECURITY: keys come from the environment, never from a configuration file that is copied about, and appear in no error (S35). */
function readShareKeys(environment: Readonly<Record<string, string | undefined>>): ShareKeySource | undefined {
  const [current, old] = shareKeyVariables.map((name) => environment[name]?.trim() ?? '');
  if (!current && !old) return undefined;
  const keys = {
    current: shareKey.safeParse(current),
    old: z.array(shareKey).safeParse(old?.split(',').filter(Boolean)),
  };
  if (!keys.current.success) throw new ConfigurationError(`${shareKeyVariables[0]} ${shareKeyWords}.`);
  if (!keys.old.success) throw new ConfigurationError(`Each key in ${shareKeyVariables[1]} ${shareKeyWords}.`);
  return { from: 'environment', current: keys.current.data, old: keys.old.data };
}

/**
 * Completes and checks a configuration given as a value in the file's shape.
 * @param shareKeys the keys that the environment gives; without them they are in a file
 * @throws ConfigurationError saying what is wrong
 */
export function createConfiguration(input: unknown, shareKeys?: ShareKeySource): Configuration {
  const parsed = configurationFile.safeParse(input);
  if (!parsed.success) throw new ConfigurationError(`The configuration is wrong:\n${z.prettifyError(parsed.error)}`);
  const given = parsed.data;
  const configuration: Configuration = {
    ...given,
    dataDirectory: path.resolve(given.dataDirectory),
    databaseUrl: given.databaseUrl,
    attestationRoots: given.attestationRoots,
    metricsToken: given.metricsToken,
    shares: {
      keys: shareKeys ?? {
        from: 'file',
        path: path.resolve(given.shares.keyFile ?? path.join(given.dataDirectory, 'share-keys.json')),
      },
      rotateAfterMinutes: given.shares.rotateAfterMinutes,
    },
    console: webListener(given.console, 'web'),
    approver: { ...webListener(given.approver, 'approver'), serve: given.approver.serve },
    link: deviceListener(given.link),
    enrolment: deviceListener(given.enrolment),
    media: {
      ...given.media,
      announced: given.media.announced ?? given.media.host,
      workers: given.media.workers,
    },
  };
  checkConsistency(configuration);
  return configuration;
}

async function readJson(name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(name, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new ConfigurationError(`The configuration file ${name} ${why}.`, { cause: error });
  }
}

function webListener(given: ConfigurationFile['console'], pages: string): WebListener {
  const secure = given.tls !== undefined;
  const fallback = new URL(`${secure ? 'https' : 'http'}://${secure ? given.host : 'localhost'}:${given.port}`);
  return {
    host: given.host,
    port: given.port,
    tls: given.tls,
    origin: given.origin ?? fallback.origin,
    root: path.resolve(given.root ?? path.join(import.meta.dirname, '../dist', pages)),
  };
}

function deviceListener(given: ConfigurationFile['link']): DeviceListener {
  const own = isIP(given.host) === 6 ? `[${given.host}]` : given.host;
  return { host: given.host, port: given.port, address: given.address ?? `${own}:${given.port}` };
}

function checkConsistency(configuration: Configuration): void {
  const problems = [
    ...problemsOfWeb('console', configuration.console, configuration.rpId),
    ...problemsOfWeb('approver', configuration.approver, configuration.rpId),
  ];
  if (configuration.console.origin === configuration.approver.origin) {
    problems.push('console and approver: approvals need an origin of their own; give the approver another one.');
  }
  const { announced } = configuration.media;
  if (announced === '0.0.0.0' || announced === '::') {
    problems.push('media.announced: say the address that participants can reach, not the listening wildcard.');
  }
  if (problems.length > 0) throw new ConfigurationError(`The configuration is wrong:\n${problems.join('\n')}`);
}

function problemsOfWeb(name: string, web: WebListener, rpId: string): string[] {
  const problems: string[] = [];
  const { hostname, protocol } = new URL(web.origin);
  if (hostname !== rpId && !hostname.endsWith(`.${rpId}`)) {
    problems.push(`${name}.origin: ${web.origin} is not within rpId "${rpId}", so its passkeys would not work.`);
  }
  // SECURITY: without TLS nothing leaves this machine (S24).
  if (web.tls === undefined && !isLoopback(web.host)) {
    problems.push(`${name}.host: ${web.host} without ${name}.tls. Plain http is served on localhost only.`);
  }
  if (protocol === 'http:' && hostname !== 'localhost') {
    problems.push(`${name}.origin: ${web.origin} must begin with https://. Plain http is for http://localhost only.`);
  }
  if ((protocol === 'https:') !== (web.tls !== undefined)) {
    problems.push(`${name}: an https origin needs ${name}.tls, and the other way round.`);
  }
  return problems;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1';
}
