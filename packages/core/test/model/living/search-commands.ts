// Commands that ask: every way to search, against float64 distances of the model's vectors.

import { exactDistance } from '@nigh/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { SearchResult } from '../../../src/index.ts';
import { contractProblems, exactnessProblems } from '../support.ts';
import {
  type Command,
  command,
  liveNodes,
  type Model,
  pickNodes,
  plainOf,
  queryOf,
  type Real,
} from './model.ts';

/** The widest beam, which sees all of a small index. */
const WIDEST = 4096;

/** What is wrong with any answer: order, repeats, and nodes that are not in the index. */
function problemsOf(model: Model, result: SearchResult, k: number): string[] {
  const gone = [...result.nodes].filter((node) => !model.live.has(node));
  return [...contractProblems(result, k, model.nextNode), ...gone.map((node) => `${node} is gone`)];
}

/** What was asked: the k nearest to a query, which is that of a node that is left out, if any. */
interface Asked {
  readonly query: Float32Array;
  readonly k: number;
  readonly self?: number;
}

/** What is wrong with an answer of everything that is kept. */
function exactProblems(model: Model, result: SearchResult, { query, k, self }: Asked): string[] {
  const problems = problemsOf(model, result, k);
  const others = model.live.size - (self === undefined ? 0 : 1);
  const wanted = Math.min(k, others);
  if (result.nodes.length !== wanted) problems.push(`${result.nodes.length} of ${wanted} results`);
  if (!model.isExact) return problems;
  const plain = plainOf(model, (node) => node !== self);
  return [...problems, ...exactnessProblems(result, plain, query, k)];
}

const search = (seed: number, k: number, efSearch: number): Command =>
  command(`search(seed ${seed}, k ${k}, efSearch ${efSearch})`, async (model, real) => {
    const { index } = real;
    const query = queryOf(model, seed);
    const exact = index.search(query, k, { exact: true });
    expect(exactProblems(model, exact, { query, k })).toEqual([]);
    const found = index.search(query, k, { efSearch, vectors: true });
    expect(problemsOf(model, found, k)).toEqual([]);
    const vectors = [...found.nodes].flatMap((node) => [...index.getVector(node)]);
    expect([...(found.vectors ?? [])]).toEqual(vectors);
    // Between two steps of linking a node may be cut off for a moment.
    if (real.pending.length > 0) return;
    expect(found.nodes.length).toBe(Math.min(k, model.live.size));
    if (k > WIDEST || index.stats().linked > WIDEST) return;
    if (!model.isExact || !model.isCertain) return;
    const wide = index.search(query, k, { efSearch: WIDEST });
    expect([...wide.nodes]).toEqual([...exact.nodes]);
    expect([...wide.distances]).toEqual([...exact.distances]);
  });

/** A batch answers as single searches do, whatever is pending. */
const searchBatch = (seed: number, k: number): Command =>
  command(`searchBatch(seed ${seed}, k ${k})`, async (model, real) => {
    const { index } = real;
    const queries = [0, 1, 2].map((i) => queryOf(model, seed + i));
    if (real.pending.length > 0) {
      const { nodes } = await index.searchBatch(queries, k, { exact: true });
      expect([...nodes].filter((node) => node >= model.nextNode)).toEqual([]);
      return;
    }
    const single = queries.map((query) => index.search(query, k, { efSearch: 20 }));
    const batch = await index.searchBatch(queries, k, { efSearch: 20 });
    for (const [row, { nodes, distances }] of single.entries()) {
      const start = row * batch.k;
      const end = start + batch.lengths[row];
      expect([...batch.nodes.subarray(start, end)]).toEqual([...nodes]);
      expect([...batch.distances.subarray(start, end)]).toEqual([...distances]);
    }
  });

const searchNode = (seed: number, k: number): Command =>
  command(`searchNode(seed ${seed}, k ${k})`, (model, { index }) => {
    const [node] = pickNodes(model, seed, 1);
    if (node === undefined) return;
    const query = index.getVector(node);
    const exact = index.searchNode(node, k, { exact: true });
    expect(exactProblems(model, exact, { query, k, self: node })).toEqual([]);
    expect(exact.nodes.includes(node)).toBe(false);
    const found = index.searchNode(node, k);
    expect(problemsOf(model, found, k)).toEqual([]);
    expect(found.nodes.includes(node)).toBe(false);
  });

