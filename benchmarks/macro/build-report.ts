/**
 * Turns the builds of macro/build.ts into rows, comparisons and goals. A fast build that leaves a
 * worse graph is no faster build, so every ratio stands beside both recalls.
 */
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant, summarize } from '../harness/stats.ts';
import type { BuildCase, BuildResult } from './build-case.ts';

/** A contestant on one set. */
export interface MeasuredBuild extends BuildCase, Omit<BuildResult, 'seconds'> {
  readonly name: string;
  /** Vectors per second, one per round. */
  readonly speeds: readonly number[];
}

const LARGE_COUNT = 1_000_000;
const MAX_LARGE_BYTES = 6 * 2 ** 30;
/** Times hnswlib-node's vectors per second, by quality, on one thread and on two. */
const REQUIRED_OVER_PEER = { fast: [22, 40], balanced: [15, 28] } as const;
const REQUIRED_OVER_INSERTION = 3;
const REQUIRED_TWO_THREADS = 1.85;
/** What `quality` may cost or must gain against insertion at efConstruction 200. */
const ALLOWED_LOSS = { fast: 0.01, balanced: 0 } as const;

export function buildRow(build: MeasuredBuild): Row {
  const { set, name, threads, recalls, missed, speeds, peakBytes } = build;
  const { median: middle, min, max } = summarize(speeds);
  const [at20 = 0, at40 = 0, at80 = 0] = recalls.map((recall) => significant(recall));
  return {
    ...{ set, name, threads },
    ...(recalls.length > 0 && { at20, at40, at80 }),
    ...(missed >= 0 && { missed }),
    ...{ vectorsPerSecond: significant(middle), min: significant(min), max: significant(max) },
    peakMegabytes: Math.round(peakBytes / 1e6),
  };
}

function setsOf(builds: readonly MeasuredBuild[]): string[] {
  return [...new Set(builds.map(({ set }) => set))];
}

/** The builds of one set, by what they are. */
function byKind(builds: readonly MeasuredBuild[], set: string) {
  const own = builds.filter((build) => build.set === set);
  const bulk = (quality: string, threads: number): MeasuredBuild | undefined =>
    own.find((build) => {
      return (
        build.builder === 'partitions' && build.quality === quality && build.threads === threads
      );
    });
  return {
    bulk,
    insertion: (efConstruction: number) =>
      own.find(({ builder, efConstruction: ef }) => {
        return builder === 'insertion' && ef === efConstruction;
      }),
    peer: own.find(({ builder }) => builder === 'hnswlib-node'),
  };
}

/** One line for each set: speeds by what was built, the ratio to the peer, and both recalls. */
function summaryRow(builds: readonly MeasuredBuild[], set: string): Row {
  const { bulk, insertion, peer } = byKind(builds, set);
  const own = bulk('balanced', 1);
  const speed = (build: MeasuredBuild | undefined) =>
    build === undefined ? null : significant(median(build.speeds));
  const recallOf = (build: MeasuredBuild | undefined) =>
    build === undefined ? null : significant(build.recalls[1] ?? 0);
  return {
    set,
    fast: speed(bulk('fast', 1)),
    balanced: speed(own),
    twoThreads: speed(bulk('balanced', 2)),
    insertion: speed(insertion(100)),
    peer: speed(peer),
    ratio: own && peer ? significant(medianRatio(own.speeds, peer.speeds), 3) : null,
    recall: recallOf(own),
    peerRecall: recallOf(peer),
  };
}

export function summaryRows(builds: readonly MeasuredBuild[]): Row[] {
  return setsOf(builds).map((set) => summaryRow(builds, set));
}

