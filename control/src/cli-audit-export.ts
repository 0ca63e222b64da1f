import { exportRecord } from './audit/export.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';
import { loadConfiguration } from './config.ts';
import { openFoundation } from './foundation.ts';
import { createLogger } from './log.ts';

/**
 * `control audit export`: writes the record with all that proves it, for anybody to check without control.
 * @throws UsageError or ConfigurationError in words
 */
export async function runAuditExport({ to, config }: CommandOptions): Promise<number> {
  if (to === undefined) throw new UsageError('--to FILE is missing: where to write the export.');
  const configuration = await loadConfiguration(process.env, config);
  const foundation = await openFoundation(configuration, createLogger('error', process.stderr));
  try {
    const { entries, lines } = await exportRecord(foundation, to);
    say(`Wrote ${entries} entries (${lines} lines) to ${to}. It names staff: keep it as you keep the record.`);
    return 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${to} exists already. Nothing was written.`, { cause: error });
    }
    throw error;
  } finally {
    await foundation.close();
  }
}
