/**
 * Turns what macro/churn.ts saw into rows, comparisons and goals. Everybody is held against an
 * index of the same live vectors that was built anew: what churn costs is the difference.
 */
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, significant } from '../harness/stats.ts';

/** What was seen of one index after some rounds. */
export interface Look {
  readonly round: number;
  /** Live vectors. */
  readonly count: number;
  readonly recall: number;
  /** Removed vectors among all that the queries found. */
  readonly ghosts: number;
  /** Live vectors of the sample that do not find themselves. */
  readonly missed: number;
  /** Broken invariants it finds in itself; null where it cannot look. */
  readonly problems: number | null;
  /** Calls that failed so far. */
  readonly failedCalls: number;
  /** One per turn. */
  readonly queriesPerSecond: readonly number[];
  /** Of every round since the look before, in seconds. */
  readonly roundSeconds: readonly number[];
  /** Growth of the resident set since before the index was there, in bytes. */
  readonly grown: number;
  readonly grownUncollected: number;
  /** What it says it holds. */
  readonly bytes: number | null;
}

/** One library under one workload. */
export interface Course {
  readonly workload: string;
  /** Vectors replaced (or removed) by a round. */
  readonly perRound: number;
  readonly name: string;
  readonly peer: boolean;
  readonly looks: readonly Look[];
  /** An index of the vectors that are live at the end, which took turns with the last look. */
  readonly fresh: Look | undefined;
}

/** What churn may cost us. */
const ALLOWED = { recall: 0.01, searchTime: 1.2, memory: 1.2 };

export function lookRows(courses: readonly Course[]): Row[] {
  return courses.flatMap(({ workload, name, peer, looks, fresh }) => {
    const row = (look: Look, isFresh: boolean): Row => ({
      ...{ workload, name, peer, fresh: isFresh, round: look.round, count: look.count },
      recall: significant(look.recall),
      ...{ ghosts: look.ghosts, missed: look.missed, problems: look.problems },
      failedCalls: look.failedCalls,
      queriesPerSecond: significant(median(look.queriesPerSecond)),
      roundSeconds: look.roundSeconds.length > 0 ? significant(median(look.roundSeconds)) : null,
      residentMegabytes: megabytes(look.grown),
      uncollectedMegabytes: megabytes(look.grownUncollected),
      statedMegabytes: look.bytes === null ? null : megabytes(look.bytes),
    });
    return [...looks.map((look) => row(look, false)), ...(fresh ? [row(fresh, true)] : [])];
  });
}

/** One row for each library and workload: its end beside a fresh index. */
export function churnRow(course: Course): Row {
  const { workload, name, peer, looks, fresh, perRound } = course;
  const last = looks.at(-1);
  if (last === undefined || fresh === undefined) return { workload, name, peer };
  const seconds = looks.flatMap(({ roundSeconds }) => roundSeconds);
  return {
    ...{ workload, name, peer },
    recall: significant(last.recall),
    freshRecall: significant(fresh.recall),
    recallLoss: significant(fresh.recall - last.recall, 2),
    queriesPerSecond: significant(median(last.queriesPerSecond)),
    searchTimeRatio: significant(searchTimeRatio(last, fresh), 3),
    residentMegabytes: megabytes(last.grown),
    residentRatio: significant(last.grown / fresh.grown, 3),
    uncollectedRatio: significant(last.grownUncollected / fresh.grown, 3),
    statedRatio: statedRatio(last, fresh),
    ghosts: last.ghosts,
    ...{ missed: last.missed, freshMissed: fresh.missed },
    ...{ problems: last.problems, failedCalls: last.failedCalls },
    roundSeconds: significant(median(seconds), 3),
    replacedPerSecond: significant((perRound * seconds.length) / sum(seconds)),
  };
}

function searchTimeRatio(last: Look, fresh: Look): number {
  return medianRatio(fresh.queriesPerSecond, last.queriesPerSecond);
}

function statedRatio(last: Look, fresh: Look): number | null {
  if (last.bytes === null || fresh.bytes === null) return null;
  return significant(last.bytes / fresh.bytes, 3);
}

/** What was promised of ours, whatever happens to the others. */
export function churnGoals(courses: readonly Course[]): Goal[] {
  return courses.flatMap(({ workload, peer, looks, fresh }) => {
    const last = looks.at(-1);
    if (peer || last === undefined || fresh === undefined) return [];
    const goal = (what: string, measured: number, required: number): Goal => ({
      goal: `${workload}: ${what}`,
      ...{ measured, required, direction: 'at most' },
    });
    const digits = (value: number) => significant(value, 3);
    return [
      goal('recall lost against a fresh index', digits(fresh.recall - last.recall), ALLOWED.recall),
      goal(
        'time of a search over a fresh index',
        digits(searchTimeRatio(last, fresh)),
        ALLOWED.searchTime,
      ),
      goal('resident memory over a fresh index', digits(last.grown / fresh.grown), ALLOWED.memory),
      goal('bytes it states over a fresh index', statedRatio(last, fresh) ?? 0, ALLOWED.memory),
      goal('removed vectors found', sum(looks.map(({ ghosts }) => ghosts)), 0),
      goal('broken invariants', sum(looks.map(({ problems }) => problems ?? 0)), 0),
    ];
  });
}

/** Ours beside each peer: how fast a round is, and how fast what it leaves is searched. */
export function churnComparisons(courses: readonly Course[]): Comparison[] {
  return courses.flatMap((theirs) => {
    const ours = courses.find(({ workload, peer }) => !peer && workload === theirs.workload);
    const [ourLast, last] = [ours?.looks.at(-1), theirs.looks.at(-1)];
    if (!theirs.peer || ours === undefined || ourLast === undefined || last === undefined)
      return [];
    const pair = { ours: ours.name, peer: theirs.name };
    const recalls = `recall@10 ${plain(ourLast.recall)} (ours), ${plain(last.recall)}`;
    return [
      {
        ...{ what: `a round of ${theirs.workload}`, ...pair, unit: 's', recall: recalls },
        ourValue: significant(secondsOf(ours)),
        peerValue: significant(secondsOf(theirs)),
        ratio: significant(secondsOf(theirs) / secondsOf(ours), 3),
      },
      {
        ...{ what: `search after ${theirs.workload}`, ...pair, unit: 'queries/s', recall: recalls },
        ourValue: significant(median(ourLast.queriesPerSecond)),
        peerValue: significant(median(last.queriesPerSecond)),
        ratio: significant(medianRatio(ourLast.queriesPerSecond, last.queriesPerSecond), 3),
      },
    ];
  });
}

function secondsOf({ looks }: Course): number {
  return median(looks.flatMap(({ roundSeconds }) => roundSeconds));
}

function plain(recall: number): string {
  return recall.toFixed(4);
}

function megabytes(bytes: number): number {
  return significant(bytes / 1e6);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
