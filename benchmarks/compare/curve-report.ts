/**
 * Turns curves into rows, comparisons and goals. What is compared is speed at one recall, so a
 * curve that never reaches it counts as speed 0: a miss must stay in sight.
 */
import { figuresAtRecall, firstReaching, speedsAtRecall } from '../harness/curve.ts';
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant, summarize } from '../harness/stats.ts';
import { K } from './constants.ts';
import type { Curve, Point } from './curve-part.ts';
import { NIGH } from './peers.ts';
import { CLUSTERED_SETS } from './sets.ts';

/** Recalls of the tables and of the goals. */
const COMPARED_RECALLS = [0.95, 0.99];
/** Recalls at which each peer is compared with. */
const CONTEST_RECALLS = [0.9, ...COMPARED_RECALLS];
/** The first point of a curve that is shown is the first to reach it. */
const FIRST_RECALL = 0.99;

/** Times the speed of a peer, at equal recall, on the clustered sets. */
const REQUIRED: Readonly<Record<string, number>> = {
  'hnswlib-node': 3.5,
  'usearch f32': 5,
  zvec: 5,
};
/** Recalls at which no peer may be faster. */
const SAFE_RECALLS = [
  ...[0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985],
  ...[0.99, 0.995, 0.999],
];

function setsOf(curves: readonly Curve[]): string[] {
  return [...new Set(curves.map(({ set }) => set))];
}

function speedAt(points: readonly Point[], recall: number): number | null {
  const speeds = speedsAtRecall(points, recall);
  return speeds === undefined ? null : significant(median(speeds));
}

function latencyAt(
  points: readonly Point[],
  recall: number,
): { readonly p50: number | null; readonly p99: number | null } {
  const [p50 = null, p99 = null] =
    figuresAtRecall(points, recall, ({ p50Microseconds, p99Microseconds }) => [
      p50Microseconds,
      p99Microseconds,
    ]) ?? [];
  return { p50: p50 && significant(p50), p99: p99 && significant(p99) };
}

/** One row per curve: figures at equal recall, interpolated, and the first point beyond. */
export function summaryRow({ name, set, points, bytesPerVector }: Curve): Row {
  const first = firstReaching(points, FIRST_RECALL);
  const [at95, at99] = COMPARED_RECALLS.map((recall) => ({
    speed: speedAt(points, recall),
    ...latencyAt(points, recall),
  }));
  return {
    ...{ set, name },
    ...{ at95: at95?.speed ?? null, p50At95: at95?.p50 ?? null, p99At95: at95?.p99 ?? null },
    ...{ at99: at99?.speed ?? null, p50At99: at99?.p50 ?? null, p99At99: at99?.p99 ?? null },
    firstEfSearch: first?.efSearch ?? null,
    firstRecall: first ? significant(first.recall) : null,
    bytesPerVector: bytesPerVector === null ? null : significant(bytesPerVector),
  };
}

/** One row per measured point of a curve. */
export function curveRows({ name, set, peer, points }: Curve): Row[] {
  return points.map(({ efSearch, recall, speeds, p50Microseconds, p99Microseconds }) => {
    const { median: middle, min, max } = summarize(speeds);
    return {
      ...{ set, name, peer, efSearch },
      recall: significant(recall),
      queriesPerSecond: significant(middle),
      ...{ min: significant(min), max: significant(max) },
      p50Microseconds: significant(p50Microseconds),
      p99Microseconds: significant(p99Microseconds),
    };
  });
}

/** For each set and recall, our speed and its ratio to every peer's; null where one stays below. */
export function ratioRows(curves: readonly Curve[]): Row[] {
  const peers = [...new Set(curves.filter(({ peer }) => peer).map(({ name }) => name))];
  return setsOf(curves).flatMap((set) =>
    COMPARED_RECALLS.map((recall) => {
      const own = curves.filter((curve) => curve.set === set);
      const ours = own.find(({ name }) => name === NIGH);
      const ratios = peers.map((name) => {
        const peer = own.find((curve) => curve.name === name);
        return [name, ours && peer ? ratioAt(recall, ours, peer) : null] as const;
      });
      const speed = ours === undefined ? null : speedAt(ours.points, recall);
      return { set, recall, queriesPerSecond: speed, ...Object.fromEntries(ratios) };
    }),
  );
}