/** Ours on one thread beside the peer, set by set. */
export function compareBuilds(builds: readonly MeasuredBuild[]): Comparison[] {
  return setsOf(builds).flatMap((set) => {
    const { bulk, peer } = byKind(builds, set);
    const own = bulk('balanced', 1);
    if (own === undefined || peer === undefined) return [];
    const recalls = [own, peer].map(({ recalls: all }) => significant(all[1] ?? 0)).join(' and ');
    return [
      {
        what: `build, one thread, ${set}`,
        ...{ ours: own.name, peer: peer.name, unit: 'vectors/s' },
        ourValue: significant(median(own.speeds)),
        peerValue: significant(median(peer.speeds)),
        ratio: significant(medianRatio(own.speeds, peer.speeds), 3),
        recall: `recall@10 at efSearch 40: ${recalls}`,
      },
    ];
  });
}

function ratioGoal(
  goal: string,
  ours: MeasuredBuild | undefined,
  other: MeasuredBuild | undefined,
  required: number,
): Goal[] {
  if (ours === undefined || other === undefined) return [];
  const measured = significant(medianRatio(ours.speeds, other.speeds), 3);
  return [{ goal, measured, required, direction: 'at least' }];
}

/** Speed over the peer, over our insertion, and of two threads over one. */
function speedGoals(builds: readonly MeasuredBuild[], set: string): Goal[] {
  const { bulk, insertion, peer } = byKind(builds, set);
  return (['fast', 'balanced'] as const).flatMap((quality) => [
    ...[1, 2].flatMap((threads) => {
      const required = REQUIRED_OVER_PEER[quality][threads - 1] ?? 0;
      const goal = `${set}: ${quality}, ${threads} thread(s), over hnswlib-node`;
      return ratioGoal(goal, bulk(quality, threads), peer, required);
    }),
    ...ratioGoal(
      `${set}: ${quality}, one thread, over insertion at efConstruction 100`,
      bulk(quality, 1),
      insertion(100),
      REQUIRED_OVER_INSERTION,
    ),
    ...ratioGoal(
      `${set}: ${quality}, two threads over one`,
      bulk(quality, 2),
      bulk(quality, 1),
      REQUIRED_TWO_THREADS,
    ),
  ]);
}

/** Smallest gain of recall over `other`, over all efSearch. */
function leastGain(own: MeasuredBuild, other: MeasuredBuild): number {
  const gains = own.recalls.map((recall, i) => recall - (other.recalls[i] ?? 0));
  return significant(Math.min(...gains), 2);
}

function recallGoals(builds: readonly MeasuredBuild[], set: string): Goal[] {
  const { bulk, insertion } = byKind(builds, set);
  const reference = insertion(200);
  if (reference === undefined) return [];
  return (['fast', 'balanced'] as const).flatMap((quality) => {
    const own = bulk(quality, 1);
    if (own === undefined) return [];
    return [
      {
        goal: `${set}: ${quality}, recall less that of insertion at efConstruction 200`,
        measured: leastGain(own, reference),
        required: -ALLOWED_LOSS[quality],
        direction: 'at least' as const,
      },
    ];
  });
}

function findableGoals(builds: readonly MeasuredBuild[]): Goal[] {
  return builds
    .filter(({ missed }) => missed >= 0)
    .map(({ set, quality, missed, count }) => ({
      goal: `${set}: ${quality}, share of vectors that miss themselves at efSearch 64`,
      measured: significant(missed / count, 2),
      required: 0.0005,
      direction: 'at most' as const,
    }));
}

export function buildGoals(builds: readonly MeasuredBuild[]): Goal[] {
  const large = builds.find(({ count, threads }) => count === LARGE_COUNT && threads === 2);
  return [
    ...setsOf(builds).flatMap((set) => speedGoals(builds, set)),
    ...setsOf(builds).flatMap((set) => recallGoals(builds, set)),
    ...findableGoals(builds),
    ...(large === undefined
      ? []
      : [
          {
            goal: '1,000,000 x 128 in one go: peak resident bytes of the process',
            measured: large.peakBytes,
            required: MAX_LARGE_BYTES,
            direction: 'at most' as const,
          },
        ]),
  ];
}
