import type { Finding } from './findings.ts';
import type { Report } from './check-export.ts';

/** A report in words, one line each. */
export function describeReport(report: Report): string[] {
  const { isSound, findings, count, unchecked, witnesses, entries, manifest } = report;
  const what = `${entries} entries, manifest version ${manifest}`;
  const verdict = isSound
    ? `The record holds: ${what}.`
    : `The record does not hold: ${count} ${count === 1 ? 'thing is' : 'things are'} wrong (${what}).`;
  const more = count - findings.length;
  return [
    verdict,
    ...findings.map((finding) => `- ${describeFinding(finding)}.`),
    ...(more > 0 ? [`- And ${more} more.`] : []),
    ...section('Witnesses:', witnesses),
    ...section('What this check could not show:', unchecked),
  ];
}

/** One thing that is wrong, in words. */
export function describeFinding({ entry, line, words }: Finding): string {
  const where = entry === undefined ? words : `Entry ${entry} ${words}`;
  return line === undefined || words.startsWith('Line ') ? where : `${where} (line ${line})`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line}`)];
}
