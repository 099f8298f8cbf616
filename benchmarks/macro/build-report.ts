/**
 * Turns the builds of macro/build.ts into rows, comparisons and goals. A fast build that leaves a
 * worse graph is no faster build, so the peer's setting is chosen by the recall it reaches.
 */
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant, summarize } from '../harness/stats.ts';

export const K = 10;
export const EF_SEARCH = 40;
/** Recalls closer than this count as equal: 1,000 queries do not tell them apart. */
const RECALL_TOLERANCE = 0.001;
const REQUIRED_OVER_PEER = 3;
const REQUIRED_TWO_THREADS = 1.8;

export interface MeasuredBuild {
  readonly name: string;
  readonly peer: boolean;
  readonly threads: number;
  readonly efConstruction: number;
  /** recall@10 at efSearch 40 of the graph it built. */
  readonly recall: number;
  /** Vectors per second, one per round. */
  readonly speeds: readonly number[];
}

export function buildRow(build: MeasuredBuild): Row {
  const { name, threads, efConstruction, recall, speeds } = build;
  const { median: middle, min, max } = summarize(speeds);
  return {
    ...{ name, threads, efConstruction, recall: significant(recall) },
    ...{ vectorsPerSecond: significant(middle), min: significant(min), max: significant(max) },
  };
}

/** Ours of one thread against the peer's build of equal recall. */
export function compareBuilds(builds: readonly MeasuredBuild[], description: string): Comparison[] {
  const own = builds.find(({ peer, threads }) => !peer && threads === 1);
  const rival = own && equalRecallPeer(own, builds);
  if (own === undefined || rival === undefined) return [];
  const recalls = `${significant(own.recall)} and ${significant(rival.recall)}`;
  return [
    {
      what: `build by insertion, one thread, ${description}`,
      ours: own.name,
      peer: rival.name,
      unit: 'vectors/s',
      ourValue: significant(median(own.speeds)),
      peerValue: significant(median(rival.speeds)),
      ratio: significant(medianRatio(own.speeds, rival.speeds), 3),
      recall: `recall@${K} at efSearch ${EF_SEARCH}: ${recalls}`,
    },
  ];
}

export function buildGoals(
  builds: readonly MeasuredBuild[],
  comparisons: readonly Comparison[],
): Goal[] {
  const goals: Goal[] = comparisons.map(({ ours, peer, ratio }) => ({
    goal: `${ours} over ${peer}, vectors/s at equal recall`,
    measured: ratio,
    required: REQUIRED_OVER_PEER,
    direction: 'at least',
  }));
  const [one, two] = builds.filter(({ peer }) => !peer);
  if (one !== undefined && two !== undefined) {
    goals.push({
      goal: 'nigh, two threads over one, vectors/s',
      measured: significant(medianRatio(two.speeds, one.speeds), 3),
      required: REQUIRED_TWO_THREADS,
      direction: 'at least',
    });
  }
  return goals;
}

function equalRecallPeer(
  own: MeasuredBuild,
  builds: readonly MeasuredBuild[],
): MeasuredBuild | undefined {
  const peers = builds.filter(({ peer }) => peer);
  const equal = peers.filter(({ recall }) => recall >= own.recall - RECALL_TOLERANCE);
  if (equal.length > 0) return equal.sort((a, b) => median(b.speeds) - median(a.speeds))[0];
  return peers.sort((a, b) => b.recall - a.recall)[0];
}
