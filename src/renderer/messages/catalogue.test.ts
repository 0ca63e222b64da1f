import { activationEnd, enrolmentRefusal, linkState, requestRefusal, roomEnd, startRefusal } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { mediaProblems } from '../media/media-problem.ts';
import { cy } from './cy.ts';
import { en } from './en.ts';

type Entry = { path: string; words: unknown };

function entriesOf(value: unknown, path = ''): Entry[] {
  if (typeof value !== 'object' || value === null) return [{ path, words: value }];
  return Object.entries(value).flatMap(([key, child]) => entriesOf(child, path === '' ? key : `${path}.${key}`));
}

/** The words at an entry; a function is asked with marks in the place of what it is given. */
function wordsOf(words: unknown): string {
  if (typeof words === 'string') return words;
  if (typeof words !== 'function') throw new Error(`not words: ${String(words)}`);
  const marks = Array.from({ length: words.length }, (_, index) => `{${index}}`);
  return String((words as (...given: string[]) => unknown)(...marks));
}

const english = entriesOf(en);
const welsh = new Map(entriesOf(cy).map((entry) => [entry.path, entry.words]));

/** Names, and the one word that both languages share. */
const sameInBoth = new Set(['product', 'language.en', 'language.cy', 'duration.between', 'deviceCheck.camera']);

describe('the message catalogues', () => {
  test('hold the same entries in both languages', () => {
    expect([...welsh.keys()].sort()).toEqual(english.map((entry) => entry.path).sort());
  });

  test.each(english)('$path has words that use what they are given, in both languages', ({ path, words }) => {
    const other = welsh.get(path);
    expect(typeof other).toBe(typeof words);
    const marks = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
    expect(marks(wordsOf(other))).toEqual(marks(wordsOf(words)));
    if (path !== 'duration.between') expect(wordsOf(other).trim()).not.toBe('');
    if (typeof words === 'function') expect(marks(wordsOf(words))).toHaveLength(words.length);
  });

  test.each(english.filter((entry) => !sameInBoth.has(entry.path)))('$path is translated', ({ path, words }) => {
    expect(wordsOf(welsh.get(path))).not.toBe(wordsOf(words));
  });

  test.each([en, cy])('have words for every closed reason', (messages) => {
    expect(Object.keys(messages.refused.reasons).sort()).toEqual([...startRefusal.options].sort());
    expect(Object.keys(messages.blank.problems).sort()).toEqual([...enrolmentRefusal.options].sort());
    expect(Object.keys(messages.inert.notices).sort()).toEqual([...activationEnd.options].sort());
    expect(Object.keys(messages.open.notices).sort()).toEqual([...roomEnd.options].sort());
    expect(Object.keys(messages.refusals).sort()).toEqual([...requestRefusal.options].sort());
    expect(Object.keys(messages.link).sort()).toEqual([...linkState.options].sort());
    expect(Object.keys(messages.deviceCheck.cameraProblems).sort()).toEqual([...mediaProblems].sort());
  });

  test.each([en, cy])('never show a raw reason', (messages) => {
    for (const { words } of entriesOf(messages)) expect(wordsOf(words)).not.toMatch(/\b[a-z]+-[a-z]+-[a-z]+\b/);
  });
});
