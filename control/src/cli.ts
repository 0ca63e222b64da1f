import { parseArgs } from 'node:util';
import type { Command, CommandOptions } from './cli-command.ts';
import { UsageError } from './cli-command.ts';
import { ConfigurationError } from './config.ts';
import { EmbeddedPostgresError } from './db/embedded-binaries.ts';
import { MigrationError } from './db/migrate.ts';
import { ShareKeyError } from './shares/share-keys.ts';

const usage = `Usage: control COMMAND [options]

  control init --plan FILE        make the database, the device CA and the fleet of a founding plan;
                                  prints the one-time address of the founding ceremony
  control init --new-token        print a new one-time address, when the first was lost
  control serve                   serve consoles, approver, laptops and media
  control approver                serve the approver alone, on its own machine
  control approver digest         print the digest of the built approver
      [--root DIR]                in another folder than the configuration's
  control approver compare URL    say whether the approver at URL is the one built here
      [--digest DIGEST]           or the build with this digest
  control audit verify            check the whole audit chain
      [--expect NUMBER:HASH]      and that an entry kept elsewhere is still in it
  control audit export --to FILE  write the record with all that proves it; FILE must not exist yet
  control audit check             check such an export, without database and configuration
      --export FILE
      [--manifests FILE]          against your own copy of the manifests: an earlier export
      [--anchor DIGEST]           or against the digest of the first one
      [--head SIZE:ROOT|FILE]     and against what a laptop has countersigned, or an earlier export
  control shares status           say how many shares there are, under which key, and whether they open
  control shares rotate           exchange their key: what was destroyed is beyond the reach of backups then
  control shares abandon          give them up, when their key is lost for good
  control api-client create       let a system of a prison read its consultations (FHIR); prints its token once
      --name NAME --site PRISON   the prison by its name or id
  control api-client list         say which there are, and were
  control api-client revoke       take a token back
      --id ID
  control migrate                 bring the database to this version

  --config FILE                   the configuration (or SALLYPORT_CONFIG); see docs/operations.md

Exit codes: 0 done, 1 failed or a check found something wrong, 2 wrong use or configuration.
`;

/** Each command loads what it needs and no more: wrong use is answered at once. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./cli-init.ts')).runInit,
  serve: async () => (await import('./cli-serve.ts')).runServe,
  approver: async () => (await import('./cli-serve.ts')).runApprover,
  'approver digest': async () => (await import('./cli-approver.ts')).runApproverDigest,
  'audit verify': async () => (await import('./cli-audit-verify.ts')).runAuditVerify,
  'audit export': async () => (await import('./cli-audit-export.ts')).runAuditExport,
  'audit check': async () => (await import('./cli-audit-check.ts')).runAuditCheck,
  'shares status': async () => (await import('./cli-shares.ts')).runSharesStatus,
  'shares rotate': async () => (await import('./cli-shares.ts')).runSharesRotate,
  'shares abandon': async () => (await import('./cli-shares.ts')).runSharesAbandon,
  'api-client create': async () => (await import('./cli-api-client.ts')).runApiClientCreate,
  'api-client list': async () => (await import('./cli-api-client.ts')).runApiClientList,
  'api-client revoke': async () => (await import('./cli-api-client.ts')).runApiClientRevoke,
  migrate: async () => (await import('./cli-migrate.ts')).runMigrate,
};

/** Commands whose last word is what they are about. */
const commandsWithSubject: typeof commands = {
  'approver compare': async () => (await import('./cli-approver.ts')).runApproverCompare,
};

async function main(argv: string[]): Promise<number> {
  try {
    const { command, options } = parse(argv);
    if (command === undefined) {
      process.stdout.write(usage);
      return 0;
    }
    return await (
      await command()
    )(options);
  } catch (error) {
    const [code, words] = explain(error);
    process.stderr.write(`${words}\n`);
    return code;
  }
}

function parse(argv: string[]): { command: (() => Promise<Command>) | undefined; options: CommandOptions } {
  const options = {
    config: { type: 'string' },
    plan: { type: 'string' },
    'new-token': { type: 'boolean' },
    expect: { type: 'string' },
    to: { type: 'string' },
    export: { type: 'string' },
    manifests: { type: 'string' },
    anchor: { type: 'string' },
    head: { type: 'string', multiple: true },
    root: { type: 'string' },
    digest: { type: 'string' },
    name: { type: 'string' },
    site: { type: 'string' },
    id: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = parsed(() => parseArgs({ args: argv, options, allowPositionals: true }));
  if (values.help === true) return { command: undefined, options: {} };
  const [command, subject] = commandOf(positionals);
  if (command === undefined) throw new UsageError(positionals.length === 0 ? usage : `No such command.\n\n${usage}`);
  const { 'new-token': newToken, help: _help, ...typed } = values;
  return { command, options: { ...typed, newToken, subject } };
}

function commandOf(words: readonly string[]): [command: (() => Promise<Command>) | undefined, subject?: string] {
  const [whole, subject] = [words.join(' '), words.at(-1)];
  const command = commands[whole] ?? commandsWithSubject[whole];
  return command === undefined ? [commandsWithSubject[words.slice(0, -1).join(' ')], subject] : [command];
}

function parsed<T>(parseThem: () => T): T {
  try {
    return parseThem();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : ''}\n\n${usage}`, { cause: error });
  }
}

/** @returns the exit code and the words for whoever operates it */
function explain(error: unknown): [number, string] {
  const isWrongUse = [UsageError, ConfigurationError, ShareKeyError].some((kind) => error instanceof kind);
  if (error instanceof Error && isWrongUse) return [2, error.message];
  if (error instanceof EmbeddedPostgresError) return [1, error.message];
  if (error instanceof MigrationError) return [1, `${error.message}: ${describe(error.cause)}`];
  const known = error instanceof Error && 'code' in error ? wordsOfCodes.get(error.code) : undefined;
  if (known !== undefined) return [1, `${known}: ${describe(error)}`];
  return [1, `Control failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown fault'}`];
}

const wordsOfCodes = new Map<unknown, string>([
  ['EADDRINUSE', 'A port is taken already'],
  ['EACCES', 'Something may not be read or listened on'],
  ['ECONNREFUSED', 'The database cannot be reached'],
  ['ENOTFOUND', 'The database cannot be reached'],
]);

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown fault';
}

process.exitCode = await main(process.argv.slice(2));
