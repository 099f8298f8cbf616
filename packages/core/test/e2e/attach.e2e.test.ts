// An index searched from another thread without a copy: same answers, later vectors included, no
// writing, and a scratch block that comes back. The thread runs support/reader-thread.ts.

import { Worker } from 'node:worker_threads';
import { type IndexOptions, type SearchResult, type SharedIndex, VectorIndex } from '@nigh/core';
import { clustered, gaussian, heldOut } from '@nigh/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf, plain, rowOf } from './support/data.ts';
import type { Request } from './support/reader-thread.ts';

const COUNT = 3000;
const DIMENSION = 16;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: 60 });

let reader: Worker;

function ask<Answer>(request: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    reader.removeAllListeners('error');
    reader.once('error', reject);
    reader.once('message', resolve);
    reader.postMessage(request);
  });
}

async function buildIndex(options: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  return VectorIndex.build(data.vectors, {
    ...{ dimension: DIMENSION, threads: 2, flatThreshold: 0, capacity: 3 * COUNT },
    ...options,
  });
}

/** Attached indexes until there is no room for another. */
function attachAll(shared: SharedIndex): { attached: VectorIndex[]; code: unknown } {
  const attached: VectorIndex[] = [];
  for (;;) {
    try {
      attached.push(VectorIndex.attach(shared));
    } catch (error) {
      return { attached, code: (error as { code?: unknown }).code };
    }
  }
}

beforeEach(() => {
  reader = new Worker(new URL('./support/reader-thread.ts', import.meta.url));
});

afterEach(async () => {
  await reader.terminate();
});

describe('an attached index', () => {
  test.each<Partial<IndexOptions>>([
    { metric: 'l2' },
    { metric: 'cosine' },
    { metric: 'dot' },
    { tier: 'simd' },
    { tier: 'javascript' },
  ])('answers as its owner does, with the same work: %o', async (options) => {
    const index = await buildIndex(options);
    const seen = await ask({ kind: 'attach', shared: index.share() });
    expect(seen).toEqual({ count: COUNT, metric: index.metric });
    for (let row = 0; row < 20; row++) {
      const query = rowOf(data.queries, DIMENSION, row);
      const found = await ask<SearchResult>({ kind: 'search', query, k: 10 });
      expect(plain(found)).toEqual(plain(index.search(query, 10)));
    }
    await index.close();
  });

  test('sees what its owner adds to the segments that were there', async () => {
    const index = await buildIndex();
    await ask({ kind: 'attach', shared: index.share() });
    const far = gaussian({ count: 100, dimension: DIMENSION }).map((value) => value + 50);
    await index.add(far);
    const query = rowOf(far, DIMENSION, 42);
    const found = await ask<SearchResult>({ kind: 'search', query, k: 5 });
    expect(found.nodes[0]).toBe(COUNT + 42);
    expect(plain(found)).toEqual(plain(index.search(query, 5)));
    await index.close();
  });

  test('refuses every write', async () => {
    const index = await buildIndex();
    await ask({ kind: 'attach', shared: index.share() });
    const code = 'READ_ONLY';
    expect(await ask({ kind: 'write' })).toEqual({
      add: code,
      reserve: code,
      commit: code,
      link: code,
      save: code,
      verify: code,
    });
    expect(index.count).toBe(COUNT);
    await index.close();
  });

  test('outlives its owner and is closed by its own close', async () => {
    const index = await buildIndex();
    const query = rowOf(data.queries, DIMENSION, 0);
    const expected = plain(index.search(query, 10));
    await ask({ kind: 'attach', shared: index.share() });
    await index.close();
    const found = await ask<SearchResult>({ kind: 'search', query, k: 10 });
    expect(plain(found)).toEqual(expected);
    expect(await ask({ kind: 'close' })).toEqual({ searchAfterwards: 'CLOSED' });
  });
});

describe('scratch blocks', () => {
  test('come back at close, a thousand times, here and in another thread', async () => {
    const index = await buildIndex();
    const shared = index.share();
    for (let i = 0; i < 1000; i++) await VectorIndex.attach(shared).close();
    expect(await ask({ kind: 'churn', shared, times: 1000 })).toEqual({ times: 1000 });
    await index.close();
  });

  test('run out with CAPACITY_EXCEEDED, and closing one makes room for one', async () => {
    const index = await buildIndex();
    const shared = index.share();
    const { attached, code } = attachAll(shared);
    expect(code).toBe('CAPACITY_EXCEEDED');
    expect(attached.length).toBeGreaterThanOrEqual(16);
    const last = attached.pop();
    await last?.close();
    attached.push(VectorIndex.attach(shared)); // takes the block that came back
    await last?.close(); // which a second close must not give to others
    expect(attachAll(shared)).toEqual({ attached: [], code: 'CAPACITY_EXCEEDED' });
    for (const one of attached) await one.close();
    await index.close();
  });

  test('stay for the owner, however many have attached', async () => {
    const index = await buildIndex();
    const { attached } = attachAll(index.share());
    const query = rowOf(data.queries, DIMENSION, 0);
    expect(index.search(query, 5).nodes).toHaveLength(5);
    expect(await failureOf(index.searchBatch(data.queries, 5))).toBeUndefined();
    expect(() => index.verify()).not.toThrow();
    expect(await failureOf(index.add(data.queries))).toBeUndefined();
    for (const one of attached) await one.close();
    await index.close();
  });

  test('are never shared when the first segment was replaced by a larger one', async () => {
    const small = VectorIndex.create({ dimension: DIMENSION, capacity: 10, threads: 2 });
    small.reserve(100).fill(1);
    await small.commit();
    const fresh = VectorIndex.create({ dimension: DIMENSION, capacity: 10, threads: 2 });
    const ofSmall = attachAll(small.share()).attached;
    const ofFresh = attachAll(fresh.share()).attached;
    expect(ofSmall.length).toBe(ofFresh.length);
    for (const one of [...ofSmall, ...ofFresh]) await one.close();
    await small.close();
    await fresh.close();
  });
});

describe('searching while the owner adds', () => {
  test.each([10, 4500])('gives sound results for k %i', async (k) => {
    const index = await buildIndex({ capacity: 6 * COUNT });
    await index.add(data.vectors);
    await ask({ kind: 'attach', shared: index.share() });
    const enough = new Int32Array(new SharedArrayBuffer(4));
    const queries = data.vectors.slice(0, 200 * DIMENSION);
    const watching = ask<{ searches: number; wrong: unknown }>({
      ...{ kind: 'watch', queries, k, enough },
    });
    const added = gaussian({ count: 4000, dimension: DIMENSION, seed: 5 });
    for (let first = 0; first < 4000; first += 500) {
      await index.add(added.subarray(first * DIMENSION, (first + 500) * DIMENSION));
    }
    Atomics.store(enough, 0, 1);
    const { searches, wrong } = await watching;
    expect(searches).toBeGreaterThan(0);
    expect(wrong).toEqual({ repeated: 0, unordered: 0, unknown: 0, inexact: 0, errors: [] });
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});

test.each(['javascript', 'simd'] as const)(
  "memory of kind 'private' cannot be shared on the %s tier",
  async (tier) => {
    const index = await VectorIndex.build(data.vectors.subarray(0, 10 * DIMENSION), {
      ...{ dimension: DIMENSION, memory: 'private', tier },
    });
    expect(() => index.share()).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME' }),
    );
    await index.close();
  },
);
