// What macro/growth.ts makes of its sizes, and how it finds what they are asked with.
import { describe, expect, test } from 'vitest';
import { cheapest } from '../../harness/cheapest.ts';
import { goalIsMet } from '../../harness/report.ts';
import {
  type Asking,
  growthGoals,
  growthRow,
  type MeasuredSize,
} from '../../macro/growth-report.ts';

function size(count: number, p50: number, given: Partial<MeasuredSize> = {}): MeasuredSize {
  return {
    ...{ count, efSearch: 12, method: 'graph', recall: 0.96 },
    asking: 'recall 0.95',
    ...{ p50: [p50, p50, 9 * p50], p99: [3 * p50], queriesPerSecond: [1e6 / p50] },
    ...{ buildVectorsPerSecond: 1e4, bytesPerVector: 800 },
    ...given,
  };
}

test('cheapest finds the first value that is enough, or the last there is', () => {
  for (const first of [10, 11, 63, 64]) {
    expect(cheapest({ min: 10, max: 64 }, (value) => value >= first)).toBe(first);
  }
  expect(cheapest({ min: 10, max: 64 }, () => false)).toBe(64);
});

describe('growthGoals', () => {
  test('compare sizes round by round, for each way of asking', () => {
    const askings: readonly Asking[] = ['recall 0.95', 'default'];
    const sizes = askings.flatMap((asking, i) => [
      size(1_000, 10, { asking }),
      size(16_000, 11 + 10 * i, { asking }),
    ]);
    const goals = growthGoals(sizes);
    expect(goals.map(({ measured }) => measured)).toEqual([1.1, 2.1]);
    expect(goals.map(goalIsMet)).toEqual([true, false]);
  });

  test('hold 100,000 vectors to their limits only at the recall', () => {
    const met = growthGoals([size(100_000, 90), size(100_000, 500, { asking: 'default' })]);
    expect(met.map(goalIsMet)).toEqual([true, true, true]);
    const missed = growthGoals([size(100_000, 110, { recall: 0.9 })]);
    expect(missed.map(goalIsMet)).toEqual([false, false, false]);
  });
});

test('a scan has no efSearch', () => {
  expect(growthRow(size(1_000, 10, { method: 'exact scan' })).efSearch).toBeNull();
  expect(growthRow(size(4_000, 10))).toMatchObject({ efSearch: 12, p50Microseconds: 10 });
});
