import { line } from '@sallyport/protocol';
import { say, UsageError, type CommandOptions } from './cli-command.ts';
import { loadConfiguration } from './config.ts';
import { isMigrated } from './db/migrate.ts';
import { createApiClient, listApiClients, revokeApiClient, type ListedClient } from './fhir/api-clients.ts';
import { fhirPath } from './fhir/fhir-api.ts';
import { openFoundation, type Foundation } from './foundation.ts';
import { createLogger } from './log.ts';

/**
 * `control api-client create`: a system of a prison that may read that prison's consultations; prints its token once.
 * @returns 0 when that is done, 1 when there is no such prison
 * @throws UsageError or ConfigurationError in words
 */
export async function runApiClientCreate(options: CommandOptions): Promise<number> {
  const name = line(80).safeParse(options.name);
  if (!name.success || options.site === undefined) {
    throw new UsageError(
      'Name the system (at most 80 characters) and its prison: control api-client create --name N --site S',
    );
  }
  const wanted = { name: name.data, site: options.site };
  return withFoundation(options, async (foundation, origin) => {
    const created = await createApiClient(foundation, wanted);
    if (created === 'not-found') {
      say('There is no prison of that name or id in this fleet. Nothing was changed.');
      return 1;
    }
    const { client, token } = created;
    say(`${client.name} (${client.id}) may read the consultations of ${client.siteName} at ${origin}${fhirPath}`);
    say(`Its token, shown this once: ${token}`);
    return 0;
  });
}

/**
 * `control api-client list`: every client there is or was.
 * @returns 0
 * @throws UsageError or ConfigurationError in words
 */
export function runApiClientList(options: CommandOptions): Promise<number> {
  return withFoundation(options, async ({ db }) => {
    const clients = await listApiClients(db);
    if (clients.length === 0) say('There are no clients.');
    for (const client of clients) say(describe(client));
    return 0;
  });
}

/**
 * `control api-client revoke`: takes a client's token back.
 * @returns 0 when that is done, 1 when there is no such client that could still read
 * @throws UsageError or ConfigurationError in words
 */
export async function runApiClientRevoke(options: CommandOptions): Promise<number> {
  const { id } = options;
  if (id === undefined) throw new UsageError('Say which client: control api-client revoke --id I');
  return withFoundation(options, async (foundation) => {
    const revoked = await revokeApiClient(foundation, id);
    say(revoked ? 'It reads nothing from now on.' : 'There is no such client, or its token was taken back before.');
    return revoked ? 0 : 1;
  });
}

async function withFoundation(
  options: CommandOptions,
  act: (foundation: Foundation, origin: string) => Promise<number>,
): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  const foundation = await openFoundation(configuration, createLogger('error', process.stderr));
  try {
    if (!(await isMigrated(foundation.db))) {
      throw new UsageError('The database is not up to date. Run: control migrate');
    }
    return await act(foundation, configuration.console.origin);
  } finally {
    await foundation.close();
  }
}

function describe({ id, name, siteName, createdAt, revokedAt }: ListedClient): string {
  const since = `since ${new Date(createdAt).toISOString()}`;
  const end = revokedAt === null ? '' : `, revoked ${new Date(revokedAt).toISOString()}`;
  return `${id}  ${name}  ${siteName}  ${since}${end}`;
}
