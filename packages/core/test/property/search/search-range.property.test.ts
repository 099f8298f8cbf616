// Searches by distance against the exact answer cut at that distance, through segments of which a
// part is linked.

import { type SearchCase, searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SearchResult, VectorIndex } from '../../../src/index.ts';

const cases = searchCaseArbitrary({ maxCount: 90, dimensions: [1, 2, 3, 5, 17] });
/** How many vectors are linked before the rest is added unlinked, and the room of a segment. */
const shapes = fc.record({ linked: fc.nat(90), capacity: fc.integer({ min: 1, max: 120 }) });
/** Which result's distance is the largest, and by how much more. */
const reaches = fc.record({ rank: fc.nat(95), more: fc.constantFrom(-1, 0, 1e-3, 1e9) });

/** An index of which the first vectors are linked, and those after them not. */
async function indexOf(
  { dataset, options }: SearchCase,
  { linked, capacity }: { readonly linked: number; readonly capacity: number },
): Promise<VectorIndex> {
  const { vectors, dimension, count } = dataset;
  const cut = Math.min(linked, count) * dimension;
  const index = VectorIndex.create({
    ...{ ...options, dimension, capacity, threads: 1, flatThreshold: 5 },
  });
  await index.add(vectors.subarray(0, cut));
  const abort = new AbortController();
  const rest = index.add(vectors.subarray(cut), { signal: abort.signal });
  abort.abort(); // the vectors are in
  await rest.catch((error: { code?: string }) => expect(error.code).toBe('ABORTED'));
  return index;
}

function farthest(all: SearchResult, rank: number, more: number): number {
  const distance = all.distances[Math.min(rank, all.distances.length - 1)] ?? 0;
  return distance + more * Math.abs(distance || 1);
}

function isOrdered({ nodes, distances }: SearchResult): boolean {
  return distances.every(
    (distance, i) =>
      i === 0 ||
      distance > distances[i - 1] ||
      (distance === distances[i - 1] && nodes[i] > nodes[i - 1]),
  );
}

describe('a search within a distance', () => {
  test('that is exact is the exhaustive search, cut there', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        shapes,
        reaches,
        fc.integer({ min: 1, max: 100 }),
        async (...drawn) => {
          const [given, shape, { rank, more }, limit] = drawn;
          const index = await indexOf(given, shape);
          const query = given.query;
          const all = index.search(query, 1000, { exact: true });
          const maxDistance = farthest(all, rank, more);
          const within = all.distances.filter((distance) => distance <= maxDistance).length;
          const found = index.searchRange(query, maxDistance, { exact: true, limit });
          const kept = Math.min(within, limit);
          expect(found.nodes).toEqual(all.nodes.slice(0, kept));
          expect(found.distances).toEqual(all.distances.slice(0, kept));
          expect(found.truncated).toBe(within > limit);
          await index.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test('never lets anything farther through, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(cases, shapes, reaches, async (given, shape, { rank, more }) => {
        const index = await indexOf(given, shape);
        const { query, k } = given;
        const all = index.search(query, 1000, { exact: true });
        const maxDistance = farthest(all, rank, more);
        const batch = await index.searchBatch([[...query]], k, { maxDistance });
        const row = { nodes: batch.nodes, distances: batch.distances };
        const results = [
          index.searchRange(query, maxDistance),
          index.search(query, k, { maxDistance }),
          index.search(query, 5000, { maxDistance }),
          {
            ...{ distanceCount: 0, exactCount: 0, hopCount: 0, strategy: 'graph' as const },
            nodes: row.nodes.subarray(0, batch.lengths[0]),
            distances: row.distances.subarray(0, batch.lengths[0]),
          },
          ...(index.count > 0 ? [index.searchNode(0, k, { maxDistance })] : []),
        ];
        for (const result of results) {
          expect(result.distances.every((distance) => distance <= maxDistance)).toBe(true);
          expect(result.nodes.length).toBe(result.distances.length);
          expect(isOrdered(result)).toBe(true);
        }
        await index.close();
      }),
      { numRuns: 60 },
    );
  });
});
