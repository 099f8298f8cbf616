// Filters through the public calls: what is refused, all ways to ask, and every kind of index.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered, duplicates } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode, type IndexOptions, NodeFilter, VectorIndex } from '../../../src/index.ts';

const DIMENSION = 32;
const COUNT = 3000;
const K = 10;
const data = { count: COUNT, dimension: DIMENSION };
const vectors = clustered(data);
const queries = clustered({ ...data, count: 20, seed: 9 });
const rowOf = (row: number): Float32Array =>
  queries.subarray(row * DIMENSION, (row + 1) * DIMENSION);
const folder = mkdtempSync(join(tmpdir(), 'nigh-filters-'));
const base = { dimension: DIMENSION, threads: 1, flatThreshold: 0 };
const third = NodeFilter.where(Array.from(Array(COUNT).keys()), (node) => node % 3 === 0);

let index: VectorIndex;
beforeAll(async () => {
  index = await VectorIndex.build(vectors, base);
});
afterAll(async () => {
  await index.close();
  rmSync(folder, { recursive: true });
});

/** All nodes within reach of a filter, nearest first, by an index that filters nothing. */
function expected(of: VectorIndex, query: Float32Array, filter: NodeFilter): number[] {
  const all = of.search(query, of.count, { exact: true }).nodes;
  return [...all].filter((node) => filter.has(node));
}

