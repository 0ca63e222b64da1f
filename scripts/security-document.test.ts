import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectDir } from './stages/project.ts';

const folders = ['src', 'control/src', 'control/web', 'protocol/src', 'room-client/src', 'scripts', 'build', 'test'];
const generated = /(^|\/)(node_modules|dist|out)\//;

interface Source {
  file: string;
  text: string;
}

function filesOf(folder: string): Source[] {
  return readdirSync(path.join(projectDir, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !generated.test(file))
    .map(read);
}

function read(file: string): Source {
  return { file, text: readFileSync(path.join(projectDir, file), 'utf8') };
}

/** Every hardening comment, with the lines that continue it. */
function securityComments({ text }: Source): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => {
    if (!/^(\/\/|\/?\*+|#) *SECURITY:/.test(line) && !/\/\*\*.* SECURITY: /.test(line)) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((next) => !/^(\/\/|\*(?!\/)|#)/.test(next));
    const comment = [line, ...rest.slice(0, end)];
    const until = comment.findIndex((part) => /\([^()]*\)\.( \*\/)?$/.test(part));
    return [comment.slice(0, until < 0 ? undefined : until + 1).join(' ')];
  });
}

/** The titles that a file of tests writes down, those of a table of cases included as they are written. */
function titles({ text }: Source): string[] {
  const named = text.matchAll(/(?:^|\s)(?:describe|test)(?:\.each)?[^'`]*?\(\s*['`]([^'`\n]*)['`]/gm);
  const each = text.matchAll(/\)\(\s*['`]([^'`\n]*)['`]/g);
  return [...named, ...each].map(([, title = '']) => title);
}

/** The files and folders in one cell of the table. */
function named(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
}

/** The rules that a title or the end of a comment quotes. */
function rulesQuotedBy(text: string): string[] {
  return [...text.matchAll(/\bS\d+\b/g)].map(([rule]) => rule);
}

const sources = [...folders.flatMap(filesOf), read('electron-builder.yml')];
const isTest = ({ file }: Source): boolean => /\.test\.tsx?$/.test(file);
const table = [...read('docs/security.md').text.matchAll(/^\| (S\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
const rows = table.map(([, rule = '', , code = '', tests = '']) => ({ rule, code: named(code), tests: named(tests) }));
const rules = rows.map(({ rule }) => rule);
/** The list that `npm run prove` goes by, read as text: scripts do not import the tests of the whole. */
const provable = read('test/prove/rules.ts')
  .text.split('\n')
  .filter((line) => line.includes('listed('))
  .flatMap(rulesQuotedBy);

describe('docs/security.md', () => {
  test('numbers its rules from S1 on, without a gap', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules).toEqual(rules.map((_, index) => `S${index + 1}`));
  });

  test('has every rule in a group that can be proved, and no group has another', () => {
    expect(new Set(provable)).toEqual(new Set(rules));
  });

  test.each(rows)('$rule names code and tests that are there', ({ code, tests }) => {
    expect(code).not.toEqual([]);
    expect(tests).not.toEqual([]);
    expect([...code, ...tests].filter((file) => !existsSync(path.join(projectDir, file)))).toEqual([]);
  });

  test.each(rows)('$rule is quoted wherever its row says', ({ rule, tests }) => {
    const quoting = sources.filter(isTest).filter((source) => titles(source).flatMap(rulesQuotedBy).includes(rule));
    const isQuoted = (named: string): boolean =>
      quoting.some(({ file }) => file === named || file.startsWith(`${named}/`));
    expect(tests.filter((file) => !isQuoted(file))).toEqual([]);
  });
});

describe('the code', () => {
  test('names in every SECURITY comment a rule that exists', () => {
    const comments = sources
      .filter((source) => !isTest(source))
      .flatMap((source) => securityComments(source).map((comment) => ({ comment, of: source.file })));
    expect(comments.length).toBeGreaterThan(100);
    const wrong = comments.filter(({ comment }) => {
      const named = rulesQuotedBy(/\(([^()]*)\)\.( \*\/)?$/.exec(comment)?.[1] ?? '');
      return named.length === 0 || named.some((rule) => !rules.includes(rule));
    });
    expect(wrong).toEqual([]);
  });

  test('quotes in the titles of tests only rules that exist, and each of them at least once', () => {
    const quoted = new Set(sources.filter(isTest).flatMap(titles).flatMap(rulesQuotedBy));
    expect([...quoted].filter((rule) => !rules.includes(rule))).toEqual([]);
    expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
  });
});
