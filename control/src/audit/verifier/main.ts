// The check as one file of its own (npm run build makes it): whoever has it, Node and an export needs nothing of control.
import { parseArgs } from 'node:util';
import { CheckInputError, checkUsage, runCheck, type CheckOptions } from './run-check.ts';

const usage = `Usage: node audit-check.mjs --export FILE [options]

${checkUsage}
Exit codes: 0 the record holds, 1 it does not, 2 wrong use.
`;

async function main(args: string[]): Promise<number> {
  try {
    return await runCheck(read(args), (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof CheckInputError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return 2;
  }
}

function read(args: string[]): CheckOptions {
  const text = { type: 'string' } as const;
  const options = { export: text, manifests: text, anchor: text, head: { ...text, multiple: true } } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new CheckInputError(error instanceof Error ? error.message : 'wrong use', { cause: error });
  }
}

process.exitCode = await main(process.argv.slice(2));
