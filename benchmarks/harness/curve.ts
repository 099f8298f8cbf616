/**
 * Recall/speed curves: what is compared is speed at equal recall, never at equal efSearch, because
 * the same efSearch means different work in different libraries.
 */

/** One setting of one library: its recall and its speed in each round. */
export interface CurvePoint {
  /** null where there is nothing to set: every search is exact. */
  readonly efSearch: number | null;
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
  return figuresAtRecall(points, recall, ({ speeds }) => speeds);
}

/** The same of other figures above 0 that points have, as many in each. */
export function figuresAtRecall<Point extends Pick<CurvePoint, 'recall'>>(
  points: readonly Point[],
  recall: number,
  figuresOf: (point: Point) => readonly number[],
): number[] | undefined {
  const reached = points.findIndex((point) => point.recall >= recall);
  const above = points[reached];
  if (above === undefined) return undefined;
  const below = points[reached - 1];
  if (below === undefined || above.recall === below.recall) return [...figuresOf(above)];
  const weight = (recall - below.recall) / (above.recall - below.recall);
  const cheaper = figuresOf(below);
  return figuresOf(above).map((figure, i) => {
    const near = Math.log(figure);
    const far = Math.log(cheaper[i] as number);
    return Math.exp(far + weight * (near - far));
  });
}
