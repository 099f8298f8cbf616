/**
 * Recall/speed curves: what is compared is speed at equal recall, never at equal efSearch, because
 * the same efSearch means different work in different libraries.
 */

/** One setting of one library: its recall and its speed in each round. */
export interface CurvePoint {
  readonly efSearch: number;
  readonly recall: number;
  readonly speeds: readonly number[];
}

/** The first point, by efSearch, that reaches `recall`; undefined when none does. */
export function firstReaching(
  points: readonly CurvePoint[],
  recall: number,
): CurvePoint | undefined {
  return points.find((point) => point.recall >= recall);
}

/**
 * Speed of every round at exactly `recall`, interpolated between the two neighboring points: linear
 * in recall and in the logarithm of speed. Undefined when the curve does not reach `recall`; the
 * first point itself when even that is above it, which understates the speed.
 */
export function speedsAtRecall(
  points: readonly CurvePoint[],
  recall: number,
): number[] | undefined {
  const reached = points.findIndex((point) => point.recall >= recall);
  const above = points[reached];
  if (above === undefined) return undefined;
  const below = points[reached - 1];
  if (below === undefined || above.recall === below.recall) return [...above.speeds];
  const weight = (recall - below.recall) / (above.recall - below.recall);
  return above.speeds.map((speed, round) => {
    const slower = Math.log(speed);
    const faster = Math.log(below.speeds[round] as number);
    return Math.exp(faster + weight * (slower - faster));
  });
}
