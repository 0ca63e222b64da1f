// Exports that were changed: by whoever has the file, and by control's owner, who can sign it again.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effort, seed, tried } from '../../test/harness/effort.ts';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { check, createAuditDay } from './audit-day-testing.ts';
import type { AuditDay } from './audit-day-testing.ts';

let day: AuditDay;
beforeAll(async () => {
  day = await createAuditDay(sampleFleet(Date.now() - 60_000));
}, 120_000);
afterAll(() => day.world.close());

interface Place {
  line: number;
  at: number;
  to: number;
}

type Change = (lines: readonly string[], place: Place) => string[] | undefined;

const replaced = (lines: readonly string[], line: number, change: (text: string) => string): string[] =>
  lines.with(line, change(lines[line] ?? ''));

const changes: Record<string, Change> = {
  'a character': (lines, { line, at, to }) =>
    replaced(lines, line, (text) => {
      const place = at % text.length;
      const code = 32 + ((text.charCodeAt(place) - 31 + (to % 94)) % 95);
      return text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
    }),
  'a removed line': (lines, { line }) => lines.toSpliced(line, 1),
  'a line twice': (lines, { line }) => lines.toSpliced(line, 0, lines[line] ?? ''),
  'a moved line': (lines, { line, to }) => lines.toSpliced(line, 1).toSpliced(to % lines.length, 0, lines[line] ?? ''),
  'a line cut short': (lines, { line, at }) => replaced(lines, line, (text) => text.slice(0, at % text.length)),
  'the end cut off': (lines, { line }) => lines.slice(0, line),
  'another value': withAnotherValue,
};

test('S27 any single change of a line is found', async () => {
  const lines = day.honest.trimEnd().split('\n');
  let cases = 0;
  const property = async ({ how, ...place }: Place & { how: string }): Promise<void> => {
    const changed = changes[how]?.(lines, { ...place, line: place.line % lines.length });
    const text = `${changed?.join('\n')}\n`;
    if (changed === undefined || text === day.honest) return;
    cases += 1;
    expect((await check(text, day.own)).isSound).toBe(false);
  };
  const places = fc.record({
    how: fc.constantFrom(...Object.keys(changes)),
    line: fc.nat(),
    at: fc.nat(),
    to: fc.nat(),
  });
  await fc.assert(fc.asyncProperty(places, property), { numRuns: effort(30, 1_000), ...seed() });
  tried('changes of an exported record, each found', cases);
}, 600_000);

/** Lines whose every value somebody has signed, or a hash covers. Of the header control says by itself when it wrote it. */
const bound = [
  'manifest',
  'roster',
  'device',
  'grant',
  'order',
  'join',
  'head',
  'checkpoint',
  'countersignature',
  'entry',
];

test('S27 any changed value is found also when control signs the file again', async () => {
  const lines = day.honest.trimEnd().split('\n');
  const places = lines.flatMap((text, index) =>
    bound.some((kind) => text.startsWith(`{"kind":"${kind}"`)) ? [index] : [],
  );
  let cases = 0;
  const property = async (place: Place): Promise<void> => {
    const line = places[place.line % places.length] ?? 0;
    const changed = withAnotherValue(lines, { ...place, line });
    cases += 1;
    const report = await check(await day.resigned(`${changed.join('\n')}\n`), day.own);
    expect(report.isSound, changed[line]).toBe(false);
  };
  const anywhere = fc.record({ line: fc.nat(), at: fc.nat(), to: fc.nat() });
  await fc.assert(fc.asyncProperty(anywhere, property), { numRuns: effort(30, 1_000), ...seed() });
  tried('changed values of a record that control signed again, each found', cases);
}, 600_000);

/** One value of a line changed for another of its type; the kind of line stays. */
function withAnotherValue(lines: readonly string[], { line, at, to }: Place): string[] {
  return replaced(lines, line, (text) => {
    const whole = JSON.parse(text) as Record<string, unknown>;
    const paths = pathsOf(whole, []).filter(([first]) => first !== 'kind');
    const path = paths[at % paths.length] ?? [];
    let holder = whole;
    for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
    const last = path.at(-1) ?? '';
    holder[last] = other(holder[last], to);
    return JSON.stringify(whole);
  });
}

function other(value: unknown, at: number): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string' || value.length === 0) return 'x';
  const place = at % value.length;
  return value.slice(0, place) + (value[place] === 'A' ? 'B' : 'A') + value.slice(place + 1);
}

function pathsOf(value: unknown, path: string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]));
}
