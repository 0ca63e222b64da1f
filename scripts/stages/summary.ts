import { total, type StageOutcome } from './outcome.ts';

const columns = ['stage', 'passed', 'failed', 'skipped', 'seconds'] as const;

/**
 * The table at the end of a run, and under it the line that programs read: `N passed, N failed, N skipped`.
 * @returns text that ends with that line, without a line break
 */
export function summaryOf(outcomes: readonly StageOutcome[]): string {
  const all = total(outcomes);
  const milliseconds = outcomes.reduce((sum, outcome) => sum + outcome.milliseconds, 0);
  const rows = [...outcomes, { name: 'all', ...all, milliseconds }].map(cells);
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  const table = [line(columns), ...rows.map(line)].join('\n');
  return `${table}\n\n${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`;
}

function cells(outcome: StageOutcome): string[] {
  const { name, passed, failed, skipped, milliseconds } = outcome;
  return [name, String(passed), String(failed), String(skipped), (milliseconds / 1000).toFixed(1)];
}
