// The door of the index: what calls return, what they refuse, and what happens when they overlap.
// One thread, small data; threads and files have tests of their own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussian } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';

const DIMENSION = 8;
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, capacity: 2000 };
const withCode = (code: string): unknown => expect.objectContaining({ code });
/** Lets what waits for the event loop go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-index-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('an empty index', () => {
  test('answers with nothing', async () => {
    const index = VectorIndex.create(options);
    const empty = { nodes: new Uint32Array(0), distances: new Float32Array(0) };
    const work = { distanceCount: 0, exactCount: 0, hopCount: 0, strategy: 'scan' };
    expect(index.search(rows(1), 5)).toEqual({ ...empty, ...work });
    const batch = await index.searchBatch(rows(3), 5);
    expect(batch).toEqual({ k: 0, ...empty, lengths: new Uint32Array(3), ...work });
    expect(index.verify()).toEqual([]);
    expect(() => index.getVector(0)).toThrowError(withCode('INVALID_ARGUMENT'));
    await index.link();
    await index.close();
  });

  test('comes of a build of no vectors, and grows', async () => {
    const index = await VectorIndex.build([], options);
    expect(index.count).toBe(0);
    expect(await index.add([])).toEqual({ first: 0, count: 0 });
    expect(await index.add(rows(3))).toEqual({ first: 0, count: 3 });
    await index.close();
  });
});

describe('searching', () => {
  test('no queries gives an empty batch', async () => {
    const index = await VectorIndex.build(rows(50), options);
    const batch = await index.searchBatch([], 5);
    expect(batch).toMatchObject({ k: 5, distanceCount: 0, hopCount: 0 });
    expect(batch.lengths).toHaveLength(0);
    await index.close();
  });

  test('names the row of a bad query in a batch', async () => {
    const index = await VectorIndex.build(rows(50), { ...options, metric: 'cosine' });
    const zero = index.searchBatch([[...rows(1)], Array(DIMENSION).fill(0)], 5);
    await expect(zero).rejects.toMatchObject({ code: 'ZERO_VECTOR', details: { row: 1 } });
    const short = index.searchBatch([[1, 2]], 5);
    await expect(short).rejects.toMatchObject({ code: 'DIMENSION_MISMATCH', details: { row: 0 } });
    await index.close();
  });

  test('copies the queries before it returns', async () => {
    const index = await VectorIndex.build(rows(500), options);
    const queries = rows(500);
    const searching = index.searchBatch(queries, 1);
    queries.fill(9);
    const { nodes } = await searching;
    expect([...nodes]).toEqual(Array.from({ length: 500 }, (_, node) => node));
    await index.close();
  });

  test('keeps a cosine at 0 to 2 and a stored vector at 0, whatever its length', async () => {
    const vectors = rows(40).map((value, i) => value * 10 ** ((i >> 3) - 20));
    const index = await VectorIndex.build(vectors, { ...options, metric: 'cosine' });
    for (let node = 0; node < 40; node++) {
      const query = vectors.subarray(node * DIMENSION, (node + 1) * DIMENSION);
      const { nodes, distances } = index.search(query, 40);
      expect(nodes[0]).toBe(node);
      expect(Math.abs(distances[0])).toBeLessThan(3e-7);
      expect(distances.every((distance) => distance >= 0 && distance <= 2)).toBe(true);
    }
    await index.close();
  });
});

describe('adding', () => {
  test('copies the vectors before it returns', async () => {
    const index = VectorIndex.create(options);
    const vectors = rows(100);
    const adding = index.add(vectors);
    vectors.fill(9);
    await adding;
    expect(index.getVector(99)).toEqual(rows(100).slice(99 * DIMENSION));
    await index.close();
  });

  test('is found at once and numbered in the order of the calls', async () => {
    const index = VectorIndex.create(options);
    const adding = [1, 2, 3, 4].map((seed) => index.add(rows(100, seed)));
    expect(index.count).toBe(400);
    expect(index.search(rows(1, 3), 1).nodes[0]).toBe(200);
    expect(await Promise.all(adding)).toEqual(
      [0, 100, 200, 300].map((first) => ({ first, count: 100 })),
    );
    expect(index.stats().linked).toBe(400);
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('is exact and without repeats while it is linked', async () => {
    const index = VectorIndex.create({ ...options, efConstruction: 200 });
    await index.add(rows(300));
    let linked = false;
    const more = rows(600, 2);
    const adding = index.add(more).then(() => {
      linked = true;
    });
    const wrong: string[] = [];
    let searches = 0;
    while (!linked) {
      const node = 300 + ((searches++ * 37) % 600);
      const query = more.subarray((node - 300) * DIMENSION, (node - 299) * DIMENSION);
      const { nodes } = index.search(query, 20);
      if (nodes[0] !== node) wrong.push(`${node} does not find itself`);
      if (new Set(nodes).size !== nodes.length) wrong.push(`${node} finds a node twice`);
      await turn();
    }
    await adding;
    expect(wrong).toEqual([]);
    expect(searches).toBeGreaterThan(1);
    await index.close();
  });
});

describe('reserved room', () => {
  test('is filled and committed, and searched only then', async () => {
    const index = VectorIndex.create(options);
    index.reserve(5).set(rows(5));
    expect(index.count).toBe(0);
    expect(await index.commit()).toEqual({ first: 0, count: 5 });
    expect(index.search(rows(1), 1).nodes[0]).toBe(0);
    await expect(index.commit()).rejects.toThrow(withCode('NO_RESERVATION') as Error);
    await index.close();
  });

  test('keeps others out until it is committed', async () => {
    const index = VectorIndex.create(options);
    index.reserve(5).set(rows(5));
    await expect(index.add(rows(1))).rejects.toMatchObject({ code: 'RESERVATION_OPEN' });
    index.reserve(3).set(rows(3, 2));
    expect(await index.commit()).toEqual({ first: 0, count: 3 });
    await index.close();
  });

  test('stays open when a vector in it is bad', async () => {
    const index = VectorIndex.create({ ...options, metric: 'cosine' });
    const room = index.reserve(3);
    room.set(rows(3));
    room.fill(0, DIMENSION, 2 * DIMENSION);
    const zero = { code: 'ZERO_VECTOR', details: { row: 1 } };
    await expect(index.commit()).rejects.toMatchObject(zero);
    expect(index.count).toBe(0);
    room[DIMENSION] = 1;
    expect(await index.commit()).toEqual({ first: 0, count: 3 });
    expect(index.getVector(1)).toEqual(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    await index.close();
  });
});

describe('saving', () => {
  test('waits for the adds before it', async () => {
    const index = VectorIndex.create(options);
    const adding = index.add(rows(400));
    const path = join(folder, 'waits.nigh');
    await index.save(path);
    expect(index.stats().linked).toBe(400);
    await adding;
    const loaded = await VectorIndex.load(path, { threads: 1 });
    expect(loaded.stats()).toMatchObject({ count: 400, linked: 400 });
    await Promise.all([index.close(), loaded.close()]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16])(
    'leaves a sound file when vectors are added %i turns later',
    async (turns) => {
      const index = await VectorIndex.build(rows(200), { ...options, capacity: 1000 });
      const path = join(folder, 'added.nigh');
      const saving = index.save(path);
      for (let i = 0; i < turns; i++) await turn();
      const adding = index.add(rows(400, 2));
      await saving;
      const loaded = await VectorIndex.load(path, { threads: 1 });
      expect([200, 600]).toContain(loaded.count);
      await adding;
      expect(index.stats()).toMatchObject({ count: 600, linked: 600 });
      await Promise.all([index.close(), loaded.close()]);
    },
  );
});

describe('verifying', () => {
  test('is refused while the index is being linked, and sound afterwards', async () => {
    const index = VectorIndex.create(options);
    const adding = index.add(rows(500));
    expect(() => index.verify()).toThrow(withCode('BUSY') as Error);
    await adding;
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});

test('attaching to what was not shared is refused', () => {
  for (const wrong of [undefined, null, {}, { segments: [] }, 'index']) {
    expect(() => VectorIndex.attach(wrong as never)).toThrow(withCode('INVALID_ARGUMENT') as Error);
  }
});

describe('closing', () => {
  test('may come twice, and ends every other call with CLOSED', async () => {
    const index = await VectorIndex.build(rows(50), options);
    await index.close();
    await index.close();
    const closed = withCode('CLOSED') as Error;
    for (const call of [
      () => index.search(rows(1), 1),
      () => index.getVector(0),
      () => index.stats(),
      () => index.verify(),
      () => index.share(),
      () => index.reserve(1),
    ]) {
      expect(call).toThrowError(closed);
    }
    for (const call of [
      () => index.add(rows(1)),
      () => index.commit(),
      () => index.link(),
      () => index.searchBatch(rows(1), 1),
      () => index.evaluate(),
      () => index.save(join(folder, 'closed.nigh')),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'CLOSED' });
    }
    expect(index.count).toBe(50);
  });

  test('rejects what runs and what waits', async () => {
    const index = VectorIndex.create({ ...options, efConstruction: 400 });
    const adding = [1, 2, 3].map((seed) => index.add(rows(600, seed)));
    const outcomes = Promise.allSettled(adding);
    await turn();
    await index.close();
    const codes = (await outcomes).map((one) => one.status === 'rejected' && one.reason.code);
    // On a busy machine the first may have ended in time; the last has not begun.
    expect(['CLOSED', 'ABORTED']).toContain(codes[2]);
    expect(codes.filter((code) => code && code !== 'CLOSED' && code !== 'ABORTED')).toEqual([]);
  });

  test.each([1, 2])(
    'on %i threads rejects batches that are searched with CLOSED',
    async (threads) => {
      const index = await VectorIndex.build(rows(2000), { ...options, threads });
      const batches = [1, 2, 3].map(() => index.searchBatch(rows(2000), 10, { exact: true }));
      const outcomes = Promise.allSettled(batches);
      await turn();
      await Promise.all([index.close(), index.close()]);
      const codes = (await outcomes).map((one) => one.status === 'rejected' && one.reason.code);
      expect(codes[2]).toBe('CLOSED');
      expect(codes.filter((code) => code && code !== 'CLOSED')).toEqual([]);
    },
  );

  test('is what `await using` does', async () => {
    let index: VectorIndex;
    {
      await using scoped = await VectorIndex.build(rows(5), options);
      index = scoped;
    }
    expect(() => index.stats()).toThrowError(withCode('CLOSED'));
  });
});

describe('options of work', () => {
  test.each([
    [{ onProgress: 1 }, 'onProgress'],
    [{ signal: {} }, 'signal'],
    [{ singal: 1 }, 'singal'],
  ])('refuses %o by name', async (work, name) => {
    const index = VectorIndex.create(options);
    const refused = { code: 'INVALID_OPTION', message: expect.stringContaining(name) };
    await expect(index.add(rows(1), work as object)).rejects.toMatchObject(refused);
    await expect(index.link(work as object)).rejects.toMatchObject(refused);
    const build = VectorIndex.build(rows(1), { ...options, ...(work as object) });
    await expect(build).rejects.toMatchObject(refused);
    expect(index.count).toBe(0);
    await index.close();
  });

  test('rejects with what the progress callback throws, and goes on afterwards', async () => {
    const index = VectorIndex.create(options);
    const onProgress = (): void => {
      throw new RangeError('the callback failed');
    };
    await expect(index.add(rows(300), { onProgress })).rejects.toThrow('the callback failed');
    expect(index.count).toBe(300);
    await index.link();
    expect(index.stats().linked).toBe(300);
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  const few = ['encode', 'compare', 'rows', 'probe', 'repair', 'calibrate'];
  const many = ['encode', 'assign', 'leaves', 'select', 'rows', 'probe', 'repair', 'calibrate'];
  const high = [
    'encode',
    'assign',
    'leaves',
    'select',
    'rows',
    'refine',
    'probe',
    'repair',
    'calibrate',
  ];
  test.each([
    ['a build of few vectors', 900, {}, few],
    ['a build of many vectors', 1500, {}, many],
    ['a build of high quality', 1500, { quality: 'high' }, high],
    [
      'a build by insertion',
      900,
      { builder: 'insertion' },
      ['encode', 'link', 'repair', 'calibrate'],
    ],
  ] as const)('reports progress of %s up to the total', async (_, count, given, phases) => {
    const seen: Record<string, number[]> = {};
    const index = await VectorIndex.build(rows(count), {
      ...options,
      ...given,
      onProgress: ({ phase, done, total }) => {
        seen[phase] = [...(seen[phase] ?? []), done / total];
      },
    });
    expect(Object.keys(seen)).toEqual(phases);
    const falling = Object.values(seen).filter((shares) =>
      shares.some((share, i) => share < (shares[i - 1] ?? 0) || share > 1),
    );
    expect(falling).toEqual([]);
    expect(Object.values(seen).map((shares) => shares.at(-1))).toEqual(phases.map(() => 1));
    await index.close();
  });
});
