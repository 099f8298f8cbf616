/**
 * fast-check arbitraries: data sets of hostile shapes, index options, k, and whole search cases. A
 * data set is generated from (kind, count, dimension, seed), so a failure prints and shrinks as one
 * short line. A newcomer would generate the components themselves: the report would be pages of
 * numbers.
 */
import fc from 'fast-check';
import type { Metric } from './brute-force.ts';
import {
  allEqual,
  type DatasetGenerator,
  duplicates,
  gaussian,
  grid,
  huge,
  integers,
  onALine,
  sortedByFirstComponent,
  tiny,
  twoFarClusters,
  unequalNorms,
  uniform,
  withOutliers,
} from './dataset.ts';

/** Generated vectors, flat; `label` says how to generate them again. */
export interface Dataset {
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimension: number;
  readonly label: string;
}

/** The shapes of data sets. */
export type DatasetKind =
  | 'gaussian'
  | 'duplicates'
  | 'zeros'
  | 'collinear'
  | 'integers'
  | 'allEqual'
  | 'uniform'
  | 'grid'
  | 'sorted'
  | 'twoFarClusters'
  | 'outliers'
  | 'unequalNorms'
  | 'tiny'
  | 'huge';

/** The shapes, simplest first: shrinking moves towards the first. */
const GENERATORS: Readonly<Record<DatasetKind, DatasetGenerator>> = {
  gaussian,
  duplicates,
  zeros: ({ count, dimension }) => new Float32Array(count * dimension),
  collinear: onALine,
  integers,
  allEqual,
  uniform,
  grid,
  sorted: sortedByFirstComponent,
  twoFarClusters,
  outliers: withOutliers,
  unequalNorms,
  tiny,
  huge,
};

/** Every kind of data set. */
export const DATASET_KINDS: readonly DatasetKind[] = Object.keys(GENERATORS) as DatasetKind[];

// Around the widths of vector registers and codes (4, 8, 16, 32), and usual sizes of embeddings.
const DIMENSIONS: readonly number[] = [1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 128, 384];

/** Narrows the data sets; everything is allowed by default. */
export interface DatasetConstraints {
  /**
   * With 'cosine' no row is zero: kinds of nothing but zeros are left out, single zero rows are
   * changed.
   */
  readonly metric?: Metric;
  readonly kinds?: readonly DatasetKind[];
  readonly dimensions?: readonly number[];
  /** 0 unless given. */
  readonly minCount?: number;
  /** 300 unless given. */
  readonly maxCount?: number;
}

/** Attaches the text that fast-check prints instead of the value. */
function labelled<Value extends object>(value: Value, label: string): Value {
  return Object.defineProperty(value, fc.toStringMethod, { value: () => label });
}

function replaceZeroRows(vectors: Float32Array, dimension: number): void {
  for (let offset = 0; offset < vectors.length; offset += dimension) {
    const row = vectors.subarray(offset, offset + dimension);
    if (row.every((component) => component === 0)) row[0] = 1;
  }
}

/** The data set of a label: what an arbitrary makes of its shape, for replaying by hand. */
export function datasetOf(
  kind: DatasetKind,
  shape: { readonly count: number; readonly dimension: number; readonly seed: number },
  metric?: Metric,
): Dataset {
  const { count, dimension, seed } = shape;
  const vectors = GENERATORS[kind]({ count, dimension, seed });
  if (metric === 'cosine') replaceZeroRows(vectors, dimension);
  const label = `${kind} ${count} x ${dimension} seed ${seed}`;
  return labelled({ vectors, count, dimension, label }, label);
}

/** Few rows often, because empty, one and two are where code breaks; otherwise up to the most. */
function countArbitrary(minimum: number, maximum: number): fc.Arbitrary<number> {
  const few = fc.integer({ min: minimum, max: Math.max(minimum, Math.min(3, maximum)) });
  const many = fc.integer({ min: minimum, max: maximum });
  return fc.oneof({ arbitrary: few, weight: 1 }, { arbitrary: many, weight: 3 });
}

