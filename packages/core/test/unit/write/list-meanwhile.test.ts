// What becomes of the list of segments, and of those who read it, while segments are written anew.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/vector-index.ts';
import { segmentBytes } from '../../support/segment-bytes.ts';

const dimension = 6;
const rows = (count: number, seed: number): Float32Array => clustered({ count, dimension, seed });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-list-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function serials(index: VectorIndex): number[] {
  return index.share().segments.map(({ serial }) => serial);
}

describe('a segment of which nothing is left', () => {
  test.each([0, 1, 2, 3, 5, 8])(
    'is not there when another takes vectors %i turns later, and the file loads',
    async (turns) => {
      await using index = VectorIndex.create({ dimension, threads: 1, capacity: 100 });
      await index.add(rows(100, 1));
      index.remove(index.nodes());
      const consolidating = index.consolidate();
      for (let i = 0; i < turns; i++) await Promise.resolve();
      await index.add(rows(150, 2));
      await consolidating;
      await index.consolidate();
      const path = join(folder, `empty-${turns}.nigh`);
      await index.save(path);
      await using loaded = await VectorIndex.load(path, { threads: 1 });
      expect(loaded.count).toBe(150);
      expect([...loaded.nodes()]).toEqual([...index.nodes()]);
    },
  );
});

test('segments that do not fit into one are written anew where something was removed', async () => {
  const segmentByteLimit = segmentBytes(200, { dimension });
  const options = { dimension, threads: 1, segmentByteLimit, flatThreshold: 0 };
  await using index = await VectorIndex.build(rows(900, 3), options);
  const before = serials(index);
  expect(before.length).toBeGreaterThan(3);
  index.remove([5]);
  await index.consolidate();
  const after = serials(index);
  expect(index.stats()).toMatchObject({ count: 899, removed: 0 });
  expect(after.filter((serial) => before.includes(serial)).length).toBe(before.length - 1);
  expect(index.verify()).toEqual([]);
});

test('a batch finds k nodes, each once, also where nodes move to another segment', async () => {
  const options = { dimension, threads: 1, consolidateAt: 1, capacity: 300 };
  await using index = VectorIndex.create(options);
  for (const [seed, count] of [300, 800, 1101, 2000].entries()) await index.add(rows(count, seed));
  index.remove([0, 1, 2]);
  const near = index.getVector(10);
  const queries = new Float32Array(4000 * dimension);
  for (let i = 0; i < queries.length; i += dimension) queries.set(near, i);
  const answering = index.searchBatch(queries, 5, { exact: true });
  await index.consolidate();
  near[0] = (near[0] as number) + 1e-3;
  const updating = index.update(10, near);
  const { nodes, lengths } = await answering;
  await updating;
  for (const [row, length] of lengths.entries()) {
    expect(length).toBe(5);
    expect(new Set(nodes.subarray(row * 5, row * 5 + length)).size).toBe(5);
  }
});

test('a snapshot of memory that is nobody else’s tells nobody of changes', async () => {
  const { BroadcastChannel } = globalThis;
  const memory = { tier: 'javascript', memory: 'private' } as const;
  await using index = VectorIndex.create({ dimension, threads: 1, capacity: 50, ...memory });
  await index.add(rows(50, 1));
  globalThis.BroadcastChannel = class {
    constructor() {
      throw new Error('a channel was opened');
    }
  } as unknown as typeof BroadcastChannel;
  try {
    const snapshot = await index.snapshot();
    await index.add(rows(60, 2));
    index.remove([1, 2]);
    await index.consolidate();
    expect(snapshot.count).toBe(50);
    await snapshot.close();
  } finally {
    globalThis.BroadcastChannel = BroadcastChannel;
  }
});

describe('a merge of what is no index', () => {
  const invalid = { code: 'INVALID_ARGUMENT' };
  test.each([[undefined], [{}], [[{}]], [[undefined]], ['abc'], [[]]])(
    'of %o is refused',
    async (indexes) => {
      await expect(VectorIndex.merge(indexes as never)).rejects.toMatchObject(invalid);
    },
  );

  test.each([{ metric: 'cosine' }, { dimension: 3 }, { unknown: 1 }, { signal: 1 }])(
    'with %o is refused',
    async (options) => {
      await using index = await VectorIndex.build(rows(20, 1), { dimension, threads: 1 });
      const merging = VectorIndex.merge([index], options as never);
      await expect(merging).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    },
  );
});
