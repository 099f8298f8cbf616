/**
 * How searches should enter the graph: down its levels, or by a table of hubs. Both on the same
 * vectors, compared at equal recall: distances per query, queries per second, time of the build and
 * bytes of the graph. The table that the default of `entry` is chosen from.
 */
import { type EntryKind, type Metric, VectorIndex } from '@nigh/core';
import { type RealDataName, realDataSet } from '@nigh/testkit';
import { rowsOf } from '../compare/adapter.ts';
import { type CurvePoint, speedsAtRecall } from '../harness/curve.ts';
import { createData } from '../harness/data.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { median, significant } from '../harness/stats.ts';

const K = 10;
const ENTRIES: readonly EntryKind[] = ['levels', 'hubs'];
const EF_SEARCHES = [10, 16, 24, 40, 64, 128];
const DEFAULT_EF = 64;
/** Where the two are compared. */
const RECALL = 0.98;
const COUNTS = [16, 256, 1_024, 4_096, 16_384];
const DIMENSIONS = [16, 64, 128, 384, 768, 1536];
const LARGE_COUNTS = [100_000, 300_000, 1_000_000];
const LARGE_DIMENSION = 128;
const REAL_SETS: readonly RealDataName[] = ['bigann10k', 'movies'];

const options = readOptions({
  ...{ queries: 200, seed: 1, rounds: 5, count: 100_000, dimension: 1536, real: 1 },
});
const { queries: queryCount, seed, rounds } = options;

interface Setting {
  readonly name: string;
  readonly metric: Metric;
  readonly count: number;
  readonly dimension: number;
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
}

interface Contestant {
  readonly entry: EntryKind;
  readonly index: VectorIndex;
  readonly buildMilliseconds: number;
}

const rows: Row[] = [];
const ratios: number[] = [];
const losses: number[] = [];
for (const setting of settings()) {
  const row = await measure(setting);
  rows.push(row);
  console.log(JSON.stringify(row));
}
report();

function* settings(): Generator<Setting> {
  for (const dimension of DIMENSIONS.filter((size) => size <= options.dimension)) {
    const large = dimension === LARGE_DIMENSION ? LARGE_COUNTS : [];
    for (const count of [...COUNTS, ...large].filter((size) => size <= options.count)) {
      const { vectors, queries } = createData({ count, dimension, queryCount, seed });
      yield { name: 'clustered', metric: 'l2', count, dimension, vectors, queries };
    }
  }
  for (const name of options.real > 0 ? REAL_SETS : []) {
    const data = realDataSet(name);
    if (data === undefined) continue;
    const queries = data.queries.subarray(0, queryCount * data.dimension);
    yield { ...data, name, queries };
  }
}

async function build(setting: Setting, entry: EntryKind): Promise<Contestant> {
  const { metric, dimension, count, vectors } = setting;
  const shared = { metric, dimension, capacity: count, flatThreshold: 0, threads: 1 };
  const index = VectorIndex.create({ ...shared, entry });
  const start = performance.now();
  await index.add(vectors);
  return { entry, index, buildMilliseconds: performance.now() - start };
}

/** Recall and distances per query of one index at one width. */
function answer(
  index: VectorIndex,
  queries: readonly Float32Array[],
  truth: readonly Uint32Array[],
  efSearch: number,
): { recall: number; distances: number } {
  let distances = 0;
  const recall = meanRecall(truth, (query) => {
    const result = index.search(queries[query] as Float32Array, K, { efSearch });
    distances += result.distanceCount;
    return result.nodes;
  });
  return { recall, distances: distances / queries.length };
}

interface Curve {
  readonly speeds: CurvePoint[];
  /** The same with distances in the place of speeds. */
  readonly distances: CurvePoint[];
}

