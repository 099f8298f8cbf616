// Shapes of data that have broken vector indexes, built in bulk at every quality: recall at
// efSearch 64 by distance, so that ties count as right; a sound graph that reaches everybody; and
// every vector found when searched for, with a narrow beam and a wide one.

import {
  allEqual,
  bruteForceBatch,
  duplicates,
  gaussian,
  heldOut,
  type Metric,
  meanRecallWithTies,
  onALine,
  sortedByFirstComponent,
  twoFarClusters,
  unequalNorms,
  uniform,
  unitSphere,
  withOutliers,
} from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../src/index.ts';
import { QUALITIES } from '../../src/options.ts';
import { reachedNodes, segmentsOf } from '../support/bulk.ts';

const COUNT = 1500;
const QUERY_COUNT = 50;
const K = 10;
const LEAST = 0.95;
const BEAMS = [64, 256];

interface Shape {
  readonly name: string;
  readonly dimension: number;
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
  /** No codes can rank such vectors, so that they are scanned. */
  readonly scanned?: boolean;
}

type Generate = (options: { count: number; dimension: number }) => Float32Array;

function shape(name: string, generate: Generate, dimension = 16, count = COUNT): Shape {
  const data = heldOut(generate, { count, dimension, queryCount: QUERY_COUNT });
  return { name, dimension, ...data };
}

const SHAPES: readonly Shape[] = [
  shape('a fifth of exact duplicates', (data) => duplicates({ ...data, fraction: 0.2 })),
  shape('vectors sorted by one component', sortedByFirstComponent),
  shape('two clusters ten deviations apart', (data) => twoFarClusters({ ...data, gap: 10 })),
  shape('two clusters fifty deviations apart', (data) => twoFarClusters({ ...data, gap: 50 })),
  { ...shape('two clusters a thousand deviations apart', twoFarClusters), scanned: true },
  shape('outliers', withOutliers),
  shape('equal vectors', allEqual),
  shape('a line', onALine),
  shape('one dimension', gaussian, 1),
  shape('two dimensions', gaussian, 2),
  shape('three dimensions', gaussian, 3),
];

async function build(
  { dimension, vectors, scanned = false }: Omit<Shape, 'name' | 'queries'>,
  options: Partial<IndexOptions>,
): Promise<VectorIndex> {
  const index = await VectorIndex.build(vectors, {
    ...{ dimension, flatThreshold: 0, threads: 1 }, // threads take longer to start than this does
    ...options,
  });
  const [segment] = segmentsOf(index);
  expect.soft(index.verify()).toEqual([]);
  const linked = scanned ? 0 : index.count;
  expect.soft(segment.linked, 'nodes of the graph').toBe(linked);
  expect.soft(reachedNodes(segment).size, 'nodes reached').toBe(linked);
  return index;
}

/** Recall of all queries, ties counting as right. */
async function recallOf(
  index: VectorIndex,
  trial: Omit<Shape, 'name'>,
  efSearch = 64,
): Promise<number> {
  const { vectors, queries, dimension } = trial;
  const { metric } = index;
  const found = await index.searchBatch(queries, K, { efSearch });
  const exact = bruteForceBatch(vectors, queries, { dimension, metric, k: K });
  const slack = { epsilon: 1e-5, absolute: metric === 'cosine' ? 1e-6 : 0 };
  return meanRecallWithTies(found, exact, queries, { vectors, dimension, metric, ...slack });
}

/** Vectors whose search finds nobody as near as they are to themselves. */
async function lostVectors(index: VectorIndex, vectors: Float32Array): Promise<string[]> {
  const lost: string[] = [];
  for (const efSearch of BEAMS) {
    const { distances, k } = await index.searchBatch(vectors, 1, { efSearch });
    for (let node = 0; node < distances.length / k; node++) {
      // Cosine is a difference of ones; the square of nothing is nothing.
      const own = index.metric === 'cosine' ? 1e-6 : 0;
      if (!(distances[node * k] <= own)) lost.push(`${node} at ${efSearch}`);
    }
  }
  return lost;
}

describe.each(SHAPES)('$name', (trial) => {
  test.each(QUALITIES)("keeps its recall and every vector at quality '%s'", async (quality) => {
    const index = await build(trial, { quality });
    expect.soft(await recallOf(index, trial)).toBeGreaterThanOrEqual(LEAST);
    expect(await lostVectors(index, trial.vectors)).toEqual([]);
    await index.close();
  });
});

