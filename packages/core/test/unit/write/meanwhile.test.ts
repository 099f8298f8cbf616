// What comes and goes while segments are written anew, sealed or saved: nothing may be lost, and
// nothing come back. The calls are made from progress reports, so at a known moment.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussian } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IndexOptions, type Progress, VectorIndex } from '../../../src/index.ts';

const DIMENSION = 8;
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, capacity: 2000 };
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });
const rowAt = (vectors: Float32Array, row: number): number[] => [
  ...vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION),
];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nigh-meanwhile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Calls `act` at the first report of a phase, of the last one if `late`. */
function during(phase: string, act: () => void, late = false): (progress: Progress) => void {
  let isDone = false;
  return (progress) => {
    if (isDone || progress.phase !== phase || (late && progress.done < progress.total)) return;
    isDone = true;
    act();
  };
}

/** An index of 300 vectors of which every fourth was removed. */
async function worn(more: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  const index = VectorIndex.create({ ...options, consolidateAt: 1, ...more });
  await index.add(rows(300));
  index.remove(Uint32Array.from({ length: 75 }, (_, i) => 4 * i));
  return index;
}

/** The nodes of `worn`, with changes. */
function wornNodes(change: (nodes: Set<number>) => void): number[] {
  const nodes = new Set(Array.from({ length: 300 }, (_, i) => i).filter((node) => node % 4 > 0));
  change(nodes);
  return [...nodes].sort((a, b) => a - b);
}

const PHASES = ['copy', 'link', 'calibrate'] as const;

