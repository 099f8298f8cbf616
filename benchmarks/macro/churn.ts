/**
 * Vectors that come and go: the same seeded streams of replacements through our index and its
 * peers, each in a process of its own. After some rounds recall, what is lost, speed and memory are
 * looked at, and at the end held against an index of the same live vectors built anew.
 */
import { failureRows, NIGH, type PeerFailure } from '../compare/peers.ts';
import { describeData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { WORKLOADS } from '../harness/replacements.ts';
import { publish } from '../harness/report.ts';
import { loadWritablePeers } from '../harness/writable.ts';
import { type Course, churnComparisons, churnGoals, churnRow, lookRows } from './churn-report.ts';
import { ChurnRun, K } from './churn-run.ts';

const options = readOptions({
  ...{ count: 100_000, dimension: 128, queries: 500, sample: 1_000 },
  ...{ M: 16, efConstruction: 100, peerEfConstruction: 200, efSearch: 64 },
  ...{ workloads: WORKLOADS.length, seed: 1, rounds: 5 },
});
const { count, dimension, queries: queryCount, seed } = options;
const data = { count, dimension, queryCount, seed };

const peers = loadWritablePeers(options.save);
const churn = new ChurnRun({ ...options, ...data }, [
  NIGH,
  ...peers.adapters.map(({ name }) => name),
]);
const courses: Course[] = [];
for (const workload of WORKLOADS.slice(0, options.workloads)) {
  courses.push(...(await churn.run(workload)));
}
const failures: readonly PeerFailure[] = [...peers.failures, ...churn.failures];
report();

function report(): void {
  const { M, efConstruction, peerEfConstruction, efSearch, sample, rounds } = options;
  publish(
    {
      program: 'churn',
      command: 'pnpm --filter @nigh/benchmarks run churn',
      data: { description: describeData(data), ...data },
      parameters: {
        ...{ k: K, M, efConstruction, peerEfConstruction, efSearch, sample, rounds, threads: 1 },
      },
      method: [
        'The same seeded stream for everybody, each in a process of its own, one thread each, two',
        'processes at a time; a round is over when everything it sets off is done.',
        `Recall@${K} of one efSearch against an exact scan of what is live; "ghosts" are removed`,
        `vectors among what the queries found, "missed" those of ${sample} live ones that are not`,
        `among the ${K} nearest of themselves.`,
        'Searches take turns within a round of measuring, the fresh indexes among them; speeds are',
        'medians, ratios medians of the ratios by round.',
        'Memory is the growth of the resident set since before the index was there, garbage',
        'collected; "uncollected" before that. Buffers of 128 KiB and more are returned at once',
        '(MALLOC_MMAP_THRESHOLD_), for everybody.',
        ...peers.adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: {
        churn: courses.map(churnRow),
        looks: lookRows(courses),
        failures: failureRows(failures),
      },
      comparisons: churnComparisons(courses),
      goals: churnGoals(courses),
    },
    options.save,
  );
}
