// Searches beside updates: begun again when nodes were switched meanwhile, and never with a node
// twice, also when they begin and end in the middle of one switch.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import { SWITCHES } from '../../../src/memory/control-words.ts';
import { isSteady, searchSteadily } from '../../../src/search/steady.ts';
import { Segment } from '../../../src/segments/segment.ts';

const vectors = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i));

afterEach(() => vi.restoreAllMocks());

async function smallIndex(): Promise<VectorIndex> {
  return VectorIndex.build(vectors, { dimension: 2, threads: 1, capacity: 100 });
}

/** Runs `look` in the middle of every switch: new vectors are there, the old ones are as well. */
function inTheMiddle(look: () => void): void {
  const removeLocal = Segment.prototype.removeLocal;
  vi.spyOn(Segment.prototype, 'removeLocal').mockImplementation(function (this: Segment, nodes) {
    look();
    removeLocal.call(this, nodes);
  });
}

test('a search is steady when no switch began or ended in it', () => {
  const control = new Int32Array(SWITCHES + 1);
  expect(isSteady(control, 0)).toBe(true);
  control[SWITCHES] = 1;
  expect(isSteady(control, 0)).toBe(false);
  expect(isSteady(control, 1)).toBe(false);
  control[SWITCHES] = 2;
  expect(isSteady(control, 0)).toBe(false);
  expect(isSteady(control, 2)).toBe(true);
});

test('a search begins again after a switch, and four times at most', () => {
  const control = new Int32Array(SWITCHES + 1);
  const searches = [2, 2, 2].values();
  const first = vi.fn(() => {
    control[SWITCHES] = searches.next().value as number;
  });
  searchSteadily(control, first);
  expect(first).toHaveBeenCalledTimes(2);
  control[SWITCHES] = 3;
  const second = vi.fn();
  searchSteadily(control, second);
  expect(second).toHaveBeenCalledTimes(4);
});

describe('in the middle of an update', () => {
  test('no search finds a node twice', async () => {
    const index = await smallIndex();
    const found: Uint32Array[] = [];
    inTheMiddle(() => {
      const query = vectors.subarray(6, 8);
      found.push(index.search(query, 20).nodes, index.search(query, 20, { exact: true }).nodes);
    });
    await index.update(
      [3, 4],
      vectors.slice(6, 10).map((value) => value + 1e-3),
    );
    expect(found).toHaveLength(2);
    for (const nodes of found) expect(new Set(nodes).size).toBe(nodes.length);
    await index.close();
  });

  test('a node that is updated is there', async () => {
    const index = await smallIndex();
    const seen: unknown[] = [];
    inTheMiddle(() => seen.push([index.has(3), [...index.getVector(3)]]));
    await index.update(3, Float32Array.of(5, 6));
    expect(seen).toEqual([[true, [5, 6]]]);
    await index.close();
  });

  test('a node whose count was read before and whose tombstone after is there', async () => {
    const index = await smallIndex();
    // As a thread that is interrupted: the update happens between the two looks of `has`.
    const isRemoved = Segment.prototype.isRemoved;
    let updating: Promise<void> | undefined;
    let isFirst = true;
    vi.spyOn(Segment.prototype, 'isRemoved').mockImplementation(function (this: Segment, node) {
      if (isFirst) {
        isFirst = false;
        updating = index.update(3, Float32Array.of(5, 6));
      }
      return isRemoved.call(this, node);
    });
    expect(index.has(3)).toBe(true);
    vi.restoreAllMocks();
    await updating;
    expect([...index.getVector(3)]).toEqual([5, 6]);
    await index.close();
  });
});

test('what was found and removed then comes with its vector', async () => {
  const index = await smallIndex();
  const [nearest] = index.search([0, 0], 1).nodes;
  const findLast = Segment.prototype.findLast;
  vi.spyOn(Segment.prototype, 'findLast').mockImplementation(function (this: Segment, node) {
    vi.restoreAllMocks();
    index.remove(nearest);
    return findLast.call(this, node);
  });
  const { nodes, vectors: found } = index.search([0, 0], 1, { vectors: true });
  expect([...nodes]).toEqual([nearest]);
  expect(index.has(nearest)).toBe(false);
  expect([...(found ?? [])]).toEqual([...vectors.subarray(2 * nearest, 2 * nearest + 2)]);
  await index.close();
});
