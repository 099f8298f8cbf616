/**
 * Turns the sizes of macro/growth.ts into rows and goals. Every ratio is taken by round, between
 * two sizes that took turns.
 */
import type { Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant } from '../harness/stats.ts';

/** What the cheapest efSearch has to reach. */
export const RECALL = 0.95;

/** How the queries are asked: for a recall, or at the default settings. */
export type Asking = 'recall 0.95' | 'default';

/** One size under one way of asking. */
export interface MeasuredSize {
  readonly count: number;
  readonly asking: Asking;
  readonly efSearch: number;
  readonly method: 'exact scan' | 'graph';
  readonly recall: number;
  /** Microseconds, one per round. */
  readonly p50: readonly number[];
  readonly p99: readonly number[];
  /** One per round. */
  readonly queriesPerSecond: readonly number[];
  readonly buildVectorsPerSecond: number;
  readonly bytesPerVector: number;
}

/** Limits of one size, microseconds, at `RECALL` or more. */
const LIMITS = { count: 100_000, p50: 100, p99: 300 };

/** How much p50 may grow from one size to another. */
const GROWTHS = [
  { from: 1_000, to: 16_000, required: 1.2 },
  { from: 100_000, to: 1_000_000, required: 2.5 },
];

export function growthRow(size: MeasuredSize): Row {
  const { count, asking, efSearch, method, recall } = size;
  return {
    ...{ count, asking, method },
    efSearch: method === 'graph' ? efSearch : null,
    recall: significant(recall),
    p50Microseconds: significant(median(size.p50)),
    p99Microseconds: significant(median(size.p99)),
    queriesPerSecond: significant(median(size.queriesPerSecond)),
    buildVectorsPerSecond: significant(size.buildVectorsPerSecond),
    bytesPerVector: significant(size.bytesPerVector),
  };
}

export function growthGoals(sizes: readonly MeasuredSize[]): Goal[] {
  const askings: readonly Asking[] = ['recall 0.95', 'default'];
  return [...limitGoals(sizes), ...askings.flatMap((asking) => ratioGoals(sizes, asking))];
}

/** A size that stays below the recall misses its limits, whatever its speed. */
function limitGoals(sizes: readonly MeasuredSize[]): Goal[] {
  const size = sizes.find(({ count, asking }) => {
    return count === LIMITS.count && asking === 'recall 0.95';
  });
  if (size === undefined) return [];
  const direction = 'at most' as const;
  const where = `${LIMITS.count} x 128, cheapest efSearch of recall@10 ${RECALL}`;
  return [
    {
      goal: `${where}: the recall`,
      measured: significant(size.recall),
      required: RECALL,
      direction: 'at least',
    },
    {
      goal: `${where}: p50, µs`,
      measured: significant(median(size.p50)),
      required: LIMITS.p50,
      direction,
    },
    {
      goal: `${where}: p99, µs`,
      measured: significant(median(size.p99)),
      required: LIMITS.p99,
      direction,
    },
  ];
}

function ratioGoals(sizes: readonly MeasuredSize[], asking: Asking): Goal[] {
  const own = sizes.filter((size) => size.asking === asking);
  return GROWTHS.flatMap(({ from, to, required }) => {
    const small = own.find(({ count }) => count === from);
    const large = own.find(({ count }) => count === to);
    if (small === undefined || large === undefined) return [];
    return [
      {
        goal: `p50 of ${to} vectors over p50 of ${from}, ${asking}`,
        measured: significant(medianRatio(large.p50, small.p50), 3),
        required,
        direction: 'at most' as const,
      },
    ];
  });
}
