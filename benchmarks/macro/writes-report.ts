/** Turns the latencies of macro/writes.ts and what its readers saw into rows and goals. */
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { percentile, significant } from '../harness/stats.ts';
import type { ReaderFigures } from './reader-thread.ts';

/** A library that single vectors were added to. */
export interface MeasuredAdds {
  readonly name: string;
  readonly peer: boolean;
  readonly microseconds: readonly number[];
  readonly missed: number;
}

/** What readers saw together, and what was written meanwhile. */
export interface MeasuredReading {
  readonly name: string;
  readonly readers: readonly ReaderFigures[];
  /** Wall clock. */
  readonly seconds: number;
  /** Vectors added, updated and removed. */
  readonly written: number;
  readonly consolidations: number;
}

/** How far recall may fall while somebody writes. */
const ALLOWED_LOSS = 0.01;

export function addRow({ name, peer, microseconds, missed }: MeasuredAdds): Row {
  return {
    ...{ name, peer, adds: microseconds.length },
    p50Microseconds: significant(percentile(microseconds, 50)),
    p99Microseconds: significant(percentile(microseconds, 99)),
    maxMicroseconds: significant(percentile(microseconds, 100)),
    missed,
  };
}

export function addComparisons(all: readonly MeasuredAdds[]): Comparison[] {
  const ours = all.find(({ peer }) => !peer);
  if (ours === undefined) return [];
  return all
    .filter(({ peer }) => peer)
    .flatMap((theirs) => {
      return [50, 99].map((percent) => {
        const ourValue = percentile(ours.microseconds, percent);
        const peerValue = percentile(theirs.microseconds, percent);
        return {
          what: `adding one vector, p${percent}`,
          ...{ ours: ours.name, peer: theirs.name, unit: 'µs' },
          ...{ ourValue: significant(ourValue), peerValue: significant(peerValue) },
          ratio: significant(peerValue / ourValue, 3),
          recall: `${ours.missed} (ours) and ${theirs.missed} of those added miss themselves`,
        };
      });
    });
}

/** What is added up over the readers. */
function totals(readers: readonly ReaderFigures[]) {
  const sum = (of: (figures: ReaderFigures) => number): number =>
    readers.reduce((total, figures) => total + of(figures), 0);
  return {
    recall:
      sum(({ recallSum }) => recallSum) /
      Math.max(
        1,
        sum(({ recalls }) => recalls),
      ),
    exactQueries: sum(({ recalls }) => recalls),
    queries: sum(({ queries }) => queries),
    /** Of all readers together, in the time they search. */
    queriesPerSecond: sum(({ queries, seconds }) => queries / seconds),
    checked: sum(({ hits }) => hits.right + hits.removed + hits.stale + hits.wrong),
    removed: sum(({ hits }) => hits.removed),
    stale: sum(({ hits }) => hits.stale),
    wrong: sum(({ hits }) => hits.wrong),
    selves: sum(({ selves }) => selves),
    selvesMissed: sum(({ selvesMissed }) => selvesMissed),
  };
}

export function readingRow(reading: MeasuredReading): Row {
  const { name, readers, seconds, written, consolidations } = reading;
  const { recall, queriesPerSecond, ...counts } = totals(readers);
  const samples = readers.flatMap(({ microseconds }) => Array.from(microseconds));
  return {
    ...{ name, ...counts },
    recall: significant(recall),
    queriesPerSecond: significant(queriesPerSecond),
    p50Microseconds: significant(percentile(samples, 50)),
    p99Microseconds: significant(percentile(samples, 99)),
    writesPerSecond: significant(written / seconds),
    consolidations,
  };
}

export function readingGoals(idle: MeasuredReading, busy: MeasuredReading): Goal[] {
  const [before, during] = [totals(idle.readers), totals(busy.readers)];
  const none = (goal: string, measured: number): Goal => {
    return {
      goal: `readers beside a writer: ${goal}`,
      measured,
      required: 0,
      direction: 'at most',
    };
  };
  return [
    none('hits with a distance that no version has', before.wrong + during.wrong),
    none('hits of a version that was replaced before', before.stale + during.stale),
    none('hits that were removed before', before.removed + during.removed),
    {
      goal: 'readers beside a writer: recall lost against the same without one',
      measured: significant(before.recall - during.recall, 3),
      ...{ required: ALLOWED_LOSS, direction: 'at most' },
    },
  ];
}