function seedArbitrary(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 0xffffffff });
}

/** Data sets of 0 to 300 rows in all kinds and dimensions, within the constraints. */
export function datasetArbitrary(constraints: DatasetConstraints = {}): fc.Arbitrary<Dataset> {
  const { metric, kinds = DATASET_KINDS, dimensions = DIMENSIONS } = constraints;
  const { minCount = 0, maxCount = 300 } = constraints;
  const allowed = kinds.filter((kind) => metric !== 'cosine' || kind !== 'zeros');
  const shape = fc.record({
    count: countArbitrary(minCount, maxCount),
    dimension: fc.constantFrom(...dimensions),
    seed: seedArbitrary(),
  });
  return fc
    .tuple(fc.constantFrom(...allowed), shape)
    .map(([kind, drawn]) => datasetOf(kind, drawn, metric));
}

/** One of the three metrics. */
export function metricArbitrary(): fc.Arbitrary<Metric> {
  return fc.constantFrom<Metric>('l2', 'cosine', 'dot');
}

/** The options of an index that do not depend on its data. */
export interface GraphOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
  readonly metric: Metric;
}

/** Valid options: M 2 to 32, efConstruction 1 to 200, any seed, any metric unless one is given. */
export function graphOptionsArbitrary(metric?: Metric): fc.Arbitrary<GraphOptions> {
  const options = fc.record({
    M: fc.integer({ min: 2, max: 32 }),
    efConstruction: fc.integer({ min: 1, max: 200 }),
    seed: seedArbitrary(),
    metric: metric === undefined ? metricArbitrary() : fc.constant(metric),
  });
  return options.map((drawn) => {
    const { M, efConstruction, seed } = drawn;
    return labelled(drawn, `${drawn.metric} M ${M} efConstruction ${efConstruction} seed ${seed}`);
  });
}

/**
 * k from 1 to a few more than `count`: asking for more than there is must be as sound as asking for
 * one.
 */
export function kArbitrary(count: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: count + 5 }));
}

/** A query against a data set: one of its rows, a row moved a little, or a vector of its own. */
function queryOf(
  dataset: Dataset,
  seed: number,
  metric: Metric,
): { query: Float32Array; label: string } {
  const { vectors, count, dimension } = dataset;
  const fresh = gaussian({ count: 1, dimension, seed });
  if (metric === 'cosine') replaceZeroRows(fresh, dimension);
  if (count === 0 || seed % 3 === 0) return { query: fresh, label: `normal query seed ${seed}` };
  const node = seed % count;
  const query = vectors.slice(node * dimension, (node + 1) * dimension);
  if (seed % 3 === 1) return { query, label: `query is node ${node}` };
  // The move is relative to the largest component, so that huge and tiny data move too.
  const largest = query.reduce((most, component) => Math.max(most, Math.abs(component)), 0);
  for (let i = 0; i < dimension; i++) query[i] = query[i]! + 0.1 * largest * fresh[i]!;
  if (metric === 'cosine') replaceZeroRows(query, dimension);
  return { query, label: `query near node ${node} seed ${seed}` };
}

/** All it takes to build an index and ask it once. */
export interface SearchCase {
  readonly dataset: Dataset;
  readonly options: GraphOptions;
  readonly query: Float32Array;
  readonly k: number;
  readonly label: string;
}

/** Whole cases in which data and query suit the metric. */
export function searchCaseArbitrary(
  constraints: DatasetConstraints = {},
): fc.Arbitrary<SearchCase> {
  return graphOptionsArbitrary(constraints.metric).chain((options) =>
    datasetArbitrary({ ...constraints, metric: options.metric }).chain((dataset) =>
      fc.tuple(seedArbitrary(), kArbitrary(dataset.count)).map(([seed, k]) => {
        const { query, label: queryLabel } = queryOf(dataset, seed, options.metric);
        const label = `${fc.stringify(options)}, ${dataset.label}, ${queryLabel}, k ${k}`;
        return labelled({ dataset, options, query, k, label }, label);
      }),
    ),
  );
}