describe('accept', () => {
  const small = NodeFilter.of([5, 6]);
  const detached = new Uint32Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });

  test.each([
    ['null', null],
    ['a number', 7],
    ['text', 'all'],
    ['a list', [1, 2]],
    ['integers with signs', new Int32Array(2)],
    ['a set', new Set([1])],
    ['a function', () => true],
    ['an object', {}],
    ['bits that are gone', detached],
  ])('is refused as %s', async (...[, accept]) => {
    const wrong = { accept: accept as unknown as Uint32Array };
    const error = expect.objectContaining({ code: ErrorCode.invalidOption });
    expect(() => index.search(rowOf(0), 1, wrong)).toThrow(error);
    expect(() => index.searchNode(0, 1, wrong)).toThrow(error);
    expect(() => index.searchRange(rowOf(0), 1, wrong)).toThrow(error);
    await expect(index.searchBatch(queries, 1, wrong)).rejects.toThrow(error);
  });

  test.each([
    ['nodes that are none', () => NodeFilter.of([1, -1])],
    ['nodes that are text', () => NodeFilter.of('12' as unknown as number[])],
    ['fractions', () => NodeFilter.of([0.5])],
    ['nodes beyond all', () => NodeFilter.of(Uint32Array.of(0xffffffff))],
    ['a range that ends before it begins', () => NodeFilter.range(3, 2)],
    ['a range from nowhere', () => NodeFilter.range(-1, 2)],
    ['no predicate', () => NodeFilter.where([1], true as unknown as () => boolean)],
    [
      'bits in another array',
      () => NodeFilter.fromBits(new Int32Array(1) as unknown as Uint32Array),
    ],
    ['bits that are gone', () => NodeFilter.fromBits(detached)],
    ['another set', () => small.and(new Set([1]) as unknown as NodeFilter)],
    ['no end', () => small.not(-1)],
    ['no node', () => small.has(1.5)],
  ])('%s make no filter', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: ErrorCode.invalidArgument }));
  });

  test('is the same by a filter, by its bits, and by bits in ordinary memory', () => {
    const found = index.search(rowOf(1), K, { accept: third });
    expect(index.search(rowOf(1), K, { accept: third.bits })).toEqual(found);
    expect(index.search(rowOf(1), K, { accept: Uint32Array.from(third.bits) })).toEqual(found);
    expect([...found.nodes].every((node) => node % 3 === 0)).toBe(true);
    expect(found.nodes.length).toBe(K);
  });

  test('follows bits that change between two searches', () => {
    const bits = Uint32Array.from(third.bits);
    for (let round = 0; round < 5; round++) {
      const { nodes } = index.search(rowOf(2), 1, { accept: bits });
      bits[nodes[0] >>> 5] &= ~(1 << (nodes[0] & 31));
      expect(index.search(rowOf(2), 1, { accept: bits }).nodes).not.toEqual(nodes);
    }
  });

  test('of a batch is read before the batch returns its promise', async () => {
    const bits = Uint32Array.from(third.bits);
    const running = index.searchBatch(queries, K, { accept: bits });
    bits.fill(0);
    expect(await running).toEqual(await index.searchBatch(queries, K, { accept: third }));
  });

  test('says how it searched', async () => {
    const all = NodeFilter.range(0, COUNT);
    const half = NodeFilter.where(all.nodes(), (node) => node % 2 === 0);
    const most = NodeFilter.where(all.nodes(), (node) => node % 10 !== 0);
    const few = NodeFilter.range(100, 120);
    expect(index.search(rowOf(3), K).strategy).toBe('graph');
    expect(index.search(rowOf(3), K, { accept: all }).strategy).toBe('graph');
    expect(index.search(rowOf(3), K, { accept: most }).strategy).toBe('sweep');
    expect(index.search(rowOf(3), K, { accept: few }).strategy).toBe('scan');
    expect(index.search(rowOf(3), K, { exact: true, accept: half }).strategy).toBe('scan');
    expect(index.search(rowOf(3), K, { accept: NodeFilter.of([]) }).nodes.length).toBe(0);
    expect(index.searchRange(rowOf(3), 0, { accept: few }).strategy).toBe('scan');
    expect((await index.searchBatch(queries, K)).strategy).toBe('graph');
    expect((await index.searchBatch(queries, K, { accept: few })).strategy).toBe('scan');
    expect((await index.searchBatch(new Float32Array(0), K)).strategy).toBe('scan');
  });

  test('goes with all other options of a search', async () => {
    const all = expected(index, rowOf(4), third);
    const exact = index.search(rowOf(4), K, { accept: third, exact: true, vectors: true });
    expect([...exact.nodes]).toEqual(all.slice(0, K));
    const first = exact.vectors?.slice(0, DIMENSION) as Float32Array;
    expect(first).toEqual(index.getVector(exact.nodes[0]));
    const within = exact.distances[4];
    const cut = index.search(rowOf(4), K, { accept: third, exact: true, maxDistance: within });
    expect([...cut.nodes]).toEqual(all.slice(0, 5));
    const asked = index.search(rowOf(4), K, { accept: third, recall: 0.9 });
    expect([...asked.nodes].every((node) => third.has(node))).toBe(true);
    const range = index.searchRange(rowOf(4), within, { accept: third });
    expect([...range.nodes]).toEqual(all.slice(0, 5));
    const limited = index.searchRange(rowOf(4), 1e9, { accept: third });
    expect([...limited.nodes]).toEqual(all);
    expect([...index.search(rowOf(4), COUNT, { accept: third }).nodes]).toEqual(all);
    const self = index.searchNode(3, K, { accept: third });
    expect(self.nodes.length).toBe(K);
    expect([...self.nodes].every((node) => third.has(node) && node !== 3)).toBe(true);
    const batch = await index.searchBatch(queries, K, { accept: third });
    for (let row = 0; row < 20; row++) {
      const nodes = batch.nodes.subarray(row * K, row * K + batch.lengths[row]);
      expect(nodes).toEqual(index.search(rowOf(row), K, { accept: third }).nodes);
    }
  });
});

const KINDS: readonly (readonly [string, Partial<IndexOptions>])[] = [
  ['hubs', { entry: 'hubs' }],
  ['insertion', { builder: 'insertion' }],
  ['segments', { capacity: COUNT / 4 }],
  ['halves', { precision: 'float16' }],
  ['codes', { precision: 'int8' }],
  ['codes of originals', { precision: 'int8', originals: 'memory' }],
  ['products', { precision: 'pq' }],
  ['bits', { precision: 'binary', allowLowDimension: true }],
  ['inner products', { metric: 'dot' }],
  ['angles', { metric: 'cosine' }],
  ['unlinked', { flatThreshold: COUNT + 1 }],
];
const FILTERS: readonly (readonly [string, NodeFilter])[] = [
  ['nothing', NodeFilter.of([])],
  ['one', NodeFilter.of([COUNT - 1])],
  ['few', NodeFilter.range(7, 30)],
  ['a third', third],
  ['most', NodeFilter.range(100, COUNT)],
  ['all and more', NodeFilter.range(0, 2 * COUNT)],
];

