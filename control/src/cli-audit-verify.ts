import { digest } from '@sallyport/protocol';
import * as z from 'zod';
import type { Verification } from './audit/audit.ts';
import { loadConfiguration } from './config.ts';
import { openFoundation } from './foundation.ts';
import { createLogger } from './log.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';

const expectation = z
  .string()
  .regex(/^\d+:/)
  .transform((text) => ({ number: Number(text.split(':')[0]), hash: text.split(':')[1] }))
  .pipe(z.strictObject({ number: z.int().min(1), hash: digest }));

/**
 * `control audit verify`: walks the chain and says whether it holds.
 * @returns 0 when it does, 1 when it does not
 * @throws UsageError or ConfigurationError in words
 */
export async function runAuditVerify(options: CommandOptions): Promise<number> {
  const known = readExpectation(options.expect);
  const configuration = await loadConfiguration(process.env, options.config);
  const foundation = await openFoundation(configuration, createLogger('error', process.stderr));
  try {
    const found = await foundation.audit.verify(known);
    say(describe(found));
    return found.intact ? 0 : 1;
  } finally {
    await foundation.close();
  }
}

function readExpectation(text: string | undefined): { number: number; hash: string } | undefined {
  if (text === undefined) return undefined;
  const parsed = expectation.safeParse(text);
  if (!parsed.success) throw new UsageError('--expect is NUMBER:HASH, as an earlier run printed it.');
  return parsed.data;
}

function describe(found: Verification): string {
  if (found.intact) return `The audit chain holds: ${found.entries} entries, head ${found.entries}:${found.head}`;
  const words = {
    altered: 'was altered',
    removed: 'was removed',
    reordered: 'does not follow the one before it',
  } as const;
  return `The audit chain is broken: entry ${found.number} ${words[found.problem]}.`;
}
