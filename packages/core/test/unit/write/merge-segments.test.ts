// Which segments are written anew together, and what searches gain by it.
import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../../src/segments/segment.ts';
import { VectorIndex } from '../../../src/vector-index.ts';
import { segmentsToMerge } from '../../../src/write/policy.ts';

/** As much of a segment as the policy looks at. */
function segment(live: number, sealed = false): Segment {
  return { live, sealed } as Segment;
}

describe('segmentsToMerge', () => {
  test('takes others up to twice as large along, in the order of the list', () => {
    const [large, small, due] = [segment(500), segment(150), segment(100)];
    // 500 is within twice 100 and 150.
    expect(segmentsToMerge([due], [large, small, due])).toEqual([large, small, due]);
    expect(segmentsToMerge([due], [segment(501), small, due])).toEqual([small, due]);
  });

  test('leaves sealed ones, and all when nothing that grows is due', () => {
    const [sealed, due] = [segment(10, true), segment(100)];
    expect(segmentsToMerge([sealed, due], [sealed, due])).toEqual([due]);
    expect(segmentsToMerge([sealed], [sealed, due])).toEqual([]);
  });
});

test('what was added after much was removed ends in one segment with the rest', async () => {
  const dimension = 8;
  const vectors = clustered({ count: 3_200, dimension });
  const added = vectors.subarray(2_000 * dimension);
  const options = { dimension, threads: 1, flatThreshold: 0 };
  await using index = await VectorIndex.build(vectors.subarray(0, 2_000 * dimension), options);
  index.remove(Array.from({ length: 1_200 }, (_, node) => node));
  await index.add(added);
  await index.link(); // behind what the removal set off
  expect(index.stats()).toMatchObject({ count: 2_000, removed: 0, segments: 1 });
  expect(index.verify()).toEqual([]);
  expect(Array.from(index.nodes().subarray(0, 2))).toEqual([1_200, 1_201]);
});
