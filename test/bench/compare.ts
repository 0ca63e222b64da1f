/** Two medians of the same run, ms. */
export interface Comparison {
  name: string;
  ours: number;
  baseline: number;
  ratio: number;
  samples: { ours: number[]; baseline: number[] };
}

/** A measurement that answers with milliseconds. */
export type Measure = () => Promise<number>;

/**
 * Takes turns between ours and the baseline, so that whatever else the machine does meets both.
 * @param rounds how many times each is measured
 */
export async function compare(
  name: string,
  measures: { ours: Measure; baseline: Measure },
  rounds: number,
): Promise<Comparison> {
  const samples: Comparison['samples'] = { ours: [], baseline: [] };
  for (let round = 0; round < rounds; round += 1) {
    samples.baseline.push(toMicroseconds(await measures.baseline()));
    samples.ours.push(toMicroseconds(await measures.ours()));
  }
  const [ours, baseline] = [median(samples.ours), median(samples.baseline)];
  return { name, ours, baseline, ratio: ours / baseline, samples };
}

/** A clock reads no finer. */
function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** The middle one, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = low] = sorted.length % 2 === 1 ? [sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/** The smallest value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}