/** The curves of both, by entry; speeds of a round are taken in turns. */
async function curvesOf(
  contestants: readonly Contestant[],
  queries: readonly Float32Array[],
  truth: readonly Uint32Array[],
): Promise<Record<EntryKind, Curve>> {
  const curves = {
    levels: { speeds: [], distances: [] } as Curve,
    hubs: { speeds: [], distances: [] } as Curve,
  };
  for (const efSearch of EF_SEARCHES) {
    const samples = await interleave(
      contestants.map(({ entry, index }) => ({
        name: entry,
        measure: () => {
          const start = performance.now();
          for (const query of queries) index.search(query, K, { efSearch });
          return (queries.length * 1000) / (performance.now() - start);
        },
      })),
      { rounds },
    );
    for (const { entry, index } of contestants) {
      const { recall, distances } = answer(index, queries, truth, efSearch);
      const point = { efSearch, recall };
      curves[entry].speeds.push({ ...point, speeds: samplesOf(samples, entry) });
      curves[entry].distances.push({ ...point, speeds: [distances] });
    }
  }
  return curves;
}

/** The curves at the same recall: RECALL, or what both reach. */
function compare({ levels, hubs }: Record<EntryKind, Curve>): Row {
  const best = ({ speeds }: Curve): number => Math.max(...speeds.map(({ recall }) => recall));
  const recall = Math.min(RECALL, best(levels), best(hubs));
  const at = (points: readonly CurvePoint[]): number[] => speedsAtRecall(points, recall) ?? [];
  const [ofLevels, ofHubs] = [at(levels.speeds), at(hubs.speeds)];
  const ratio = median(ofHubs.map((speed, round) => speed / (ofLevels[round] as number)));
  const usual = ({ speeds }: Curve): number =>
    speeds.find(({ efSearch }) => efSearch === DEFAULT_EF)?.recall ?? 0;
  ratios.push(ratio);
  losses.push(usual(levels) - usual(hubs));
  return {
    recall: significant(recall),
    levelsDistances: significant(at(levels.distances)[0] ?? 0),
    hubsDistances: significant(at(hubs.distances)[0] ?? 0),
    levelsPerSecond: significant(median(ofLevels)),
    hubsPerSecond: significant(median(ofHubs)),
    ratio: significant(ratio),
    levelsUsualRecall: significant(usual(levels)),
    hubsUsualRecall: significant(usual(hubs)),
  };
}

async function measure(setting: Setting): Promise<Row> {
  const { name, count, dimension } = setting;
  const contestants = [await build(setting, 'levels'), await build(setting, 'hubs')];
  const [levels, hubs] = contestants as [Contestant, Contestant];
  const queries = rowsOf(setting.queries, dimension);
  const truth = queries.map((query) => levels.index.search(query, K, { exact: true }).nodes);
  const curves = await curvesOf(contestants, queries, truth);
  const bytes = ({ index }: Contestant): number => index.stats().bytes.graph / count;
  const row: Row = {
    ...{ data: name, dimension, count, hubs: hubs.index.stats().hubs },
    ...compare(curves),
    levelsBuild: significant(levels.buildMilliseconds),
    hubsBuild: significant(hubs.buildMilliseconds),
    levelsBytes: significant(bytes(levels)),
    hubsBytes: significant(bytes(hubs)),
  };
  for (const { index } of contestants) await index.close();
  return row;
}

function goals(): Goal[] {
  return [
    {
      goal: 'median over the settings: queries/s by hubs over those by levels, at equal recall',
      measured: significant(median(ratios)),
      required: 1,
      direction: 'at least',
    },
    {
      goal: `most recall@10 that hubs lose against levels at efSearch ${DEFAULT_EF}`,
      measured: significant(Math.max(...losses)),
      required: 0.01,
      direction: 'at most',
    },
  ];
}

function report(): void {
  const description = `clustered and real vectors, held-out queries, seed ${seed}`;
  publish(
    {
      program: 'entry',
      command: 'pnpm --filter @nigh/benchmarks run entry',
      data: { description, queryCount, seed },
      parameters: {
        ...{ k: K, rounds, recall: RECALL, efSearches: EF_SEARCHES },
        ...{ counts: COUNTS, largeCounts: LARGE_COUNTS, dimensions: DIMENSIONS },
        most: options.count,
      },
      method: [
        `Both indexes have the same vectors and options but \`entry\`; ${ENTRIES.join(' and ')}`,
        'take turns within a round, on one thread, without flatThreshold.',
        'Distances and queries/s are interpolated at the same recall@10, linear in recall.',
        'Distances are counted, those to hubs like all others; the build is one run.',
      ],
      tables: { entry: rows },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