describe.each(KINDS)('an index with %s', (_, options) => {
  let other: VectorIndex;
  beforeAll(async () => {
    other = await VectorIndex.build(vectors, { ...base, ...options });
  });
  afterAll(() => other.close());

  test.each(FILTERS)('finds what %s has', (_, accept) => {
    let [hits, wanted, usual] = [0, 0, 0];
    for (let row = 0; row < 20; row++) {
      const all = expected(other, rowOf(row), accept);
      const exact = other.search(rowOf(row), K, { accept, exact: true });
      expect([...exact.nodes]).toEqual(all.slice(0, K));
      const found = other.search(rowOf(row), K, { accept });
      expect(found.nodes.length).toBe(Math.min(K, all.length));
      expect([...found.nodes].every((node) => all.includes(node))).toBe(true);
      hits += [...found.nodes].filter((node) => exact.nodes.includes(node)).length;
      wanted += exact.nodes.length;
      const all10 = other.search(rowOf(row), K, { exact: true }).nodes;
      usual += [...other.search(rowOf(row), K).nodes].filter((n) => all10.includes(n)).length;
    }
    // What bits and products of so few components find is little, without a filter too.
    expect(hits / Math.max(1, wanted)).toBeGreaterThanOrEqual(
      wanted > 0 ? Math.min(0.95, usual / (20 * K)) - 0.03 : 0,
    );
  });
});

describe('an index whose vectors are in a file', () => {
  test('reads those that may be results', async () => {
    const path = join(folder, 'stored.nigh');
    const built = await VectorIndex.build(vectors, {
      ...base,
      precision: 'int8',
      originals: 'memory',
    });
    await built.save(path);
    const stored = await VectorIndex.load(path, { threads: 1, originals: 'file' });
    for (const [, accept] of FILTERS) {
      for (let row = 0; row < 5; row++) {
        const exact = stored.search(rowOf(row), K, { accept, exact: true });
        expect(exact).toEqual(built.search(rowOf(row), K, { accept, exact: true }));
        const found = stored.search(rowOf(row), K, { accept });
        expect(found.nodes.length).toBe(exact.nodes.length);
        expect([...found.nodes].every((node) => accept.has(node))).toBe(true);
        const many = stored.search(rowOf(row), COUNT, { accept });
        expect([...many.nodes]).toEqual(expected(built, rowOf(row), accept));
      }
    }
    await stored.close();
    await built.close();
  });
});

describe('copies', () => {
  test('are found through a slot that the filter leaves out', async () => {
    const copies = duplicates({ count: 2000, dimension: 8 });
    const other = await VectorIndex.build(copies, { ...base, dimension: 8 });
    for (let step = 2; step < 40; step += 6) {
      const accept = NodeFilter.where(other.nodes(), (node) => node % step === 1);
      for (let row = 0; row < 10; row++) {
        const query = copies.slice(row * 8, (row + 1) * 8);
        const exact = other.search(query, K, { accept, exact: true });
        const found = other.search(query, K, { accept, efSearch: 64 });
        expect(found.distances).toEqual(exact.distances);
        expect([...found.nodes]).toEqual([...exact.nodes]);
      }
    }
    await other.close();
  });
});

describe('a filter that goes with the vectors', () => {
  test('finds the farthest cluster from everywhere', async () => {
    const far = index.search(rowOf(0), COUNT, { exact: true }).nodes.slice(-600);
    const accept = NodeFilter.of(far);
    let hits = 0;
    for (let row = 0; row < 20; row++) {
      const exact = index.search(rowOf(row), K, { accept, exact: true }).nodes;
      const { nodes } = index.search(rowOf(row), K, { accept });
      expect(nodes.length).toBe(K);
      hits += [...nodes].filter((node) => exact.includes(node)).length;
    }
    expect(hits).toBeGreaterThanOrEqual(0.95 * 20 * K);
  });
});
