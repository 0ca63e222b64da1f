import { globSync, readFileSync } from 'node:fs';
import { projectFolder } from '../harness/runtime.ts';

/** A numbered promise of docs/security.md. */
export interface Rule {
  number: string;
  promise: string;
}

/** Which rules each name of `npm run prove -- NAME` stands for. Later work adds its own names. */
export const groups: Record<string, readonly string[]> = {
  'first-consult': listed('S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 S22 S23 S24'),
  trust: listed('S1 S4 S5 S6 S7 S10 S15 S17 S20 S21 S25 S26 S27 S28 S29 S30'),
  vault: listed('S8 S30 S31 S32 S36'),
  wipe: listed('S9 S21 S33 S34 S35 S36'),
  consultation: listed('S3 S16 S37 S38 S39 S40 S41 S42 S43 S44 S45'),
};

function listed(rules: string): string[] {
  return rules.split(' ');
}

/** The parts of the tests, in the order in which `npm test` runs them. */
export const projects = ['unit', 'model', 'e2e', 'hostile', 'chaos'] as const;

/** Reads the rules out of the table of docs/security.md: the one list of them. */
export function rulesOfSecurityDocument(): Rule[] {
  const text = readFileSync(`${projectFolder}docs/security.md`, 'utf8');
  return [...text.matchAll(/^\| (S\d+) \| ([^|]+) \|/gm)].map(([, number = '', promise = '']) => ({
    number,
    promise: promise.trim(),
  }));
}

/** The files of tests in which one of the rules is named, from the project's folder. */
export function filesThatQuote(rules: ReadonlySet<string>): string[] {
  const folders = '{src,protocol,room-client,control,scripts,build,test}';
  return globSync(`${folders}/**/*.test.{ts,tsx}`, { cwd: projectFolder, exclude: ['**/node_modules/**'] }).filter(
    (file) => rulesQuotedBy(readFileSync(`${projectFolder}${file}`, 'utf8')).some((rule) => rules.has(rule)),
  );
}

/** The rule numbers that a test's title quotes. */
export function rulesQuotedBy(title: string): string[] {
  return [...title.matchAll(/\bS\d+\b/g)].map(([number]) => number);
}
