import { readFile } from 'node:fs/promises';
import { approverDigest } from './approver/approver-digest.ts';
import { loadConfiguration, type Configuration } from './config.ts';
import { migrate } from './db/migrate.ts';
import { createDeviceCa } from './devices/device-ca.ts';
import { openFoundation, type Foundation } from './foundation.ts';
import { createLogger } from './log.ts';
import { foundingState, prepareFleet, renewSetupToken } from './people/founding.ts';
import { readPlan, type FoundingPlan } from './people/plan.ts';
import { chooseShareKeys } from './shares/choose-keys.ts';
import { settleShareKeys } from './shares/key-rotation.ts';
import { auditPublicKeyOf, createAuditKey } from './trust/audit-key.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';

/**
 * `control init`: database, migrations, device CA, and the founding plan's fleet; or a new set-up token.
 * @throws UsageError or ConfigurationError in words
 */
export async function runInit(options: CommandOptions): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  const { plan: planFile, newToken } = options;
  if ((planFile === undefined) === (newToken !== true)) throw new UsageError('Give either --plan FILE or --new-token.');
  const plan = planFile === undefined ? undefined : await loadPlan(planFile);
  const token = await initialise(configuration, plan);
  say('To found the fleet, run "control serve" and open, once and on one machine:\n');
  say(`  ${setupAddress(configuration, token)}\n`);
  say(
    'The address is shown this once. Everybody of the plan registers a passkey there; then the documents are approved.',
  );
  return 0;
}

/**
 * Prepares a fleet in a configuration's database.
 * @param plan the founding plan; undefined: only a new set-up token for the fleet that is being founded
 * @returns the set-up token
 */
export async function initialise(configuration: Configuration, plan: FoundingPlan | undefined): Promise<string> {
  // SECURITY: who may read the data directory reads control's keys; nobody else does (S24).
  const logger = createLogger('error');
  const foundation = await openFoundation(configuration, logger);
  try {
    await migrate(foundation.db);
    const token = plan === undefined ? await renewToken(foundation) : await prepare(foundation, configuration, plan);
    await prepareShareKeys(foundation, configuration);
    return token;
  } finally {
    await foundation.close();
  }
}

/** The first key is there before the first laptop is. */
async function prepareShareKeys(foundation: Foundation, configuration: Configuration): Promise<void> {
  const { id: fleet } = await foundation.db.selectFrom('fleet').select('id').executeTakeFirstOrThrow();
  await settleShareKeys({ ...foundation, keys: chooseShareKeys(configuration.shares.keys, fleet), fleet });
}

/** The address of the founding ceremony; the token stands behind `#`, which browsers send to nobody. */
export function setupAddress(configuration: Pick<Configuration, 'console'>, token: string): string {
  return `${configuration.console.origin}/setup/#${token}`;
}

async function renewToken(foundation: Foundation): Promise<string> {
  const token = await renewSetupToken(foundation);
  if (token === undefined) throw new UsageError('There is no fleet to be founded in this database.');
  return token;
}

async function prepare(foundation: Foundation, configuration: Configuration, plan: FoundingPlan): Promise<string> {
  const state = await foundingState(foundation.db);
  if (state === 'prepared') {
    throw new UsageError(
      'A fleet is being founded in this database already. For a new address: control init --new-token',
    );
  }
  if (state === 'founded') throw new UsageError('This database holds a founded fleet already. Nothing was changed.');
  const { rpId, approver } = configuration;
  const key = createAuditKey();
  return prepareFleet(foundation, plan, {
    ...{ rpId, approverOrigin: approver.origin, approverBuild: await approverBuildIn(approver.root) },
    ca: await createDeviceCa(foundation.clock),
    audit: { key, publicKey: auditPublicKeyOf(key) },
  });
}

async function approverBuildIn(folder: string): Promise<string> {
  try {
    return await approverDigest(folder);
  } catch (error) {
    throw new UsageError(
      `There is no built approver in ${folder}, and the trust manifest names its build. Build it first (npm run build).`,
      { cause: error },
    );
  }
}

async function loadPlan(file: string): Promise<FoundingPlan> {
  const read = readPlan(await readJson(file));
  if (!read.ok) throw new UsageError(`The founding plan ${file} is wrong:\n${read.problems}`);
  return read.plan;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new UsageError(`The founding plan ${file} ${why}.`, { cause: error });
  }
}
