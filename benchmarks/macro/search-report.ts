/**
 * Turns the curves of macro/search.ts into rows, comparisons and goals. What is compared is speed
 * at one recall, so a curve that never reaches it counts as speed 0: a miss must stay in sight.
 */
import { type CurvePoint, firstReaching, speedsAtRecall } from '../harness/curve.ts';
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant, summarize } from '../harness/stats.ts';

export const K = 10;
/** The recall goals and the summary are about. */
export const RECALL = 0.99;
/** Recalls at which ours and the peers' speeds are compared. */
const COMPARED_RECALLS = [0.9, 0.95, RECALL, 0.999];

/** Speed over a peer's that each tier is held to, at equal recall. */
const REQUIRED: Readonly<Record<string, number>> = {
  'nigh relaxed': 2,
  'nigh simd': 2,
  'nigh javascript': 0.5,
};

export interface Curve {
  readonly name: string;
  /** Whether it belongs to a peer. */
  readonly peer: boolean;
  readonly points: CurvePoint[];
}

/** One row per curve: speed at `RECALL`, interpolated, and the first point that reaches it. */
export function summaryRow({ name, points }: Curve): Row {
  const first = firstReaching(points, RECALL);
  const interpolated = speedsAtRecall(points, RECALL);
  return {
    name,
    recall: RECALL,
    queriesPerSecond: interpolated ? significant(median(interpolated)) : null,
    firstEfSearch: first?.efSearch ?? null,
    firstRecall: first ? significant(first.recall) : null,
    firstQueriesPerSecond: first ? significant(median(first.speeds)) : null,
  };
}

/** One row per measured point of a curve. */
export function curveRows({ name, points }: Curve): Row[] {
  return points.map(({ efSearch, recall, speeds }) => {
    const { median: middle, min, max } = summarize(speeds);
    return {
      name,
      efSearch,
      recall: significant(recall),
      queriesPerSecond: significant(middle),
      min: significant(min),
      max: significant(max),
    };
  });
}

/** Every curve of ours against every peer's, at each recall the peer's reaches. */
export function compareCurves(curves: readonly Curve[], description: string): Comparison[] {
  const what = `search, one thread, ${description}`;
  const ours = curves.filter(({ peer }) => !peer);
  const peers = curves.filter(({ peer }) => peer);
  return COMPARED_RECALLS.flatMap((recall) =>
    peers.flatMap((peer) => ours.flatMap((own) => compareAt(recall, own, peer, what))),
  );
}

function compareAt(recall: number, own: Curve, peer: Curve, what: string): Comparison[] {
  const peerSpeeds = speedsAtRecall(peer.points, recall);
  if (peerSpeeds === undefined) return [];
  const ourSpeeds = speedsAtRecall(own.points, recall) ?? peerSpeeds.map(() => 0);
  return [
    {
      what,
      ours: own.name,
      peer: peer.name,
      unit: 'queries/s',
      ourValue: significant(median(ourSpeeds)),
      peerValue: significant(median(peerSpeeds)),
      ratio: significant(medianRatio(ourSpeeds, peerSpeeds), 3),
      recall: recallText(recall),
    },
  ];
}

function recallText(recall: number): string {
  return `recall@${K} ${recall} (both, interpolated)`;
}

/** The goals of the tiers that have one. */
export function searchGoals(comparisons: readonly Comparison[]): Goal[] {
  return comparisons.flatMap(({ ours, peer, ratio, recall }) => {
    const required = REQUIRED[ours];
    if (required === undefined || recall !== recallText(RECALL)) return [];
    const goal = `${ours} over ${peer}, queries/s at recall@${K} ${RECALL}`;
    return [{ goal, measured: ratio, required, direction: 'at least' as const }];
  });
}
