// Snapshots in memory: an index as it was at one moment, whatever is written to it later, and
// whoever shares or saves the snapshot.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussian } from '@nigh/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';

const DIMENSION = 6;
const COUNT = 400;
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, consolidateAt: 1 };
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });
const folder = mkdtempSync(join(tmpdir(), 'nigh-snapshots-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything that a snapshot must keep. */
function answersOf(index: VectorIndex): unknown {
  return {
    ...{ nodes: [...index.nodes()], count: index.count, next: index.nextNode },
    vectors: [...index.getVectors(index.nodes())],
    found: [1, 2, 3].map((seed) => index.search(rows(1, seed), 10, { efSearch: 50 })),
    all: index.search(rows(1, 4), 1000, { exact: true }),
    range: index.searchRange(rows(1, 5), 4),
  };
}

/** What may happen to an index after a snapshot was taken of it. */
const WRITES: readonly (readonly [
  name: string,
  write: (index: VectorIndex) => Promise<unknown>,
])[] = [
  ['is added to', (index) => index.add(rows(50, 2), { rebuild: 'never' })],
  ['is added to and rebuilt', (index) => index.add(rows(200, 2))],
  ['is updated', (index) => index.update([1, 399, 7], rows(3, 2), { rebuild: 'never' })],
  ['loses nodes', async (index) => index.remove([0, 31, 32, 200])],
  ['loses all', async (index) => index.remove(index.nodes())],
  [
    'is consolidated',
    async (index) => {
      index.remove(index.nodes().filter((node) => node % 2 === 0));
      await index.consolidate();
    },
  ],
  ['is linked anew', (index) => index.link({ rebuild: 'now' })],
  ['is calibrated', (index) => index.calibrate({ k: 5, sample: 20 })],
];

describe.each(['levels', 'hubs'] as const)('a snapshot of an index with %s', (entry) => {
  const worn = async (): Promise<VectorIndex> => {
    const index = await VectorIndex.build(rows(COUNT), { ...options, entry, capacity: 1000 });
    index.remove([3, 40, 41]);
    await index.update([5, 6], rows(2, 9), { rebuild: 'never' });
    return index;
  };

  test.each(WRITES)('stays as it was when the index %s', async (_, write) => {
    const index = await worn();
    const before = answersOf(index);
    const snapshot = await index.snapshot();
    expect(answersOf(snapshot)).toEqual(before);
    await write(index);
    await index.link();
    expect(answersOf(snapshot)).toEqual(before);
    expect(index.verify()).toEqual([]);
    await snapshot.close();
    await write(index).catch(() => undefined); // what is gone cannot be updated again
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('stays as it was when it is shared, and so does who attached', async () => {
    const index = await worn();
    const before = answersOf(index);
    const snapshot = await index.snapshot();
    const attached = VectorIndex.attach(snapshot.share());
    await index.add(rows(600, 3));
    index.remove([1, 2]);
    await index.consolidate();
    expect(answersOf(snapshot)).toEqual(before);
    expect(answersOf(attached)).toEqual(before);
    await Promise.all([attached.close(), snapshot.close(), index.close()]);
  });

  test('is saved as it is, while the index goes on and after it was closed', async () => {
    const index = await worn();
    const before = answersOf(index);
    const snapshot = await index.snapshot();
    const path = join(folder, entry);
    const saving = snapshot.save(path);
    index.remove([10, 11, 12]);
    const adding = index.add(rows(300, 3));
    await saving;
    const first = await VectorIndex.load(path, { threads: 1 });
    expect(answersOf(first)).toEqual(before);
    expect(first.verify()).toEqual([]);
    await adding;
    await index.close();
    await snapshot.save(path);
    const second = await VectorIndex.load(path, { threads: 1 });
    expect(answersOf(second)).toEqual(before);
    expect(answersOf(snapshot)).toEqual(before);
    await Promise.all([first.close(), second.close(), snapshot.close()]);
  });

  test('takes no writes', async () => {
    const index = await worn();
    const snapshot = await index.snapshot();
    const refused = expect.objectContaining({ code: 'READ_ONLY' });
    expect(() => snapshot.remove(1)).toThrowError(refused);
    expect(() => snapshot.reserve(1)).toThrowError(refused);
    expect(() => snapshot.verify()).toThrowError(refused);
    const writes = [
      ...[snapshot.add(rows(1)), snapshot.update(1, rows(1)), snapshot.link()],
      ...[snapshot.consolidate(), snapshot.calibrate(), snapshot.snapshot()],
    ];
    for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'READ_ONLY' });
    await Promise.all([snapshot.close(), index.close()]);
  });
});

test.each([COUNT, 337])(
  'an interrupted link of %i goes on to the same graph with a snapshot and without',
  async (count) => {
    const link = async (isHeld: boolean): Promise<unknown> => {
      const index = await VectorIndex.build(rows(count), { ...options, capacity: 1000 });
      const abort = new AbortController();
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase === 'link') abort.abort();
      };
      const more = { rebuild: 'never', signal: abort.signal, onProgress } as const;
      await expect(index.add(rows(160, 2), more)).rejects.toMatchObject({ code: 'ABORTED' });
      const snapshot = isHeld ? await index.snapshot() : undefined;
      await index.link({ rebuild: 'never' });
      expect(index.verify()).toEqual([]);
      const found = [1, 2, 3].map((seed) => index.search(rows(1, seed), 10));
      const { linked, maxLevel, meanDegree, bytes } = index.stats();
      await snapshot?.close();
      await index.close();
      return { found, linked, maxLevel, meanDegree, graph: bytes.graph };
    };
    expect(await link(true)).toEqual(await link(false));
  },
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([1, 2, 4, 8])(
  'what goes while a held graph is copied is gone, after %i turns',
  async (n) => {
    const index = await VectorIndex.build(rows(COUNT), { ...options, capacity: 1000 });
    const snapshot = await index.snapshot();
    const before = answersOf(snapshot);
    const adding = index.add(rows(20, 2), { rebuild: 'never' });
    for (let i = 0; i < n; i++) await turn();
    index.remove([1, 2, 402]);
    const updating = index.update([3, 403], rows(2, 3), { rebuild: 'never' });
    const more = index.add(rows(20, 4), { rebuild: 'never' });
    await Promise.all([adding, updating, more]);
    expect([1, 2, 402].map((node) => index.has(node))).toEqual([false, false, false]);
    expect(index.stats()).toMatchObject({ count: 437, removed: 5, linked: 442 });
    expect([...index.getVector(403)]).toEqual([...rows(2, 3).subarray(DIMENSION)]);
    expect(index.search(rows(1, 5), 1000, { exact: true }).nodes.length).toBe(437);
    expect(index.verify()).toEqual([]);
    expect(answersOf(snapshot)).toEqual(before);
    await Promise.all([snapshot.close(), index.close()]);
  },
);

test('too many snapshots are refused, and take nothing away from the index', async () => {
  const index = await VectorIndex.build(rows(COUNT), options);
  const open: VectorIndex[] = [];
  const fill = async (): Promise<unknown> => {
    for (;;) {
      const taken = await index.snapshot().catch((error: unknown) => error);
      if (!(taken instanceof VectorIndex)) return taken;
      open.push(taken);
    }
  };
  expect(await fill()).toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  const most = open.length;
  expect(most).toBeGreaterThan(10);
  await index.add(rows(200, 2));
  expect(index.search(rows(1), 5).nodes.length).toBe(5);
  expect(index.verify()).toEqual([]);
  expect(open.map(({ count }) => count)).toEqual(open.map(() => COUNT));
  await Promise.all(open.splice(0).map((snapshot) => snapshot.close()));
  expect(await fill()).toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  expect(open.length).toBe(most);
  await Promise.all([...open, index].map((one) => one.close()));
});

test('a batch of a snapshot answers as it does', async () => {
  const index = await VectorIndex.build(rows(COUNT), options);
  const snapshot = await index.snapshot();
  await index.update([...Array(50).keys()], rows(50, 7));
  const queries = rows(40, 8);
  const batch = await snapshot.searchBatch(queries, 5, { vectors: true });
  const single = Array.from({ length: 40 }, (_, i) =>
    snapshot.search(queries.subarray(i * DIMENSION, (i + 1) * DIMENSION), 5, { vectors: true }),
  );
  expect([...batch.nodes]).toEqual(single.flatMap(({ nodes }) => [...nodes]));
  expect([...(batch.vectors ?? [])]).toEqual(single.flatMap(({ vectors }) => [...(vectors ?? [])]));
  await Promise.all([snapshot.close(), index.close()]);
});
