/**
 * Building by insertion: vectors per second of nigh with one and two threads and of hnswlib-node,
 * interleaved, each with the recall of the graph it left behind. A build is only compared with a
 * peer's build of at least about the same recall: the peer is measured at two efConstruction.
 */
import type { Adapter, BuildOptions, MeasuredIndex } from '../compare/adapter.ts';
import { createData } from '../harness/data.ts';
import { groundTruth, meanRecall } from '../harness/ground-truth.ts';
import { createNigh } from '../harness/nigh.ts';
import { readOptions } from '../harness/options.ts';
import { loadPeers } from '../harness/peers.ts';
import { publish } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import {
  buildGoals,
  buildRow,
  compareBuilds,
  EF_SEARCH,
  K,
  type MeasuredBuild,
} from './build-report.ts';

const options = readOptions({
  count: 100_000,
  dimension: 128,
  queries: 1_000,
  seed: 1,
  M: 16,
  efConstruction: 100,
  rounds: 3,
});
const PEER_EF_CONSTRUCTION = [100, 200];

interface Subject {
  readonly name: string;
  readonly peer: boolean;
  readonly buildOptions: BuildOptions;
  readonly build: () => Promise<MeasuredIndex>;
}

const { count, dimension, queries: queryCount, seed, M, rounds } = options;
const peers = loadPeers(options.save);
console.log('making data and exact results …');
const data = createData({ count, dimension, queryCount, seed });
const [truth = []] = groundTruth(data.vectors, data.queries, { dimension, k: K, counts: [count] });
const subjects = [
  ...[1, 2].map((threads) => createSubject(createNigh(), options.efConstruction, threads)),
  ...peers.flatMap((adapter) => PEER_EF_CONSTRUCTION.map((ef) => createSubject(adapter, ef, 1))),
];
report(await measureEverybody());

function createSubject(adapter: Adapter, efConstruction: number, threads: number): Subject {
  const buildOptions = { dimension, M, efConstruction, seed, threads };
  const peer = adapter.name !== 'nigh';
  const suffix = peer ? `efConstruction ${efConstruction}` : `threads ${threads}`;
  const build = adapter.prepareBuild(data.vectors, buildOptions);
  return { name: `${adapter.name}, ${suffix}`, peer, buildOptions, build };
}

/** The first build of each is the warm-up: there its recall is taken too. */
async function measureEverybody(): Promise<MeasuredBuild[]> {
  const recalls = new Map<string, number>();
  const contestants = subjects.map(({ name, build }) => ({
    name,
    measure: async () => {
      const start = performance.now();
      const index = await build();
      const seconds = (performance.now() - start) / 1000;
      recalls.set(name, recalls.get(name) ?? recallOf(index));
      await index.close();
      console.log(`${name}: ${seconds.toFixed(1)} s`);
      return count / seconds;
    },
  }));
  const samples = await interleave(contestants, { rounds });
  return subjects.map(({ name, peer, buildOptions }) => {
    const { threads, efConstruction } = buildOptions;
    const recall = recalls.get(name) ?? 0;
    return { name, peer, threads, efConstruction, recall, speeds: samplesOf(samples, name) };
  });
}

function recallOf(index: MeasuredIndex): number {
  const search = index.prepareSearch(data.queries);
  return meanRecall(truth, (query) => search(query, K, EF_SEARCH));
}

function report(builds: readonly MeasuredBuild[]): void {
  const comparisons = compareBuilds(builds, data.description);
  publish(
    {
      program: 'build',
      command: 'pnpm --filter @nigh/benchmarks run insertion',
      data: { description: data.description, count, dimension, queryCount, seed },
      parameters: {
        ...{ M, efConstruction: options.efConstruction, k: K, efSearch: EF_SEARCH, rounds },
        peerEfConstruction: PEER_EF_CONSTRUCTION,
      },
      method: [
        'Every contestant builds once per round, after one round that does not count.',
        'Timed from the call to the finished index; starting threads is part of it.',
        'Vectors per second is the median of the rounds; ratios are medians of ratios by round.',
        'The peer compared with is its fastest build whose recall is at most 0.001 lower;',
        'where it has none, its build of the highest recall.',
        ...peers.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: { builds: builds.map(buildRow) },
      comparisons,
      goals: buildGoals(builds, comparisons),
    },
    options.save,
  );
}
