import { CheckInputError, runCheck } from './audit/verifier/run-check.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';

/**
 * `control audit check`: checks an export with nothing but itself. Opens no database and reads no configuration.
 * @returns 0 when the record holds, 1 when it does not
 * @throws UsageError in words
 */
export async function runAuditCheck(options: CommandOptions): Promise<number> {
  try {
    return await runCheck(options, say);
  } catch (error) {
    if (error instanceof CheckInputError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
