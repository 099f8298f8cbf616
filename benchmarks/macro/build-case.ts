/**
 * One build in a process of its own, started by macro/build.ts: it is measured as somebody meets it
 * who starts a program, with code still to be compiled and threads still to be started. The clock
 * runs from the call to the finished index; data is made, and converted for a peer, before it.
 */
import { VectorIndex } from '@nigh/core';
import { type MeasuredIndex, nodesOf } from '../compare/adapter.ts';
import { createHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { measuredNigh } from '../compare/peers/nigh.ts';
import { type DataSet, loadDataSet } from '../harness/data-sets.ts';
import { exactResults } from '../harness/exact-results.ts';
import { meanRecall } from '../harness/ground-truth.ts';

export interface BuildCase {
  readonly set: string;
  readonly builder: 'partitions' | 'insertion' | 'hnswlib-node';
  readonly quality: 'fast' | 'balanced' | 'high';
  readonly efConstruction: number;
  readonly threads: number;
  readonly M: number;
  readonly seed: number;
  /** Whether to measure recall too; it costs an exact search. */
  readonly judged: boolean;
}

export interface BuildResult {
  readonly count: number;
  readonly dimension: number;
  readonly seconds: number;
  /** The highest the resident set stood in the whole process, bytes. */
  readonly peakBytes: number;
  /** recall@10 at each of EF_SEARCHES; empty when not judged. */
  readonly recalls: readonly number[];
  /** Vectors that a search at efSearch 64 for themselves misses; -1 when not judged. */
  readonly missed: number;
}

export const K = 10;
export const EF_SEARCHES: readonly number[] = [20, 40, 80];
const SELF_EF_SEARCH = 64;
/** A result this near is the vector itself or a copy of it: float32 rounds a cosine by less. */
const SAME = 1e-6;

/** What is timed: everything from vectors in memory to an index that can be searched. */
function prepareBuild(test: BuildCase, set: DataSet): () => Promise<MeasuredIndex> {
  const { M, efConstruction, seed, threads, builder, quality } = test;
  const { dimension, vectors } = set;
  if (builder === 'hnswlib-node') {
    const options = { dimension, M, efConstruction, seed, threads };
    return createHnswlibNode().prepareBuild(vectors, options);
  }
  const options = { dimension, M, efConstruction, seed, threads, builder, quality };
  return async () => measuredNigh(await VectorIndex.build(vectors, options));
}

/** How many of all vectors are not among the nearest to themselves. */
function countMissed(index: MeasuredIndex, { vectors, dimension, count }: DataSet): number {
  const search = index.prepareSearch(vectors);
  let missed = 0;
  for (let node = 0; node < count; node++) {
    const [nearest = -1] = nodesOf(search(node, 1, SELF_EF_SEARCH));
    if (nearest !== node && squared(vectors, dimension, nearest, node) > SAME) missed++;
  }
  return missed;
}

function squared(vectors: Float32Array, dimension: number, a: number, b: number): number {
  if (a < 0) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    sum += ((vectors[a * dimension + i] ?? 0) - (vectors[b * dimension + i] ?? 0)) ** 2;
  }
  return sum;
}

const test = JSON.parse(process.argv[2] ?? '') as BuildCase;
const set = loadDataSet(test.set);
if (set === undefined) throw new Error(`${test.set} is not there`);
const build = prepareBuild(test, set);
const start = performance.now();
const index = await build();
const seconds = (performance.now() - start) / 1000;
const peakBytes = process.resourceUsage().maxRSS * 1024;
let recalls: number[] = [];
let missed = -1;
if (test.judged) {
  const truth = await exactResults(set, K);
  const search = index.prepareSearch(set.queries);
  recalls = EF_SEARCHES.map((ef) => meanRecall(truth, (query) => nodesOf(search(query, K, ef))));
  if (test.builder === 'partitions') missed = countMissed(index, set);
}
await index.close();
const { count, dimension } = set;
const result: BuildResult = { count, dimension, seconds, peakBytes, recalls, missed };
console.log(JSON.stringify(result));