/** Our speed over the peer's; 0 where only the peer reaches the recall, null where it does not. */
function ratioAt(recall: number, own: Curve, peer: Curve): number | null {
  const peerSpeeds = speedsAtRecall(peer.points, recall);
  if (peerSpeeds === undefined) return null;
  const ourSpeeds = speedsAtRecall(own.points, recall);
  return ourSpeeds === undefined ? 0 : significant(medianRatio(ourSpeeds, peerSpeeds), 3);
}

/**
 * On every set, ours as it is by default against every peer's, at recalls the peer's reaches. Exact
 * ones are left out where there are others: they would be won against at every recall.
 */
export function compareCurves(curves: readonly Curve[]): Comparison[] {
  return setsOf(curves).flatMap((set) => {
    const here = curves.filter((curve) => curve.set === set);
    const own = here.find(({ name }) => name === NIGH);
    const peers = here.filter(({ peer }) => peer);
    const linked = peers.filter(({ points }) => points.some(({ efSearch }) => efSearch !== null));
    if (own === undefined) return [];
    return CONTEST_RECALLS.flatMap((recall) =>
      (linked.length > 0 ? linked : peers).flatMap((peer) => compareAt(recall, own, peer)),
    );
  });
}

function compareAt(recall: number, own: Curve, peer: Curve): Comparison[] {
  const ratio = ratioAt(recall, own, peer);
  if (ratio === null) return [];
  return [
    {
      what: `search, one thread, ${own.set}`,
      ...{ ours: own.name, peer: peer.name, unit: 'queries/s' },
      ourValue: speedAt(own.points, recall) ?? 0,
      peerValue: speedAt(peer.points, recall) ?? 0,
      ratio,
      recall: `recall@${K} ${recall} (both, interpolated)`,
    },
  ];
}

/** Times the speed of the peers that have a goal, where the goals are; no faster peer anywhere. */
export function searchGoals(curves: readonly Curve[]): Goal[] {
  return [...CLUSTERED_SETS.flatMap((set) => speedGoals(curves, set)), ...safetyGoals(curves)];
}

function speedGoals(curves: readonly Curve[], set: string): Goal[] {
  const here = curves.filter((curve) => curve.set === set);
  const own = here.find(({ name }) => name === NIGH);
  if (own === undefined) return [];
  return here.flatMap((peer) => {
    const required = REQUIRED[peer.name];
    if (required === undefined) return [];
    return COMPARED_RECALLS.flatMap((recall) => {
      const measured = ratioAt(recall, own, peer);
      if (measured === null) return [];
      const goal = `${set}: search over ${peer.name} at recall@${K} ${recall}`;
      return [{ goal, measured, required, direction: 'at least' as const }];
    });
  });
}

function safetyGoals(curves: readonly Curve[]): Goal[] {
  return setsOf(curves).flatMap((set) => {
    const here = curves.filter((curve) => curve.set === set);
    const own = here.find(({ name }) => name === NIGH);
    const peers = here.filter(({ peer }) => peer);
    if (own === undefined || peers.length === 0) return [];
    const ratios = peers.flatMap((peer) =>
      SAFE_RECALLS.map((recall) => ratioAt(recall, own, peer)).filter((ratio) => ratio !== null),
    );
    if (ratios.length === 0) return [];
    return [
      {
        goal: `${set}: search over the fastest peer, worst of all recalls from 0.9 on`,
        measured: Math.min(...ratios),
        required: 1,
        direction: 'at least' as const,
      },
    ];
  });
}
