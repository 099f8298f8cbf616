// Commands that search under filters. A filter is kept from one command to the next: what is
// removed, updated and added meanwhile must count all the same.

import fc from 'fast-check';
import { expect } from 'vitest';
import { NodeFilter } from '../../../src/index.ts';
import { exactnessProblems } from '../support.ts';
import {
  type Accepted,
  type Command,
  command,
  type Model,
  pickNodes,
  plainOf,
  queryOf,
  type Real,
} from './model.ts';

/** Which nodes a filter lets through, of those that are or will be there. */
type Share = 'none' | 'few' | 'every third' | 'low' | 'high' | 'all' | 'coming';
const SHARES: readonly Share[] = ['none', 'few', 'every third', 'low', 'high', 'all', 'coming'];

function chooseNodes(model: Model, share: Share, seed: number): number[] {
  const { nextNode } = model;
  const all = Array.from({ length: nextNode }, (_, node) => node);
  if (share === 'few') return [...pickNodes(model, seed, 3), nextNode >> 1];
  if (share === 'every third') return all.filter((node) => node % 3 === seed % 3);
  if (share === 'low') return all.slice(0, nextNode >> 1);
  if (share === 'high') return all.slice(nextNode >> 1);
  if (share === 'coming') return [...all.slice(0, 2), nextNode, nextNode + 1, nextNode + 40];
  return share === 'all' ? all : [];
}

const makeFilter = (share: Share, seed: number, isBits: boolean): Command =>
  command(`make a filter(${share}, ${seed}${isBits ? ', bits' : ''})`, (model, real) => {
    const nodes = chooseNodes(model, share, seed);
    const filter = NodeFilter.of(nodes);
    real.filter = { accept: isBits ? filter.bits : filter, nodes: new Set(nodes) };
  });

/** What is wrong with an answer: nodes that are gone or not let through, and how many there are. */
function problemsOf(
  model: Model,
  { nodes: passed }: Accepted,
  found: Uint32Array,
  k: number,
): string[] {
  const wrong = [...found].filter((node) => !model.live.has(node) || !passed.has(node));
  const there = [...passed].filter((node) => model.live.has(node)).length;
  const problems = wrong.map((node) => `${node} is not let through`);
  const isWhole = found.length === Math.min(k, there);
  return isWhole ? problems : [...problems, `${found.length} of ${Math.min(k, there)} results`];
}

/** The filter of the moment; all nodes when none was made. */
function filterOf(model: Model, real: Real): Accepted {
  const nodes = new Set(model.live.keys());
  real.filter ??= { accept: NodeFilter.of(nodes), nodes };
  return real.filter;
}

const search = (seed: number, k: number, efSearch: number): Command =>
  command(`search filtered(seed ${seed}, k ${k}, efSearch ${efSearch})`, async (model, real) => {
    const filter = filterOf(model, real);
    const { accept, nodes } = filter;
    const query = queryOf(model, seed);
    const exact = real.index.search(query, k, { accept, exact: true });
    expect(problemsOf(model, filter, exact.nodes, k)).toEqual([]);
    const plain = plainOf(model, (node) => nodes.has(node));
    if (model.isExact) expect(exactnessProblems(exact, plain, query, k)).toEqual([]);
    const found = real.index.search(query, k, { accept, efSearch });
    // Between two steps of linking a node may be cut off for a moment.
    const wanted = real.pending.length > 0 ? found.nodes.length : k;
    expect(problemsOf(model, filter, found.nodes, wanted)).toEqual([]);
    for (const snapshot of real.snapshots) {
      const old = snapshot.index.search(query, k, { accept, efSearch });
      expect(problemsOf(snapshot.model, filter, old.nodes, k)).toEqual([]);
    }
    for (const attached of real.attached) {
      const same = attached.search(query, k, { accept, exact: true });
      expect([...same.nodes]).toEqual([...exact.nodes]);
    }
  });

const searchOtherwise = (seed: number, k: number): Command =>
  command(`search filtered otherwise(seed ${seed}, k ${k})`, async (model, real) => {
    const filter = filterOf(model, real);
    const { accept } = filter;
    const query = queryOf(model, seed);
    const { index } = real;
    const all = index.search(query, model.nextNode + 1, { accept, exact: true });
    const maxDistance = all.distances[all.nodes.length >> 1] ?? 0;
    const within = [...all.nodes].filter((_, i) => all.distances[i] <= maxDistance);
    const range = index.searchRange(query, maxDistance, { accept, exact: true });
    expect([...range.nodes]).toEqual(within);
    const near = index.searchRange(query, maxDistance, { accept });
    expect([...near.nodes].filter((node) => !within.includes(node))).toEqual([]);
    const [node] = pickNodes(model, seed, 1);
    if (node !== undefined) {
      const others: Accepted = { accept, nodes: new Set(filter.nodes) };
      others.nodes.delete(node);
      const neighbors = index.searchNode(node, k, { accept });
      const wanted = real.pending.length > 0 ? neighbors.nodes.length : k;
      expect(problemsOf(model, others, neighbors.nodes, wanted)).toEqual([]);
    }
    if (real.pending.length > 0) return;
    const single = index.search(query, k, { accept });
    const batch = await index.searchBatch([query, query], k, { accept });
    for (const row of [0, 1]) {
      const start = row * batch.k;
      const found = batch.nodes.subarray(start, start + batch.lengths[row]);
      expect([...found]).toEqual([...single.nodes]);
    }
  });

const seed = fc.nat(100_000);
const k = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6000 }));

export const FILTER_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(fc.constantFrom(...SHARES), seed, fc.boolean()).map((args) => makeFilter(...args)),
  fc.tuple(seed, k, fc.integer({ min: 1, max: 100 })).map((args) => search(...args)),
  fc.tuple(seed, k).map((args) => searchOtherwise(...args)),
];
