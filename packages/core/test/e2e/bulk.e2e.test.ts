// A bulk build as a program uses it: added to, saved, attached to from another thread, watched, and
// broken off in every phase.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type IndexOptions, type Progress, type SearchResult, VectorIndex } from '@nigh/core';
import { duplicates, heldOut } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, inexactQueries, plain, rowOf } from './support/data.ts';

const COUNT = 2000;
const DIMENSION = 16;
const MORE = 500;
const K = 10;
const data = heldOut(
  (shape: { count: number; dimension: number }) => duplicates({ ...shape, fraction: 0.3 }),
  { count: COUNT + MORE, dimension: DIMENSION, queryCount: 40 },
);
const vectors = data.vectors.slice(0, COUNT * DIMENSION);
const more = data.vectors.slice(COUNT * DIMENSION);
const options: IndexOptions = {
  ...{ dimension: DIMENSION, flatThreshold: 0, threads: 2, capacity: 2 * COUNT },
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-bulk-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function build(given: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  return VectorIndex.build(vectors, { ...options, ...given });
}

/** sha256 of what the index saves. */
async function savedDigest(index: VectorIndex): Promise<string> {
  const path = join(folder, 'digest.nigh');
  await index.save(path);
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** What the index answers to all queries, with the work it took. */
function answersOf(index: VectorIndex): unknown[] {
  return Array.from({ length: 40 }, (_, row) =>
    plain(index.search(rowOf(data.queries, DIMENSION, row), K)),
  );
}

/** Nodes of `rows`, of which the first is `first`, that are not among the nearest of their own. */
function lostNodes(index: VectorIndex, rows: Float32Array, first: number): number[] {
  const lost: number[] = [];
  for (let row = 0; row < rows.length / DIMENSION; row++) {
    const { nodes, distances } = index.search(rowOf(rows, DIMENSION, row), 300);
    const equal = nodes.filter((_, i) => distances[i] === 0);
    if (!equal.includes(first + row)) lost.push(first + row);
  }
  return lost;
}

describe('vectors added after a bulk build', () => {
  test.each(['fast', 'balanced', 'high'] as const)("are found, '%s'", async (quality) => {
    const index = await build({ quality });
    expect(await index.add(more)).toEqual({ first: COUNT, count: MORE });
    expect(index.stats().linked).toBe(COUNT + MORE);
    expect(index.verify()).toEqual([]);
    expect(lostNodes(index, more, COUNT)).toEqual([]);
    expect(lostNodes(index, vectors.subarray(0, 500 * DIMENSION), 0)).toEqual([]);
    await index.close();
  });

  test('are found when they are duplicates of vectors that have copies already', async () => {
    const index = await build();
    const again = vectors.slice(0, 200 * DIMENSION);
    await index.add(again);
    await index.add(again);
    expect(index.verify()).toEqual([]);
    expect(lostNodes(index, again, 0)).toEqual([]);
    expect(lostNodes(index, again, COUNT)).toEqual([]);
    expect(lostNodes(index, again, COUNT + 200)).toEqual([]);
    await index.close();
  });

  test('leave the answers of a graph nearly exact', async () => {
    const index = await build();
    for (let first = 0; first < MORE; first += 100) {
      await index.add(more.subarray(first * DIMENSION, (first + 100) * DIMENSION));
    }
    expect(inexactQueries(index, data.queries, K).length).toBeLessThanOrEqual(4);
    await index.close();
  });
});

describe('a saved bulk build', () => {
  test('answers alike when it is loaded, before and after adds', async () => {
    const index = await build();
    const path = join(folder, 'round-trip.nigh');
    for (const added of [0, MORE]) {
      if (added > 0) await index.add(more);
      await index.save(path);
      const loaded = await VectorIndex.load(path, { threads: 2 });
      expect(loaded.verify()).toEqual([]);
      expect(answersOf(loaded)).toEqual(answersOf(index));
      expect(await savedDigest(loaded)).toBe(await savedDigest(index));
      await loaded.close();
    }
    await index.close();
  });

  test('can be added to where it is loaded, with the bytes it would have had', async () => {
    const index = await build();
    const path = join(folder, 'grown.nigh');
    await index.save(path);
    const loaded = await VectorIndex.load(path, { threads: 2 });
    await Promise.all([index.add(more), loaded.add(more)]);
    expect(loaded.verify()).toEqual([]);
    expect(answersOf(loaded)).toEqual(answersOf(index));
    await Promise.all([index.close(), loaded.close()]);
  });
});

test('another thread attached to a bulk build gets the same answers', async () => {
  const index = await build();
  const reader = new Worker(new URL('./support/reader-thread.ts', import.meta.url));
  const ask = <Answer>(request: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      reader.removeAllListeners('error');
      reader.once('error', reject);
      reader.once('message', resolve);
      reader.postMessage(request);
    });
  await ask({ kind: 'attach', shared: index.share() });
  await index.add(more);
  for (let row = 0; row < 20; row++) {
    const query = rowOf(data.queries, DIMENSION, row);
    const found = await ask<SearchResult>({ kind: 'search', query, k: K });
    expect(plain(found)).toEqual(plain(index.search(query, K)));
  }
  await reader.terminate();
  await index.close();
});

/** The phases in which 'high' reports progress, in order. */
const PHASES = [
  ...['encode', 'assign', 'leaves', 'select', 'rows', 'refine', 'probe', 'repair'],
  'calibrate',
];

describe.each([1, 2])('the progress of a bulk build on %i threads', (threads) => {
  test('grows in every phase and ends at its total', async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push(progress);
    const index = await VectorIndex.build(vectors, {
      ...{ ...options, threads, quality: 'high', onProgress },
    });
    await index.close();
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(PHASES);
    expect(seen.filter(({ done, total }) => !(done >= 0 && done <= total))).toEqual([]);
    const falls = seen.filter(({ phase, done }, i) => {
      const before = seen[i - 1];
      // A phase may be run again, from the beginning: rows after refining, probes after linking.
      return before?.phase === phase && done < before.done;
    });
    expect(falls).toEqual([]);
    const ends = seen.filter(({ phase }, i) => seen[i + 1]?.phase !== phase);
    expect(ends.filter(({ done, total }) => done !== total)).toEqual([]);
  });
});

