import { describe, expect, test } from 'vitest';
import { bruteForce, bruteForceBatch, exactDistance } from '../../src/brute-force.ts';

// Node 0 is (3, 4), 1 is (1, 0), 2 is (0, 2), 3 is (1, 0) again, 4 is (-1, 0).
const VECTORS = Float32Array.of(3, 4, 1, 0, 0, 2, 1, 0, -1, 0);
const QUERY = Float32Array.of(1, 0);

describe('bruteForce', () => {
  test('l2 gives squared distances, ties by the smaller node', () => {
    const { nodes, distances } = bruteForce(VECTORS, QUERY, { dimension: 2, metric: 'l2', k: 5 });
    expect([...nodes]).toEqual([1, 3, 4, 2, 0]);
    expect([...distances]).toEqual([0, 0, 4, 5, 20]);
  });

  test('cosine gives 1 - cos', () => {
    const { nodes, distances } = bruteForce(VECTORS, QUERY, {
      dimension: 2,
      metric: 'cosine',
      k: 5,
    });
    expect([...nodes]).toEqual([1, 3, 0, 2, 4]);
    expect([...distances]).toEqual([0, 0, 0.4, 1, 2]);
  });

  test('dot gives the negated dot product, and no negative zero', () => {
    const { nodes, distances } = bruteForce(VECTORS, QUERY, { dimension: 2, metric: 'dot', k: 5 });
    expect([...nodes]).toEqual([0, 1, 3, 2, 4]);
    expect([...distances]).toEqual([-3, -1, -1, 0, 1]);
  });

  test('keeps the k nearest only, and all of them when there are fewer', () => {
    const options = { dimension: 2, metric: 'l2' } as const;
    expect([...bruteForce(VECTORS, QUERY, { ...options, k: 2 }).nodes]).toEqual([1, 3]);
    expect(bruteForce(VECTORS, QUERY, { ...options, k: 100 }).nodes.length).toBe(5);
    expect(bruteForce(new Float32Array(0), QUERY, { ...options, k: 3 }).nodes.length).toBe(0);
  });

  test('gives accepted nodes only', () => {
    const accept = Uint32Array.of(0b11001);
    const { nodes } = bruteForce(VECTORS, QUERY, { dimension: 2, metric: 'l2', k: 5, accept });
    expect([...nodes]).toEqual([3, 4, 0]);
  });

  test('reads the accepted nodes beyond the first word', () => {
    const vectors = Float32Array.from({ length: 70 }, (_, node) => node);
    const accept = Uint32Array.of(0, 0b10, 0b100);
    const { nodes } = bruteForce(vectors, [0], { dimension: 1, metric: 'l2', k: 5, accept });
    expect([...nodes]).toEqual([33, 66]);
  });

  test('keeps digits that float32 would lose', () => {
    const vectors = [1e8, 1e8 + 1];
    const { distances } = bruteForce(vectors, [0], { dimension: 1, metric: 'dot', k: 2 });
    expect([...distances]).toEqual([0, 0]);
    expect(exactDistance(vectors, [1], 1, { dimension: 1, metric: 'dot' })).toBe(-100000001);
  });

  test('cosine of tiny and huge vectors stays in range', () => {
    const vectors = Float32Array.of(1e-20, 1e-20, 1e15, -1e15);
    const { distances } = bruteForce(vectors, [1e-20, 1e-20], {
      dimension: 2,
      metric: 'cosine',
      k: 2,
    });
    expect(distances[0]).toBeGreaterThanOrEqual(0);
    expect(distances[0]).toBeLessThan(1e-15);
    expect(distances[1]).toBeCloseTo(1, 15);
  });

  test('a zero vector is at cosine distance 1 from everything', () => {
    const { distances } = bruteForce([0, 0], [1, 0], { dimension: 2, metric: 'cosine', k: 1 });
    expect([...distances]).toEqual([1]);
  });

  test('a batch gives each query its own result', () => {
    const queries = Float32Array.of(1, 0, 3, 4);
    const results = bruteForceBatch(VECTORS, queries, { dimension: 2, metric: 'l2', k: 1 });
    expect(results.map(({ nodes }) => [...nodes])).toEqual([[1], [0]]);
  });
});
