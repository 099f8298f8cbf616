// Recall@10 at the default efSearch, per builder, metric and shape of data, of one build and of a
// build that went on with adds. The floors are the same for all builders. All is seeded and builds
// are deterministic, so a floor is the measured value less 0.01: a change that costs more is meant
// to be seen. No shape may have less than 0.9, whatever was measured. NIGH_MEASURE=1 prints the
// figures.

import {
  bruteForceBatch,
  clustered,
  type DatasetOptions,
  duplicates,
  gaussian,
  heldOut,
  type Metric,
  meanRecallWithTies,
  sortedByFirstComponent,
  twoFarClusters,
  unequalNorms,
  unitSphere,
  withOutliers,
} from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';

const DIMENSION = 32;
const COUNT = 5000;
const QUERY_COUNT = 100;
const K = 10;
const MARGIN = 0.01;
const LEAST = 0.9;
const BUILDERS = ['partitions', 'insertion'] as const;
type Builder = (typeof BUILDERS)[number];

/** 2,000 copies of one vector among 5,000 others, evenly mixed. */
function copiesAmongOthers(options: DatasetOptions): Float32Array {
  const { dimension, count } = options;
  const vectors = gaussian(options);
  for (let row = 0; row < count; row++) {
    if ((row * 2) % 7 >= 2) continue;
    vectors.copyWithin(row * dimension, 0, dimension);
  }
  return vectors;
}

interface Shape {
  readonly generate: (options: DatasetOptions) => Float32Array;
  readonly count?: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  gaussian: { generate: gaussian },
  clustered: { generate: clustered },
  'sorted by one component': { generate: sortedByFirstComponent },
  'cluster after cluster': { generate: (options) => clustered({ ...options, grouped: true }) },
  'a fifth of duplicates': { generate: (options) => duplicates({ ...options, fraction: 0.2 }) },
  '2,000 copies of one vector': { generate: copiesAmongOthers, count: 7000 },
  'two far clusters': { generate: twoFarClusters },
  outliers: { generate: withOutliers },
  'unit sphere': { generate: unitSphere },
  'unequal norms': { generate: unequalNorms },
};

/** Measured recall: of one build, and of a build of half the vectors with ten adds after it. */
type Measured = Readonly<Record<string, Readonly<Record<Metric, readonly [number, number]>>>>;

const MEASURED: Measured = {
  gaussian: { l2: [0.989, 0.991], cosine: [0.988, 0.987], dot: [0.988, 0.987] },
  clustered: { l2: [1, 1], cosine: [1, 1], dot: [0.997, 0.997] },
  'sorted by one component': { l2: [0.986, 0.988], cosine: [0.984, 0.991], dot: [0.992, 0.986] },
  'cluster after cluster': { l2: [1, 0.966], cosine: [0.999, 0.97], dot: [1, 0.968] },
  'a fifth of duplicates': { l2: [0.98, 0.982], cosine: [0.985, 0.979], dot: [0.986, 0.982] },
  '2,000 copies of one vector': { l2: [0.99, 0.992], cosine: [0.989, 0.989], dot: [0.975, 0.959] },
  'two far clusters': { l2: [1, 1], cosine: [1, 1], dot: [1, 1] },
  outliers: { l2: [0.99, 0.992], cosine: [0.988, 0.987], dot: [1, 1] },
  'unit sphere': { l2: [0.988, 0.987], cosine: [0.988, 0.987], dot: [0.989, 0.987] },
  'unequal norms': { l2: [0.642, 0.624], cosine: [0.988, 0.987], dot: [0.998, 0.981] },
};

/** One scale cannot serve the long and the short vectors alike (docs/decisions/0005). */
const HARD: readonly string[] = ['unequal norms l2'];

interface Trial {
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
  readonly metric: Metric;
  readonly builder: Builder;
}

async function recallOf(index: VectorIndex, trial: Trial): Promise<number> {
  const { vectors, queries, metric } = trial;
  const options = { dimension: DIMENSION, metric, k: K };
  const found = await index.searchBatch(queries, K);
  expect.soft(index.verify()).toEqual([]);
  await index.close();
  return meanRecallWithTies(found, bruteForceBatch(vectors, queries, options), queries, {
    vectors,
    ...options,
    epsilon: 1e-5,
    absolute: metric === 'cosine' ? 1e-6 : 0,
  });
}

async function buildAtOnce({ vectors, metric, builder }: Trial): Promise<VectorIndex> {
  return VectorIndex.build(vectors, {
    ...{ dimension: DIMENSION, metric, builder, flatThreshold: 0, threads: 1 },
  });
}

async function buildAndAdd({ vectors, metric, builder }: Trial): Promise<VectorIndex> {
  const count = vectors.length / DIMENSION;
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, metric, builder, flatThreshold: 0, threads: 1, capacity: count },
  });
  const steps = [0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1];
  const rows = steps.map((share) => Math.round(share * count) * DIMENSION);
  for (let i = 1; i < rows.length; i++) await index.add(vectors.subarray(rows[i - 1], rows[i]));
  return index;
}

const CASES = BUILDERS.flatMap((builder) =>
  Object.entries(SHAPES).map(([name, shape]) => [name, builder, shape] as const),
);

describe.each(CASES)('%s by %s', (name, builder, { generate, count = COUNT }) => {
  test.each<Metric>(['l2', 'cosine', 'dot'])('%s keeps its recall', async (metric) => {
    const data = heldOut(generate, { count, dimension: DIMENSION, queryCount: QUERY_COUNT });
    const trial = { ...data, metric, builder };
    const atOnce = await recallOf(await buildAtOnce(trial), trial);
    const grown = await recallOf(await buildAndAdd(trial), trial);
    if (process.env.NIGH_MEASURE) console.log(`'${name}' ${builder} ${metric} ${atOnce} ${grown}`);
    const [leastAtOnce, leastGrown] = MEASURED[name]?.[metric] ?? [0, 0];
    if (!HARD.includes(`${name} ${metric}`)) {
      expect.soft(Math.min(atOnce, grown), 'any data').toBeGreaterThanOrEqual(LEAST);
    }
    const atOnceFloor = leastAtOnce - MARGIN;
    expect.soft(atOnce, 'one build').toBeGreaterThanOrEqual(atOnceFloor);
    const grownFloor = leastGrown - MARGIN;
    expect.soft(grown, 'a build and ten adds').toBeGreaterThanOrEqual(grownFloor);
  });
});
