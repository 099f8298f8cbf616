import { gaussian } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { answerQuery } from '../../../src/search/batch-queries.ts';
import { appendVectors, linkBare, linkedSegment } from '../../support/bare-segment.ts';

test('a search finds what is added while it walks the graph', async () => {
  const options = { dimension: 4, capacity: 200, tier: 'javascript' } as const;
  const vectors = gaussian({ count: 20, dimension: 4 });
  const segment = await linkedSegment(vectors, options);
  const floats = vectors.slice(0, 4);
  // Linked in the middle of a search, these would take the whole beam, and be passed over there.
  const nearer = Float32Array.from({ length: 4 * 100 }, (_, i) => floats[i % 4] + 1e-3 * (i + 1));
  const { searchGraph } = segment.hot;
  let interrupted = false;
  segment.hot.searchGraph = (...args) => {
    if (!interrupted) {
      interrupted = true;
      appendVectors(segment, nearer);
    }
    searchGraph(...args);
  };
  const search = (): { found: number; nodes: number[] } => {
    const target = { nodes: new Uint32Array(5), distances: new Float32Array(5), offset: 0 };
    const plan = { k: 5, efSearch: 64, exact: false, exhaustive: false };
    const work = { distanceCount: 0, exactCount: 0, hopCount: 0 };
    const found = answerQuery({ segments: [segment], block: 0 }, { floats, plan }, target, work);
    return { found, nodes: [...target.nodes] };
  };
  const expected = { found: 5, nodes: [0, 20, 21, 22, 23] };
  expect(search()).toEqual(expected);
  expect(interrupted).toBe(true);
  await linkBare(segment);
  expect(search()).toEqual(expected);
});