describe.each(PHASES)('while a consolidation is in phase %s', (phase) => {
  const builder = 'insertion' as const; // which has a phase 'link'

  test('what is removed is gone afterwards', async () => {
    const index = await worn({ builder });
    const gone = [1, 2, 150, 299];
    let removed = 0;
    const onProgress = during(phase, () => {
      removed = index.remove(gone);
    });
    await index.consolidate({ onProgress });
    expect(removed).toBe(4);
    expect([...index.nodes()]).toEqual(
      wornNodes((nodes) => gone.map((node) => nodes.delete(node))),
    );
    expect(index.stats()).toMatchObject({ count: 221, removed: 4 });
    expect(index.search(rowAt(rows(300), 150), 221, { exact: true }).nodes).not.toContain(150);
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('what is added is there afterwards, and removed when it was', async () => {
    const index = await worn({ builder });
    const more = rows(40, 2);
    const adding: Promise<unknown>[] = [];
    const onProgress = during(phase, () => {
      adding.push(index.add(more));
      index.remove([305, 339]);
    });
    await index.consolidate({ onProgress });
    expect(index.stats()).toMatchObject({ count: 263, removed: 2, segments: 1 });
    await Promise.all(adding);
    expect(adding.length).toBe(1);
    for (const node of [300, 304, 338]) {
      expect([...index.getVector(node)]).toEqual(rowAt(more, node - 300));
      expect(index.search(rowAt(more, node - 300), 1).nodes[0]).toBe(node);
    }
    expect([305, 339].map((node) => index.has(node))).toEqual([false, false]);
    expect(index.stats()).toMatchObject({ count: 263, linked: 265 });
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('what is updated has its last vector afterwards', async () => {
    const index = await worn({ builder });
    const moved = [299, 1, 2];
    const updating: Promise<unknown>[] = [];
    const onProgress = during(phase, () => {
      updating.push(index.update(moved, rows(3, 3)));
      updating.push(index.update([1, 3], rows(2, 4)));
      expect(index.count).toBe(225);
    });
    await index.consolidate({ onProgress });
    await Promise.all(updating);
    expect([...index.nodes()]).toEqual(wornNodes(() => undefined));
    expect([...index.getVector(299)]).toEqual(rowAt(rows(3, 3), 0));
    expect([...index.getVector(2)]).toEqual(rowAt(rows(3, 3), 2));
    expect([...index.getVector(1)]).toEqual(rowAt(rows(2, 4), 0));
    expect([...index.getVector(3)]).toEqual(rowAt(rows(2, 4), 1));
    expect(index.search(rowAt(rows(300), 1), 225, { exact: true }).nodes.length).toBe(225);
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('an abort leaves everything as it was', async () => {
    const index = await worn({ builder });
    const before = { ...index.stats(), bytes: 0 };
    const abort = new AbortController();
    const onProgress = during(phase, () => abort.abort(new Error('enough')));
    const consolidating = index.consolidate({ onProgress, signal: abort.signal });
    await expect(consolidating).rejects.toMatchObject({ code: 'ABORTED' });
    expect({ ...index.stats(), bytes: 0 }).toEqual(before);
    expect(index.verify()).toEqual([]);
    await index.consolidate();
    expect(index.stats()).toMatchObject({ count: 225, removed: 0 });
    await index.close();
  });

  test('a close ends it', async () => {
    const index = await worn({ builder });
    let closing: Promise<void> | undefined;
    const onProgress = during(phase, () => {
      closing = index.close();
    });
    await expect(index.consolidate({ onProgress })).rejects.toMatchObject({ code: 'CLOSED' });
    await closing;
  });
});

test('more is brought over than one piece holds', async () => {
  const index = await worn({ capacity: 8000 });
  const more = rows(4000, 5);
  const adding: Promise<unknown>[] = [];
  const onProgress = during('calibrate', () => adding.push(index.add(more, { rebuild: 'never' })));
  await index.consolidate({ onProgress });
  index.remove(4299);
  await Promise.all(adding);
  expect(index.count).toBe(4224);
  const wrong = [300, 1323, 1324, 1325, 2400, 4298].filter(
    (node) => `${[...index.getVector(node)]}` !== `${rowAt(more, node - 300)}`,
  );
  expect(wrong).toEqual([]);
  expect(index.verify()).toEqual([]);
  await index.close();
});

test('segments that come while others are written anew are kept', async () => {
  const index = await worn({ capacity: 300 });
  const adding: Promise<unknown>[] = [];
  const onProgress = during('calibrate', () => adding.push(index.add(rows(2000, 6))));
  await index.consolidate({ onProgress });
  await Promise.all(adding);
  expect(index.count).toBe(2225);
  expect(index.nodes().at(-1)).toBe(2299);
  expect([...index.getVector(2299)]).toEqual(rowAt(rows(2000, 6), 1999));
  expect(await index.add(rows(1, 7))).toEqual({ first: 2300, count: 1 });
  expect(index.verify()).toEqual([]);
  await index.close();
});

test('what is reserved in a segment that is written anew is committed to the new one', async () => {
  const index = await worn();
  const room = index.reserve(3);
  room.set(rows(3, 8));
  await index.consolidate();
  expect(index.count).toBe(225);
  expect(await index.commit()).toEqual({ first: 300, count: 3 });
  expect([...index.getVector(302)]).toEqual(rowAt(rows(3, 8), 2));
  expect(index.stats()).toMatchObject({ count: 228, segments: 1, removed: 0 });
  expect(index.verify()).toEqual([]);
  await index.close();
});

test('what is reserved in a fresh segment is committed there', async () => {
  const index = await worn({ capacity: 300 });
  const room = index.reserve(200);
  room.set(rows(200, 8));
  await index.consolidate();
  expect(await index.commit()).toEqual({ first: 300, count: 200 });
  expect([...index.getVector(499)]).toEqual(rowAt(rows(200, 8), 199));
  expect(index.stats()).toMatchObject({ count: 425, segments: 2 });
  expect(index.verify()).toEqual([]);
  await index.close();
});

describe('while a segment is sealed', () => {
  const sealed = { capacity: 300, precision: 'float16' } as const;

  test.each(['write', 'calibrate'])(
    'in phase %s, what is removed is gone afterwards',
    async (phase) => {
      const index = VectorIndex.create({ ...options, ...sealed, consolidateAt: 1 });
      const gone = [0, 7, 299];
      // The graph is calibrated before it is sealed, and its sealed form once more.
      let isSealing = false;
      const onProgress = (progress: Progress): void => {
        isSealing ||= progress.phase === 'write';
        const isOver = progress.done === progress.total;
        if (isSealing && isOver && progress.phase === phase) index.remove(gone);
      };
      await index.add(rows(300), { onProgress });
      expect(index.stats()).toMatchObject({ count: 297, removed: 3 });
      expect(gone.map((node) => index.has(node))).toEqual([false, false, false]);
      expect(index.verify()).toEqual([]);
      await index.close();
    },
  );

  test('what is updated has one vector afterwards, the last', async () => {
    const index = VectorIndex.create({ ...options, capacity: 300, precision: 'int8' });
    const updating: Promise<unknown>[] = [];
    const onProgress = during('write', () => updating.push(index.update([5, 6], rows(2, 9))));
    await index.add(rows(300), { onProgress });
    await Promise.all(updating);
    expect(index.count).toBe(300);
    expect([...index.getVector(6)]).toEqual(rowAt(rows(2, 9), 1));
    expect(index.search(rowAt(rows(300), 6), 300, { exact: true }).nodes.length).toBe(300);
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});

describe('while it is saved', () => {
  test.each([0, 1, 3, 8])(
    'an index that changes after %d turns is saved as it was',
    async (turns) => {
      const index = await worn({ capacity: 400 });
      const path = join(folder, 'saved');
      const expected = index.search(rows(1, 9), 300, { exact: true });
      const saving = index.save(path);
      // The save takes its turn first; from then on it is of that moment.
      await Promise.resolve();
      await Promise.resolve();
      for (let i = 0; i < turns; i++) await turn();
      index.remove([1, 2, 3]);
      const updating = index.update([5, 6, 7], rows(3, 10));
      const adding = index.add(rows(500, 11));
      await saving;
      const loaded = await VectorIndex.load(path, { threads: 1 });
      expect(loaded.verify()).toEqual([]);
      expect(loaded.search(rows(1, 9), 300, { exact: true })).toEqual(expected);
      expect(await loaded.add(rows(1))).toEqual({ first: 300, count: 1 });
      await Promise.all([updating, adding]);
      await Promise.all([index.close(), loaded.close()]);
    },
  );
});

describe('while a batch is answered', () => {
  test('vectors of what is removed are those it found', async () => {
    const index = await worn();
    const queries = rows(50_000, 12);
    const asking = index.searchBatch(queries, 3, { vectors: true, exact: true });
    for (let i = 0; i < 4; i++) await turn();
    index.remove(index.nodes());
    await index.consolidate();
    const { nodes, lengths, vectors = new Float32Array(0) } = await asking;
    const known = rows(300);
    const wrong = nodes.filter((node, i) => {
      if (i % 3 >= lengths[Math.floor(i / 3)]) return false;
      return `${rowAt(vectors, i)}` !== `${rowAt(known, node)}`;
    });
    expect(lengths[0]).toBe(3);
    expect(lengths.at(-1)).toBe(0);
    expect([...wrong]).toEqual([]);
    await index.close();
  });
});

test('what is removed while removals are consolidated is consolidated after them', async () => {
  const index = VectorIndex.create({ ...options, consolidateAt: 0.1 });
  await index.add(rows(600));
  index.remove(Array.from({ length: 100 }, (_, i) => i));
  await turn(); // the roll was called
  index.remove(Array.from({ length: 100 }, (_, i) => 200 + i));
  for (let i = 0; i < 3; i++) await index.link(); // behind one and the other
  expect(index.stats()).toMatchObject({ count: 400, removed: 0 });
  expect(index.verify()).toEqual([]);
  await index.close();
});
