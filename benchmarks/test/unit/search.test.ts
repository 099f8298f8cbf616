// What macro/search.ts makes of its curves: who is compared, at which recall, and what is a miss.
import { describe, expect, test } from 'vitest';
import { contestantsOf, FIRST_SET, SEARCH_SETS } from '../../macro/search-contestants.ts';
import {
  type Curve,
  compareCurves,
  curveRows,
  ratioRows,
  searchGoals,
  summaryRow,
} from '../../macro/search-report.ts';

function curve(name: string, points: readonly (readonly [number, number])[]): Curve {
  return {
    ...{ name, set: FIRST_SET, peer: !name.startsWith('nigh'), bytesPerVector: 100 },
    points: points.map(([recall, speed], i) => {
      return { efSearch: 10 * (i + 1), recall, speeds: [speed, 2 * speed, speed] };
    }),
  };
}

const nigh = curve('nigh', [
  [0.9, 1000],
  [0.99, 400],
]);

describe('the curves of a set', () => {
  test('are compared at every recall the peer reaches, interpolated', () => {
    const peer = curve('hnswlib-node', [
      [0.9, 500],
      [0.99, 100],
    ]);
    const compared = compareCurves([nigh, peer]);
    expect(compared.map(({ ratio }) => ratio)).toEqual([2, expect.closeTo(2.94, 2), 4]);
    expect(compared.every(({ ours, peer: name }) => ours === 'nigh' && name === peer.name)).toBe(
      true,
    );
  });

  test('count as speed 0 where only the peer reaches a recall', () => {
    const peer = curve('zvec', [[0.999, 10]]);
    expect(compareCurves([nigh, peer]).at(-1)).toMatchObject({ ratio: 0, ourValue: 0 });
    const safety = searchGoals([nigh, peer]).find(({ required }) => required === 1);
    expect(safety?.measured).toBe(0);
  });

  test('have a dash for a peer that does not reach a recall', () => {
    const peer = curve('usearch i8', [[0.95, 2000]]);
    const [at95, at99] = ratioRows([nigh, peer]);
    expect(at95?.['usearch i8']).toBeCloseTo(0.3, 1);
    expect(at99).toMatchObject({ recall: 0.99, queriesPerSecond: 400, 'usearch i8': null });
    expect(summaryRow(peer)).toMatchObject({ at95: 2000, queriesPerSecond: null });
  });

  test('are judged by the median of their rounds', () => {
    expect(curveRows(nigh)[0]).toMatchObject({ queriesPerSecond: 1000, min: 1000, max: 2000 });
  });
});

describe('searchGoals', () => {
  test('asks for a multiple of three peers at two recalls, and for no faster peer', () => {
    const slow = ['hnswlib-node', 'usearch f32', 'usearch i8', 'zvec'].map((name) =>
      curve(name, [
        [0.9, 100],
        [0.99, 100],
      ]),
    );
    const goals = searchGoals([nigh, ...slow]);
    expect(goals.map(({ required }) => required)).toEqual([3.5, 3.5, 5, 5, 5, 5, 1]);
    expect(goals.at(-1)?.measured).toBe(4);
  });

  test('says nothing of a peer that never reaches the recalls', () => {
    expect(searchGoals([nigh, curve('zvec', [[0.5, 1e6]])])).toEqual([]);
  });
});

describe('contestantsOf', () => {
  const options = {
    ...{ M: 16, efConstruction: 100, peerEfConstruction: 200, seed: 1 },
    peers: ['hnswlib-node', 'zvec'],
    tierRuns: () => true,
  };
  const shape = { metric: 'cosine' as const, count: 10, dimension: 8 };

  test('lists the slower tiers on the first set only', () => {
    const [first = [], second = []] = SEARCH_SETS.map((name) =>
      contestantsOf({ name, ...shape }, options).map((contestant) => contestant.name),
    );
    expect(first).toEqual(['nigh', 'nigh simd', 'nigh javascript', 'hnswlib-node', 'zvec']);
    expect(second).toEqual(['nigh', 'hnswlib-node', 'zvec']);
  });

  test('gives peers the metric of the set and an efConstruction of their own', () => {
    const [ours, peer] = contestantsOf({ name: 'a set', ...shape }, options);
    expect(ours?.settings.build).toMatchObject({ M: 16, efConstruction: 100 });
    expect(peer?.settings.build).toMatchObject({ M: 16, efConstruction: 200, metric: 'cosine' });
  });
});
