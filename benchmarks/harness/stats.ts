/**
 * The few statistics every report needs. Percentiles are nearest-rank: the value is one that was
 * really measured, never a mean of two.
 */

/** What one row of a report says about a set of samples; same unit as the samples. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The smallest sample that at least `percent` of the samples do not exceed.
 * @param samples at least one number, in any order; left as it is.
 * @param percent 0 to 100.
 */
export function percentile(samples: ArrayLike<number>, percent: number): number {
  if (samples.length === 0) throw new RangeError('percentile needs at least one sample, got none');
  const ascending = Float64Array.from(samples).sort();
  const rank = Math.ceil((percent / 100) * ascending.length);
  return ascending[Math.min(Math.max(rank, 1), ascending.length) - 1] as number;
}

/** The middle sample; of an even number of samples, the mean of the two in the middle. */
export function median(samples: ArrayLike<number>): number {
  if (samples.length === 0) throw new RangeError('median needs at least one sample, got none');
  const ascending = Float64Array.from(samples).sort();
  const middle = ascending.length >> 1;
  const upper = ascending[middle] as number;
  return ascending.length % 2 === 1 ? upper : (upper + (ascending[middle - 1] as number)) / 2;
}

export function summarize(samples: ArrayLike<number>): Summary {
  return { median: median(samples), min: percentile(samples, 0), max: percentile(samples, 100) };
}

/**
 * The median of `ours[i] / theirs[i]`. Sample `i` of both comes from the same round, so what slowed
 * the machine down in that round slowed both, and the ratio is steadier than either speed.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) {
    throw new RangeError(
      `a ratio by rounds needs as many samples: ${ours.length}, ${theirs.length}`,
    );
  }
  return median(ours.map((value, round) => value / (theirs[round] as number)));
}

/** Rounds to `digits` significant digits, so that a committed result holds no noise. */
export function significant(value: number, digits: number = 4): number {
  return Number(value.toPrecision(digits));
}