const searchRange = (seed: number, share: number): Command =>
  command(`searchRange(seed ${seed}, share ${share})`, (model, { index }) => {
    if (model.live.size === 0) return;
    const query = queryOf(model, seed);
    const all = index.search(query, model.live.size, { exact: true });
    const maxDistance =
      all.distances[Math.min(all.nodes.length - 1, Math.floor(share * all.nodes.length))];
    const within = [...all.nodes].filter((_, i) => all.distances[i] <= maxDistance);
    const range = index.searchRange(query, maxDistance, { exact: true });
    expect([...range.nodes]).toEqual(within.slice(0, 10_000));
    const near = index.searchRange(query, maxDistance);
    expect(problemsOf(model, near, model.live.size)).toEqual([]);
    const known = new Set(within);
    expect([...near.nodes].filter((node) => !known.has(node))).toEqual([]);
    const found = index.search(query, 5, { exact: true, maxDistance });
    expect([...found.nodes]).toEqual(within.slice(0, 5));
  });

/** Nodes with their vectors, all of them and some of them. */
const read = (seed: number): Command =>
  command(`read(seed ${seed})`, (model, { index }) => {
    const entries = [...index.entries()];
    expect(entries.map(([node]) => node)).toEqual(liveNodes(model));
    const nodes = pickNodes(model, seed, 7);
    const vectors = index.getVectors([...nodes, ...nodes]);
    const single = [...nodes, ...nodes].flatMap((node) => [...index.getVector(node)]);
    expect([...vectors]).toEqual(single);
    const byNode = new Map(entries);
    const listed = [...nodes, ...nodes].flatMap((node) => [...(byNode.get(node) ?? [])]);
    expect(listed).toEqual(single);
  });

/** Every live vector is found by itself, at the distance of itself. */
const findOneself = (seed: number): Command =>
  command(`find oneself(seed ${seed})`, (model, { index }: Real) => {
    if (!model.isExact || model.metric === 'dot') return;
    for (const node of pickNodes(model, seed, 5)) {
      const vector = model.live.get(node) as Float32Array;
      const own = exactDistance(vector, vector, 0, model);
      const { distances } = index.search(vector, 1, { exact: true });
      expect(Math.abs(distances[0] - own)).toBeLessThan(1e-6);
    }
  });

const evaluate = (k: number): Command =>
  command(`evaluate and calibrate(k ${k})`, async (model, real) => {
    const few = Math.min(k, 50);
    const { expected } = await real.index.calibrate({ k: few, sample: 20 });
    expect(expected > 0 && expected <= 1).toBe(true);
    const { sample, points } = await real.index.evaluate({ k: few, sample: 20, efSearch: WIDEST });
    expect(sample).toBe(Math.min(20, liveNodes(model).length));
    const isWhole = model.isExact && model.isCertain && real.index.stats().linked <= WIDEST;
    if (isWhole) expect(points[0].recall).toBe(1);
    expect(points[0].recall).toBeLessThanOrEqual(1);
    if (real.index.count === 0) return;
    const found = real.index.search(queryOf(model, k), k, { recall: 0.9 });
    expect(problemsOf(model, found, k)).toEqual([]);
  });

const seed = fc.nat(100_000);
const k = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6000 }));

export const SEARCH_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(seed, k, fc.integer({ min: 1, max: 200 })).map((args) => search(...args)),
  fc.tuple(seed, k, fc.integer({ min: 1, max: 200 })).map((args) => search(...args)),
  fc.tuple(seed, k).map((args) => searchBatch(...args)),
  fc.tuple(seed, k).map((args) => searchNode(...args)),
  fc.tuple(seed, fc.constantFrom(0, 0.1, 0.5, 1)).map((args) => searchRange(...args)),
  seed.map(findOneself),
  seed.map(read),
  k.map(evaluate),
];
