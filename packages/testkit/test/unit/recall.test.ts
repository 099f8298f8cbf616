import { describe, expect, test } from 'vitest';
import { bruteForce, bruteForceBatch } from '../../src/brute-force.ts';
import { meanRecall, meanRecallWithTies, recall, recallWithTies } from '../../src/recall.ts';

// On a line: nodes 0 to 5 at 0, 1, -1, 2, -2, 5.
const VECTORS = Float32Array.of(0, 1, -1, 2, -2, 5);
const OPTIONS = { vectors: VECTORS, dimension: 1, metric: 'l2' } as const;
const exact = bruteForce(VECTORS, [0], { dimension: 1, metric: 'l2', k: 2 });

describe('recall', () => {
  test('is the found part of the exact nodes', () => {
    expect(recall([1, 2, 9], [1, 2, 3, 4])).toBe(0.5);
    expect(recall([4, 3, 2, 1], [1, 2, 3, 4])).toBe(1);
    expect(recall([], [1])).toBe(0);
  });

  test('is 1 when there is nothing to find', () => {
    expect(recall([], [])).toBe(1);
  });

  test('counts a node found twice once', () => {
    expect(recall([1, 1], [1, 2])).toBe(0.5);
  });
});

describe('recallWithTies', () => {
  test('counts a node as far as the last exact one, which recall does not', () => {
    expect([...exact.nodes]).toEqual([0, 1]);
    expect(recall([0, 2], exact.nodes)).toBe(0.5);
    expect(recallWithTies([0, 2], exact, [0], OPTIONS)).toBe(1);
  });

  test('does not count a node that is farther', () => {
    expect(recallWithTies([0, 3], exact, [0], OPTIONS)).toBe(0.5);
    expect(recallWithTies([0, 3], exact, [0], { ...OPTIONS, epsilon: 3 })).toBe(1);
    expect(recallWithTies([0, 3], exact, [0], { ...OPTIONS, absolute: 3 })).toBe(1);
  });

  test('never exceeds 1 and ignores repeated and impossible nodes', () => {
    expect(recallWithTies([0, 1, 2], exact, [0], OPTIONS)).toBe(1);
    expect(recallWithTies([0, 0], exact, [0], OPTIONS)).toBe(0.5);
    expect(recallWithTies([0, 4294967295], exact, [0], OPTIONS)).toBe(0.5);
  });

  test('grows the bound of negative distances too', () => {
    const vectors = Float32Array.of(100, 99.9999);
    const best = bruteForce(vectors, [1], { dimension: 1, metric: 'dot', k: 1 });
    const options = { vectors, dimension: 1, metric: 'dot' } as const;
    expect(recallWithTies([0], best, [1], options)).toBe(1);
    expect(recallWithTies([1], best, [1], options)).toBe(1);
    expect(recallWithTies([1], best, [1], { ...options, epsilon: 1e-7 })).toBe(0);
  });
});

describe('means over a batch', () => {
  const queries = Float32Array.of(0, 5);
  const results = bruteForceBatch(VECTORS, queries, { dimension: 1, metric: 'l2', k: 2 });
  // Row 0 found a tie of the second exact node; row 1 found one node, and the rest is left over.
  const batch = { k: 2, nodes: Uint32Array.of(0, 2, 5, 3), lengths: Uint32Array.of(2, 1) };

  test('count the found nodes of each row up to its length', () => {
    expect(meanRecall(batch, results)).toBe(0.5);
    expect(meanRecallWithTies(batch, results, queries, OPTIONS)).toBe(0.75);
  });

  test('refuse a batch with another number of rows', () => {
    expect(() => meanRecall(batch, results.slice(1))).toThrow(RangeError);
  });
});
