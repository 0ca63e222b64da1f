import { appendFileSync } from 'node:fs';

/**
 * How many cases a search tries: a bounded share in `npm test`, the whole in `npm run prove`.
 * @param share cases in `npm test`
 * @param whole cases in `npm run prove`
 */
export function effort(share: number, whole: number): number {
  return process.env['SALLYPORT_PROVE'] === undefined ? share : whole;
}

/**
 * Reports how much a search has tried, for the figures that `npm run prove` ends with. Does nothing in `npm test`.
 * @param what in words
 * @param count how many of them
 */
export function tried(what: string, count: number): void {
  const report = process.env['SALLYPORT_PROVE'];
  if (report !== undefined) appendFileSync(report, `${JSON.stringify({ what, count })}\n`);
}

/**
 * Reports a figure that was measured, for `npm run prove` to end with. Does nothing in `npm test`.
 * @param what in words
 * @param value with its unit
 */
export function measured(what: string, value: string): void {
  const report = process.env['SALLYPORT_PROVE'];
  if (report !== undefined) appendFileSync(report, `${JSON.stringify({ what, value })}\n`);
}

/** The seed of every search in `npm test`: the same cases each time; `npm run prove` looks elsewhere each time. */
export function seed(): { seed?: number } {
  return process.env['SALLYPORT_PROVE'] === undefined ? { seed: 20_261_122 } : {};
}

/** All cases in `npm run prove`; in `npm test` a share of them, spread evenly and always the same. */
export function shareOf<T>(all: readonly T[], share: number): readonly T[] {
  return spread(all, effort(share, all.length));
}

/** So many cases at most, spread evenly over all of them. */
export function spread<T>(all: readonly T[], most: number): readonly T[] {
  const count = Math.min(most, all.length);
  const nth = (index: number): number => Math.floor((index * count) / all.length);
  return all.filter((_, index) => nth(index) !== nth(index - 1));
}
