/**
 * The cheapest setting that is good enough, by bisection: recall grows with efSearch, up to noise.
 */

/**
 * The smallest whole number from `min` to `max` that `reaches` says yes to, if it says no below it
 * and yes from it on; `max` when it never does.
 */
export function cheapest(
  { min, max }: { readonly min: number; readonly max: number },
  reaches: (value: number) => boolean,
): number {
  let low = min;
  let high = max;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reaches(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
