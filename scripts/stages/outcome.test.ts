import { describe, expect, test } from 'vitest';
import { neverNothing, total, verdict } from './outcome.ts';
import { summaryOf } from './summary.ts';
import { countsOf } from './tests.ts';

const none = { passed: 0, failed: 0, skipped: 0 };

describe('counting', () => {
  test('adds up what every stage counted', () => {
    const counts = [
      { passed: 2, failed: 0, skipped: 1 },
      { passed: 3, failed: 1, skipped: 0 },
    ];
    expect(total(counts)).toEqual({ passed: 5, failed: 1, skipped: 1 });
    expect(total([])).toEqual(none);
  });

  test('a stage that ran nothing has failed', () => {
    expect(neverNothing(none)).toEqual({ ...none, failed: 1 });
    expect(neverNothing({ ...none, passed: 1 })).toEqual({ ...none, passed: 1 });
  });

  test('a program either passes or fails', () => {
    expect(verdict(0)).toEqual({ ...none, passed: 1 });
    expect(verdict(137)).toEqual({ ...none, failed: 1 });
  });
});

describe('reading what vitest reports', () => {
  const report = (counts: object): string =>
    JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, ...counts });

  test('takes its counts, to-dos as skipped', () => {
    const json = report({ numPassedTests: 7, numPendingTests: 1, numTodoTests: 2 });
    expect(countsOf(0, json)).toEqual({ passed: 7, failed: 0, skipped: 3 });
  });

  test('a run that fails without a failed test still counts as a failure', () => {
    expect(countsOf(1, report({ numPassedTests: 7 }))).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  test('a run without a test, or without a report, has failed', () => {
    expect(countsOf(0, report({}))).toEqual({ ...none, failed: 1 });
    expect(countsOf(0, undefined)).toEqual({ ...none, failed: 1 });
  });
});

describe('the end of a run', () => {
  test('shows every stage in a table, and the totals on the very last line', () => {
    const lines = summaryOf([
      { name: 'lint', passed: 3, failed: 0, skipped: 0, milliseconds: 12_340 },
      { name: 'e2e', passed: 10, failed: 2, skipped: 1, milliseconds: 60_000 },
    ]).split('\n');
    expect(lines[1]).toMatch(/^lint +3 +0 +0 +12\.3$/);
    expect(lines[2]).toMatch(/^e2e +10 +2 +1 +60\.0$/);
    expect(lines[3]).toMatch(/^all +13 +2 +1 +72\.3$/);
    expect(lines.at(-1)).toBe('13 passed, 2 failed, 1 skipped');
  });
});