/** Shapes in which directions mean something. */
const DIRECTIONS: readonly Shape[] = [
  shape('a fifth of exact duplicates', (data) => duplicates({ ...data, fraction: 0.2 })),
  shape('the unit sphere', unitSphere),
  shape('unequal lengths', unequalNorms),
  shape('equal vectors', allEqual),
  shape('two dimensions', gaussian, 2),
];

describe.each<Metric>(['cosine', 'dot'])('by %s', (metric) => {
  test.each(DIRECTIONS)('$name keeps its recall', async (trial) => {
    for (const quality of QUALITIES) {
      const index = await build(trial, { metric, quality });
      expect.soft(await recallOf(index, trial), quality).toBeGreaterThanOrEqual(LEAST);
      // By dot a longer vector is nearer to a vector than the vector itself.
      const searched = metric === 'cosine' ? trial.vectors : new Float32Array(0);
      expect.soft(await lostVectors(index, searched), quality).toEqual([]);
      await index.close();
    }
  });
});

const GROUP = 5000;
const OTHERS = 3000;

/** Normal vectors among which, evenly mixed, stand thousands of copies of one more. */
function groupAmongOthers(): Shape & { readonly group: number[]; readonly member: Float32Array } {
  const dimension = 16;
  const { vectors: others, queries } = heldOut(gaussian, {
    ...{ count: OTHERS, dimension, queryCount: QUERY_COUNT },
  });
  const member = gaussian({ count: 1, dimension, seed: 77 });
  const vectors = new Float32Array((GROUP + OTHERS) * dimension);
  const group: number[] = [];
  let other = 0;
  for (let row = 0; row < GROUP + OTHERS; row++) {
    const isMember = (row * 5) % 8 < 5;
    if (isMember) group.push(row);
    const source = others.subarray(other * dimension, (other + 1) * dimension);
    vectors.set(isMember ? member : source, row * dimension);
    if (!isMember) other++;
  }
  return { name: 'a group', dimension, vectors, queries, group, member };
}

describe.each(QUALITIES)("a group of 5,000 equal vectors, quality '%s'", (quality) => {
  const trial = groupAmongOthers();

  test('costs the others no recall and hides nobody', async () => {
    const index = await build(trial, { quality });
    expect(trial.group).toHaveLength(GROUP);
    expect.soft(await recallOf(index, trial)).toBeGreaterThanOrEqual(LEAST);
    expect(await lostVectors(index, trial.vectors)).toEqual([]);
    await index.close();
  });

  test('answers a query at the group with the first of its nodes', async () => {
    const index = await build(trial, { quality });
    for (const k of [1, 10, 300]) {
      const { nodes, distances } = index.search(trial.member, k);
      expect(Array.from(nodes)).toEqual(trial.group.slice(0, k));
      expect(Math.max(...distances)).toBe(0);
    }
    await index.close();
  });
});

/** Independent components: no structure to follow, so that a graph needs all its edges. */
function withoutStructure(count: number): Shape {
  return shape('uniform', uniform, 64, count);
}

test("'high' finds more than 'fast' with a narrow beam", async () => {
  const trial = withoutStructure(6000);
  const recalls: number[] = [];
  for (const quality of ['fast', 'high'] as const) {
    const index = await build(trial, { quality });
    recalls.push(await recallOf(index, trial, 24));
    await index.close();
  }
  expect(recalls[1]).toBeGreaterThan(recalls[0] + 0.03);
});

test('more neighbors find more, M 4 to 64', async () => {
  const trial = withoutStructure(2000);
  const recalls: number[] = [];
  for (const M of [4, 16, 64]) {
    const index = await build(trial, { M });
    recalls.push(await recallOf(index, trial, 32));
    await index.close();
  }
  expect(recalls).toEqual([...recalls].sort((a, b) => a - b));
  expect(recalls[0]).toBeGreaterThan(0.4);
  expect(recalls[2]).toBeGreaterThan(0.95);
});

// Beyond 20,000 vectors the data decides how many clusters each belongs to, and only 'high' looks
// for everyone in the end.
test.each([4, 24])('20,500 vectors of %i components keep their recall', async (dimension) => {
  const trial = shape('normal', gaussian, dimension, 20_500);
  const index = await build(trial, { threads: 2 });
  expect(await recallOf(index, trial, dimension === 4 ? 64 : 256)).toBeGreaterThanOrEqual(LEAST);
  await index.close();
});
