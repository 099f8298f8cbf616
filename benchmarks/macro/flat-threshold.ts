/**
 * Below which count an exact scan is faster than the graph, by dimension: the table the default of
 * `flatThreshold` is chosen from. The graph answers at its default efSearch; the scan is exact, so
 * where they cost the same the scan is the better one.
 */
import { VectorIndex } from '@nigh/core';
import { rowsOf } from '../compare/adapter.ts';
import { createData } from '../harness/data.ts';
import { groundTruth, meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { median, significant } from '../harness/stats.ts';

const K = 10;
const COUNTS = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768];
const DIMENSIONS = [16, 32, 64, 128, 256, 384, 768, 1536];

const options = readOptions({ queries: 100, seed: 1, rounds: 5, count: 32_768, dimension: 1536 });
const { queries: queryCount, seed, rounds } = options;
const counts = COUNTS.filter((count) => count <= options.count);
const dimensions = DIMENSIONS.filter((dimension) => dimension <= options.dimension);

interface Point {
  readonly dimension: number;
  readonly count: number;
  /** Microseconds per query, medians of the rounds. */
  readonly exact: number;
  readonly graph: number;
  readonly graphRecall: number;
}

const points: Point[] = [];
for (const dimension of dimensions) {
  points.push(...(await measureDimension(dimension)));
  console.log(`dimension ${dimension}: crossing at ${crossing(pointsOf(dimension))}`);
}
report();

async function measureDimension(dimension: number): Promise<Point[]> {
  const count = Math.max(...counts);
  const data = createData({ count, dimension, queryCount, seed });
  const queries = rowsOf(data.queries, dimension);
  const truths = groundTruth(data.vectors, data.queries, { dimension, k: K, counts });
  const measured: Point[] = [];
  for (const [i, size] of counts.entries()) {
    const vectors = data.vectors.subarray(0, size * dimension);
    const index = await VectorIndex.build(vectors, { dimension, flatThreshold: 0 });
    measured.push(await measureCount(index, queries, truths[i] ?? []));
    await index.close();
  }
  return measured;
}

async function measureCount(
  index: VectorIndex,
  queries: readonly Float32Array[],
  truth: readonly Uint32Array[],
): Promise<Point> {
  const { count, dimension } = index;
  if (index.stats().linked !== count) throw new Error(`${count} vectors were not all linked`);
  const samples = await interleave(
    [
      { name: 'exact', measure: () => microsecondsPerQuery(index, queries, true) },
      { name: 'graph', measure: () => microsecondsPerQuery(index, queries, false) },
    ],
    { rounds },
  );
  const graphRecall = meanRecall(truth, (query) => {
    return index.search(queries[query] as Float32Array, K).nodes;
  });
  const [exact, graph] = ['exact', 'graph'].map((name) => median(samplesOf(samples, name)));
  return { dimension, count, exact: exact ?? 0, graph: graph ?? 0, graphRecall };
}

function microsecondsPerQuery(
  index: VectorIndex,
  queries: readonly Float32Array[],
  exact: boolean,
): number {
  const start = performance.now();
  for (const query of queries) index.search(query, K, { exact });
  return ((performance.now() - start) * 1000) / queries.length;
}

function pointsOf(dimension: number): Point[] {
  return points.filter((point) => point.dimension === dimension);
}

/**
 * The count where scan and graph cost the same, interpolated in the logarithms behind the largest
 * count at which the scan still wins. Text when that lies outside the measured counts.
 */
function crossing(ofDimension: readonly Point[]): number | string {
  const last = ofDimension.findLastIndex(({ exact, graph }) => exact <= graph);
  const below = ofDimension[last];
  const above = ofDimension[last + 1];
  if (below === undefined) return `below ${counts[0]}`;
  if (above === undefined) return `above ${counts.at(-1)}`;
  const logBelow = Math.log(below.exact / below.graph);
  const logAbove = Math.log(above.exact / above.graph);
  const weight = -logBelow / (logAbove - logBelow);
  return Math.round(below.count * (above.count / below.count) ** weight);
}

function pointRow({ dimension, count, exact, graph, graphRecall }: Point): Row {
  return {
    ...{ dimension, count, exactMicroseconds: significant(exact) },
    ...{ graphMicroseconds: significant(graph), graphRecall: significant(graphRecall) },
  };
}

function report(): void {
  const description = `clustered, held-out queries, l2, seed ${seed}`;
  publish(
    {
      program: 'flat-threshold',
      command: 'pnpm --filter @nigh/benchmarks run flat-threshold',
      data: { description, queryCount, seed },
      parameters: { k: K, rounds, counts, dimensions },
      method: [
        'The same index answers both ways, exact and by its graph at the default efSearch.',
        'Microseconds per query: the mean over the queries, the median of the rounds.',
        'The crossing is interpolated in the logarithms of count and of the ratio of the two.',
      ],
      tables: {
        crossing: dimensions.map((dimension) => {
          return { dimension, crossing: crossing(pointsOf(dimension)) };
        }),
        points: points.map(pointRow),
      },
      comparisons: [],
      goals: [],
    },
    options.save,
  );
}
