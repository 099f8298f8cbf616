/**
 * What a query costs as the index grows: from 1,000 to 1,000,000 vectors, at the cheapest efSearch
 * that reaches a recall and at the default settings, with build rate and memory. Sizes are prefixes
 * of the same vectors, so that only the count changes; they take turns round by round.
 */
import { DEFAULT_EF_SEARCH, type SearchOptions, VectorIndex } from '@nigh/core';
import { rowsOf } from '../compare/adapter.ts';
import { cheapest } from '../harness/cheapest.ts';
import { createData } from '../harness/data.ts';
import { exactResults } from '../harness/exact-results.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { publish } from '../harness/report.ts';
import { percentile } from '../harness/stats.ts';
import { type Asking, growthGoals, growthRow, type MeasuredSize, RECALL } from './growth-report.ts';

const K = 10;
const COUNTS = [1_000, 4_000, 16_000, 64_000, 100_000, 256_000, 1_000_000];
const EF_SEARCH = { min: K, max: 512 };

const options = readOptions({
  ...{ count: 1_000_000, dimension: 128, queries: 1_000 },
  ...{ seed: 1, rounds: 7 },
});

/** One size under one way of asking. */
interface Subject extends MeasuredSize {
  readonly index: VectorIndex;
  readonly search: SearchOptions;
  readonly p50: number[];
  readonly p99: number[];
  readonly queriesPerSecond: number[];
}

const { dimension, queries: queryCount, seed, rounds } = options;
const counts = COUNTS.filter((count) => count <= options.count);
const count = Math.max(...counts);
console.log('making data …');
const data = createData({ count, dimension, queryCount, seed });
const queries = rowsOf(data.queries, dimension);
const subjects: Subject[] = [];
for (const size of counts) subjects.push(...(await prepare(size)));
for (let round = -1; round < rounds; round++) {
  for (const subject of subjects) measureRound(subject, round >= 0);
}
report();
for (const index of new Set(subjects.map((subject) => subject.index))) await index.close();

/** Builds a size once, and finds what it has to be asked with. */
async function prepare(size: number): Promise<Subject[]> {
  const vectors = data.vectors.subarray(0, size * dimension);
  const start = performance.now();
  const index = await VectorIndex.build(vectors, { dimension });
  const seconds = (performance.now() - start) / 1000;
  const set = { name: `${size}`, metric: 'l2' as const, count: size, dimension };
  const truth = await exactResults({ ...set, vectors, queries: data.queries }, K);
  const recallAt = (search: SearchOptions) => {
    return meanRecall(truth, (query) => {
      return index.search(queries[query] as Float32Array, K, search).nodes;
    });
  };
  const efSearch = cheapest(EF_SEARCH, (width) => recallAt({ efSearch: width }) >= RECALL);
  const { linked, bytes } = index.stats();
  console.log(`${size}: built in ${seconds.toFixed(2)} s, efSearch ${efSearch}`);
  const subject = (asking: Asking, search: SearchOptions, width: number): Subject => ({
    ...{ index, search, count: size, asking, efSearch: width },
    method: linked === 0 ? 'exact scan' : 'graph',
    recall: recallAt(search),
    ...{ p50: [], p99: [], queriesPerSecond: [] },
    buildVectorsPerSecond: size / seconds,
    bytesPerVector: bytes.perVector,
  });
  return [
    subject('recall 0.95', { efSearch }, efSearch),
    subject('default', {}, DEFAULT_EF_SEARCH),
  ];
}

/** The whole set of queries once, each timed on its own; the first round only warms up. */
function measureRound(subject: Subject, counts: boolean): void {
  const { index, search, p50, p99, queriesPerSecond } = subject;
  const microseconds = new Float64Array(queryCount);
  const begin = performance.now();
  for (const [i, query] of queries.entries()) {
    const start = performance.now();
    index.search(query, K, search);
    microseconds[i] = (performance.now() - start) * 1000;
  }
  const seconds = (performance.now() - begin) / 1000;
  if (!counts) return;
  p50.push(percentile(microseconds, 50));
  p99.push(percentile(microseconds, 99));
  queriesPerSecond.push(queryCount / seconds);
}

function report(): void {
  const { threads } = subjects[0]?.index.stats() ?? { threads: 0 };
  publish(
    {
      program: 'growth',
      command: 'pnpm --filter @nigh/benchmarks run growth',
      data: { description: data.description, count, dimension, queryCount, seed },
      parameters: { k: K, rounds, counts, threads },
      method: [
        'One query per call, each call timed on its own, on one thread.',
        'All sizes run once per round; p50, p99 and queries/s are medians of the rounds.',
        `"recall ${RECALL}": the smallest efSearch whose recall@10 over the held-out queries is at`,
        'least that, found by bisection before the rounds. "default": no options.',
        'Built once at the default settings, on the threads of the machine; not repeated.',
        'A size is a prefix of the same vectors, so the clusters grow denser with it.',
      ],
      tables: { growth: subjects.map(growthRow) },
      comparisons: [],
      goals: growthGoals(subjects),
    },
    options.save,
  );
}
