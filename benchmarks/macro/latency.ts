/**
 * Latency against size: one query at a time at the default settings, from 1,000 to 128,000 vectors.
 * Sizes are prefixes of the same vectors, so that only the count changes; they are interleaved.
 */
import { VectorIndex } from '@nigh/core';
import { rowsOf } from '../compare/adapter.ts';
import { createData } from '../harness/data.ts';
import { groundTruth, meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { median, medianRatio, percentile, significant } from '../harness/stats.ts';

const K = 10;
const COUNTS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000];
const GOAL = { from: 1_000, to: 16_000, required: 1.5 };

const options = readOptions({ dimension: 128, queries: 1_000, seed: 1, rounds: 7, count: 128_000 });

interface Subject {
  readonly count: number;
  readonly index: VectorIndex;
  readonly truth: readonly Uint32Array[];
  /** Microseconds, one per round. */
  readonly p50: number[];
  readonly p99: number[];
}

const { dimension, queries: queryCount, seed, rounds } = options;
const counts = COUNTS.filter((count) => count <= options.count);
const count = Math.max(...counts);
console.log('making data and exact results …');
const data = createData({ count, dimension, queryCount, seed });
const queries = rowsOf(data.queries, dimension);
const truths = groundTruth(data.vectors, data.queries, { dimension, k: K, counts });
const subjects: Subject[] = [];
for (const [i, size] of counts.entries()) {
  console.log(`building ${size} …`);
  const index = await VectorIndex.build(data.vectors.subarray(0, size * dimension), { dimension });
  subjects.push({ count: size, index, truth: truths[i] ?? [], p50: [], p99: [] });
}
for (let round = -1; round < rounds; round++) {
  for (const subject of subjects) measureRound(subject, round >= 0);
}
report(subjects.map(row));
for (const { index } of subjects) await index.close();

/** The whole set of queries once, each timed on its own; the first round only warms up. */
function measureRound({ index, p50, p99 }: Subject, counts: boolean): void {
  const microseconds = new Float64Array(queryCount);
  for (const [i, query] of queries.entries()) {
    const start = performance.now();
    index.search(query, K);
    microseconds[i] = (performance.now() - start) * 1000;
  }
  if (!counts) return;
  p50.push(percentile(microseconds, 50));
  p99.push(percentile(microseconds, 99));
}

function row({ count: size, index, truth, p50, p99 }: Subject): Row {
  const { linked, tier, bytes } = index.stats();
  const recall = meanRecall(truth, (query) => {
    return index.search(queries[query] as Float32Array, K).nodes;
  });
  return {
    count: size,
    method: linked === 0 ? 'exact scan' : 'graph',
    recall: significant(recall),
    p50Microseconds: significant(median(p50)),
    p99Microseconds: significant(median(p99)),
    bytesPerVector: significant(bytes.perVector),
    tier,
  };
}

function goals(): Goal[] {
  const small = subjects.find((subject) => subject.count === GOAL.from);
  const large = subjects.find((subject) => subject.count === GOAL.to);
  if (small === undefined || large === undefined) return [];
  return [
    {
      goal: `p50 of ${GOAL.to} vectors over p50 of ${GOAL.from}`,
      measured: significant(medianRatio(large.p50, small.p50), 3),
      required: GOAL.required,
      direction: 'at most',
    },
  ];
}

function report(rows: readonly Row[]): void {
  publish(
    {
      program: 'latency',
      command: 'pnpm --filter @nigh/benchmarks run latency',
      data: { description: data.description, count, dimension, queryCount, seed },
      parameters: { k: K, rounds, counts },
      method: [
        'Default settings throughout; one query per call, each call timed on its own.',
        'All sizes run once per round; p50 and p99 are medians of the rounds.',
        'A size is a prefix of the same vectors, so the clusters grow denser with it.',
      ],
      tables: { latency: rows },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
