// How a filtered search goes from one way to the next, and when it believes what a block holds.

import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { NodeFilter } from '../../../src/node-filter.ts';
import type { Way } from '../../../src/search/strategy.ts';
import { Segment } from '../../../src/segments/segment.ts';
import { linkedSegment } from '../../support/bare-segment.ts';
import { acceptOf, answerFrom, expectedFrom } from '../../support/filtered.ts';

const DIMENSION = 16;
const COUNT = 4000;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
const queryAt = (node: number): Float32Array =>
  vectors.slice(node * DIMENSION, (node + 1) * DIMENSION);

/** The nodes of a segment, nearest to a query first. */
function ranked(segment: Segment, query: Float32Array): number[] {
  return answerFrom([segment], query, { k: COUNT, exact: true }).nodes;
}

describe('a swept beam that holds too few', () => {
  // Of the nearest some pass, then long none do: fewer than k are in the beam.
  test.each([10, 14, 19])('such as %i of 20 is not believed', async (near) => {
    const segment = await linkedSegment(vectors, { dimension: DIMENSION });
    const query = queryAt(5);
    const order = ranked(segment, query);
    const filter = NodeFilter.of([...order.slice(0, near), ...order.slice(200)]);
    const plan = { ...acceptOf(filter), k: 20, efSearch: 20, way: 'sweep' as const };
    const { nodes, work } = answerFrom([segment], query, plan);
    expect(work.strategy).toBe('fallback');
    expect(nodes).toEqual(expectedFrom([segment], query, 20, filter).nodes);
  });
});

describe('two hops', () => {
  test('begin only where something near the query passes', async () => {
    const segment = await linkedSegment(vectors, { dimension: DIMENSION });
    let hits = 0;
    for (let node = 0; node < 20; node++) {
      const query = queryAt(node);
      const far = NodeFilter.of(ranked(segment, query).slice(-COUNT / 2));
      const plan = { ...acceptOf(far), k: 10, efSearch: 64, way: 'two-hop' as Way };
      const { nodes, work } = answerFrom([segment], query, plan);
      expect(work.strategy).toBe('fallback');
      const expected = expectedFrom([segment], query, 10, far).nodes;
      hits += nodes.filter((found) => expected.includes(found)).length;
    }
    expect(hits).toBeGreaterThanOrEqual(195);
  });

  test('over a filter that has nothing to do with the vectors find what is there', async () => {
    const segment = await linkedSegment(vectors, { dimension: DIMENSION });
    let [hits, hopped] = [0, 0];
    for (let node = 0; node < 20; node++) {
      const filter = NodeFilter.where(ranked(segment, queryAt(0)), (other) => other % 5 === 0);
      const plan = { ...acceptOf(filter), k: 10, efSearch: 64, way: 'two-hop' as Way };
      const { nodes, work } = answerFrom([segment], queryAt(node), plan);
      if (work.strategy === 'two-hop') hopped++;
      // Less than the sweep: no slot that does not pass is measured after the scout.
      expect(work.distanceCount).toBeLessThan(0.35 * COUNT);
      const expected = expectedFrom([segment], queryAt(node), 10, filter).nodes;
      hits += nodes.filter((found) => expected.includes(found)).length;
    }
    expect(hopped).toBeGreaterThanOrEqual(18); // a scout may find nothing by chance
    expect(hits).toBeGreaterThanOrEqual(196);
  });
});

describe('the bits of a block', () => {
  test('are written again when another thread wrote to it', async () => {
    const segment = await linkedSegment(vectors, { dimension: DIMENSION });
    // What another thread has: the same memory, and its own memory of what it wrote.
    const twin = new Segment(segment.handle);
    const filters = [NodeFilter.range(0, 2000), NodeFilter.range(1000, 3000)];
    for (let step = 0; step < 8; step++) {
      const [one, filter] = [step % 2 === 0 ? segment : twin, filters[step % 2]];
      const { nodes } = answerFrom([one], queryAt(7), { ...acceptOf(filter), k: 50 });
      expect(nodes.every((node) => filter.has(node))).toBe(true);
    }
  });
});