/** Breaks a build off at the first report of a phase, by a signal. */
function abortAt(phase: string): { signal: AbortSignal; onProgress: (p: Progress) => void } {
  const controller = new AbortController();
  const onProgress = (progress: Progress): void => {
    if (progress.phase === phase) controller.abort();
  };
  return { signal: controller.signal, onProgress };
}

describe.each([1, 2])('a bulk build on %i threads that is aborted', (threads) => {
  const given: IndexOptions = { ...options, threads, quality: 'high' };

  let undisturbed: string;

  beforeAll(async () => {
    const index = await VectorIndex.build(vectors, given);
    undisturbed = await savedDigest(index);
    await index.close();
  });

  test.each(PHASES)('in %s scans until link() ends in the same bytes', async (at) => {
    const index = VectorIndex.create(given);
    const code = await failureOf(index.add(vectors, abortAt(at)));
    expect(code).toBe('ABORTED');
    const { linked, calibrated } = index.stats();
    // Once all was found the repair runs to its end; then only the calibration is missing.
    const late = at === 'repair' || at === 'calibrate' || (at === 'probe' && linked > 0);
    expect([index.count, linked, calibrated]).toEqual([COUNT, late ? COUNT : 0, []]);
    expect(index.verify()).toEqual([]);
    if (!late) expect(inexactQueries(index, data.queries, K)).toEqual([]);
    await index.link();
    expect(index.verify()).toEqual([]);
    expect(await savedDigest(index)).toBe(undisturbed);
    await index.close();
  });

  test('after every phase in turn still ends in the same bytes', async () => {
    const index = VectorIndex.create(given);
    expect(await failureOf(index.add(vectors, abortAt('encode')))).toBe('ABORTED');
    for (const phase of PHASES.slice(1, -3)) {
      expect(await failureOf(index.link(abortAt(phase)))).toBe('ABORTED');
    }
    await index.link();
    expect(await savedDigest(index)).toBe(undisturbed);
    await index.close();
  });

  test('by build() is closed', async () => {
    const built = VectorIndex.build(vectors, { ...given, ...abortAt('leaves') });
    expect(await failureOf(built)).toBe('ABORTED');
  });

  test('by its own progress callback rejects with the error of that', async () => {
    const failure = new Error('nobody listens');
    const index = VectorIndex.create(given);
    const onProgress = ({ phase }: Progress): void => {
      if (phase === 'select') throw failure;
    };
    await expect(index.add(vectors, { onProgress })).rejects.toBe(failure);
    expect([index.count, index.stats().linked]).toEqual([COUNT, 0]);
    await index.link();
    expect(await savedDigest(index)).toBe(undisturbed);
    await index.close();
  });
});
