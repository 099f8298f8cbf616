// The table that stands behind every speed we print: recall and queries per second from the same
// run, so that neither can be quoted without the other.

import { DEFAULT_EF_SEARCH, type EvaluatePoint, type Evaluation } from '@nigh/core';

import {
  type Column,
  formatCount,
  formatNumberOf,
  formatRate,
  formatRecall,
  type Paint,
  renderTable,
} from './render.ts';

/** The speed of looking at every vector, for comparison: always finds everything. */
export interface ExactSpeed {
  readonly queriesPerSecond: number;
  /** Milliseconds per query: the median, and what one in a hundred exceeds. */
  readonly p50: number;
  readonly p99: number;
}

/** What a point was measured with: `34 for 0.95` when a recall led to it. */
function nameWidth({ efSearch, target }: EvaluatePoint): string {
  const width = efSearch === 0 ? 'exact scan' : `${efSearch}`;
  if (target !== undefined) return `${width} for ${target}`;
  return efSearch === DEFAULT_EF_SEARCH ? `default ${width}` : width;
}

/** One row per efSearch, and one for the exact scan when it was measured too. */
export function renderEvaluation(
  evaluation: Evaluation,
  paint: Paint,
  exact?: { readonly speed: ExactSpeed; readonly count: number },
): string {
  const { points, k } = evaluation;
  const column = (
    title: string,
    cell: (point: EvaluatePoint) => string,
    exactCell: () => string,
  ): Column => ({ title, cells: [...points.map(cell), ...(exact ? [exactCell()] : [])] });
  const speed = exact?.speed ?? { queriesPerSecond: 0, p50: 0, p99: 0 };
  return renderTable(
    [
      column('efSearch', nameWidth, () => 'exact scan'),
      column(
        `recall@${k}`,
        (point) => formatRecall(point.recall),
        () => formatRecall(1),
      ),
      column(
        'queries/s',
        (point) => formatRate(point.queriesPerSecond),
        () => formatRate(speed.queriesPerSecond),
      ),
      column(
        'p50 ms',
        (point) => point.p50.toFixed(3),
        () => speed.p50.toFixed(3),
      ),
      column(
        'p99 ms',
        (point) => point.p99.toFixed(3),
        () => speed.p99.toFixed(3),
      ),
      column(
        'distances',
        (point) => formatCount(point.distanceCount),
        () => formatCount(exact?.count ?? 0),
      ),
    ],
    paint,
  );
}

/** `recall@10 0.9968 (efSearch 64)`: what has to stand beside a speed. */
export function describeRecall(
  k: number,
  point: Pick<EvaluatePoint, 'efSearch' | 'recall'>,
): string {
  return `recall@${k} ${formatRecall(point.recall)} (efSearch ${point.efSearch})`;
}

/** What the columns mean, for somebody who sees them for the first time. */
export function explainEvaluation(evaluation: Evaluation): string {
  const { k, sample, queries } = evaluation;
  const origin =
    queries === 'given' ? 'not in the index' : 'taken from the index, each ignoring itself';
  return [
    `  ${formatNumberOf(sample, 'query', 'queries')} (${origin}), one at a time on one thread.`,
    '  efSearch   candidates kept while searching: more find more, and take longer',
    `  recall@${k}  share of the true ${k} nearest that were found: 1 is all of them`,
    '  p50, p99   milliseconds that half, and all but 1 %, of the queries stay below',
    '  distances  vectors compared with a query',
  ].join('\n');
}
