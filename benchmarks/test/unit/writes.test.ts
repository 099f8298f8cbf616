// How macro/writes.ts tells a right hit from others, and what it makes of what it saw.
import { VectorIndex } from '@nigh/core';
import { describe, expect, test } from 'vitest';
import { goalIsMet } from '../../harness/report.ts';
import { ChangingIndex } from '../../macro/changing-index.ts';
import type { ReaderFigures } from '../../macro/reader-thread.ts';
import { judge, VersionedVectors, Versions } from '../../macro/versions.ts';
import {
  addComparisons,
  addRow,
  type MeasuredReading,
  readingGoals,
  readingRow,
} from '../../macro/writes-report.ts';

const data = { count: 100, dimension: 8, seed: 1 };
const vectors = new VersionedVectors(data);
const query = vectors.query(0);

/** The distance of the query to a version of node 5. */
function distanceTo(version: number): number {
  const vector = vectors.of([5], [version]);
  return query.reduce((sum, value, i) => sum + (value - (vector[i] as number)) ** 2, 0);
}

describe('judge', () => {
  const verdict = (versions: Versions, version: number, start: number) =>
    judge({ node: 5, distance: distanceTo(version), start }, query, versions, vectors);

  test('lets a query find what was there when it began, and what came since', () => {
    const versions = new Versions();
    versions.begin(5);
    versions.publish([5]);
    const before = versions.now();
    versions.begin(5);
    expect(versions.isPublished(5)).toBe(false);
    versions.publish([5]);
    expect(versions.isPublished(5)).toBe(true);
    expect([0, 1].map((version) => verdict(versions, version, before))).toEqual(['right', 'right']);
    versions.end([5], [0]);
    expect([0, 1].map((version) => verdict(versions, version, before))).toEqual(['right', 'right']);
    const after = versions.now();
    expect([0, 1].map((version) => verdict(versions, version, after))).toEqual(['stale', 'right']);
  });

  test('lets no query find what was removed before it', () => {
    const versions = new Versions();
    versions.begin(5);
    const before = versions.now();
    versions.end([5], [0]);
    expect(verdict(versions, 0, before)).toBe('right');
    expect(verdict(versions, 0, versions.now())).toBe('removed');
  });

  test('knows a distance that no version has, and a node that never was', () => {
    const versions = new Versions();
    expect(verdict(versions, 0, versions.now())).toBe('wrong');
    versions.begin(5);
    expect(verdict(versions, 1, versions.now())).toBe('wrong');
  });
});

test('the writer notes all it does, and nothing else may be found', async () => {
  const versions = new Versions();
  const nodes = Array.from({ length: data.count }, (_, node) => node);
  const first = nodes.map((node) => versions.begin(node));
  const { dimension } = data;
  await using index = await VectorIndex.build(vectors.of(nodes, first), { dimension, threads: 1 });
  const { written } = await new ChangingIndex(index, versions, vectors, 1).run(0.2);
  expect(written).toBeGreaterThan(0);
  const start = versions.now();
  const found = index.search(query, index.count, { exact: true });
  const live = Array.from({ length: versions.nodes }, (_, node) => node).filter((node) =>
    versions.mayFind(node, versions.newest(node), start),
  );
  expect([...found.nodes].sort((a, b) => a - b)).toEqual(live);
  const verdicts = [...found.nodes].map((node, i) => {
    const distance = found.distances[i] as number;
    return judge({ node, distance, start }, query, versions, vectors);
  });
  expect(new Set(verdicts)).toEqual(new Set(['right']));
});

function reading(name: string, given: Partial<ReaderFigures> = {}): MeasuredReading {
  const figures: ReaderFigures = {
    ...{ queries: 100, seconds: 0.5, microseconds: Float64Array.of(1, 2, 3) },
    ...{ hits: { right: 1_000, removed: 0, stale: 0, wrong: 0 }, recallSum: 9.9, recalls: 10 },
    ...{ selves: 50, selvesMissed: 1 },
    ...given,
  };
  return { name, readers: [figures, figures], seconds: 2, written: 64, consolidations: 3 };
}

test('a row adds up the readers', () => {
  expect(readingRow(reading('busy'))).toMatchObject({
    ...{ recall: 0.99, queries: 200, queriesPerSecond: 400, checked: 2_000, selvesMissed: 2 },
    ...{ p50Microseconds: 2, p99Microseconds: 3, writesPerSecond: 32, consolidations: 3 },
  });
});

test('goals of readers are missed by a single hit that should not be', () => {
  expect(readingGoals(reading('idle'), reading('busy')).every(goalIsMet)).toBe(true);
  for (const kind of ['wrong', 'stale', 'removed'] as const) {
    const hits = { right: 1_000, removed: 0, stale: 0, wrong: 0, [kind]: 1 };
    const goals = readingGoals(reading('idle'), reading('busy', { hits }));
    expect(goals.filter((goal) => !goalIsMet(goal))).toHaveLength(1);
  }
  const worse = readingGoals(reading('idle'), reading('busy', { recallSum: 9.7 }));
  expect(worse.map(goalIsMet)).toEqual([true, true, true, false]);
});

test('adds are compared at both percentiles with our first', () => {
  const adds = (name: string, microseconds: number[]) => {
    return { name, peer: !name.startsWith('nigh'), microseconds, missed: 0 };
  };
  const all = [adds('nigh, threads 1', [100, 300]), adds('a peer', [200, 150])];
  expect(addComparisons(all).map(({ ratio }) => ratio)).toEqual([1.5, 0.667]);
  expect(addRow(adds('nigh', [100, 300]))).toMatchObject({ p50Microseconds: 100, adds: 2 });
});
