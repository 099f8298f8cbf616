// A living index and what it is compared with: a map of nodes to vectors. A command tells both the
// same and compares them; what a write does at once must be seen at once, whether its promise is
// awaited or left pending while others follow.

import { DATASET_KINDS, type DatasetKind, datasetOf, type Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type NodeFilter, type VectorIndex, VectorIndexError } from '../../../src/index.ts';

export interface Model {
  readonly dimension: number;
  readonly metric: Metric;
  /** Whether vectors are kept as they are; else answers are by something like them. */
  readonly isExact: boolean;
  /** Whether the widest beam finds everything: bits leave out what most likely is too far. */
  readonly isCertain: boolean;
  /** Whether they are kept as float16, which takes no large numbers. */
  readonly isHalf: boolean;
  readonly live: Map<number, Float32Array>;
  /** One more than the largest node there ever was. */
  nextNode: number;
}

export interface Real {
  index: VectorIndex;
  readonly threads: number;
  /** A folder of the test's own. */
  readonly folder: string;
  /** Writes that were begun and not awaited. */
  readonly pending: Promise<unknown>[];
  /** Open readers: snapshots with what they were taken of, and indexes that follow. */
  readonly snapshots: Snapshot[];
  readonly attached: VectorIndex[];
  /** What searches under a filter let through. */
  filter?: Accepted;
}

/** A filter, or bits of one, and the nodes that it lets through. */
export interface Accepted {
  readonly accept: NodeFilter | Uint32Array;
  readonly nodes: Set<number>;
}

export interface Snapshot {
  readonly index: VectorIndex;
  readonly model: Model;
}

export type Command = fc.AsyncCommand<Model, Real, true>;

/** Vectors of some shape; the seed draws them. */
export interface Drawn {
  readonly kind: DatasetKind;
  readonly count: number;
  readonly seed: number;
}

export const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom(...DATASET_KINDS),
  count: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 160 })),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Rows of drawn vectors. */
export function rowsOf(model: Model, { kind, count, seed }: Drawn): Float32Array[] {
  const { dimension, metric, isHalf } = model;
  const isUnfit = (kind === 'zeros' && metric === 'cosine') || (kind === 'huge' && isHalf);
  const safe = isUnfit ? 'gaussian' : kind;
  const { vectors } = datasetOf(safe, { count, dimension, seed }, metric);
  return Array.from({ length: count }, (_, i) => vectors.slice(i * dimension, (i + 1) * dimension));
}

export function queryOf(model: Model, seed: number): Float32Array {
  return rowsOf(model, { kind: 'gaussian', count: 1, seed })[0];
}

/** Rows one after another. */
export function flat(rows: readonly Float32Array[], dimension: number): Float32Array {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) vectors.set(row, i * dimension);
  return vectors;
}

/** The live nodes, ascending. */
export function liveNodes({ live }: Model): number[] {
  return [...live.keys()].sort((a, b) => a - b);
}

/** `count` of the live nodes, in an order of their own, each once. */
export function pickNodes(model: Model, seed: number, count: number): number[] {
  const nodes = liveNodes(model);
  const picked: number[] = [];
  for (let i = 0, at = seed; i < count && nodes.length > 0; i++, at = (at * 31 + 7) % 2 ** 20) {
    picked.push(...nodes.splice(at % nodes.length, 1));
  }
  return picked;
}

/** All vectors there ever were by node, for the oracle, and which of them it may return. */
export interface Plain {
  readonly vectors: Float32Array;
  readonly accept: Uint32Array;
  readonly dimension: number;
  readonly metric: Metric;
}

export function plainOf(model: Model, isWanted: (node: number) => boolean = () => true): Plain {
  const { dimension, metric, live, nextNode } = model;
  const vectors = new Float32Array(nextNode * dimension);
  const accept = new Uint32Array(Math.ceil(nextNode / 32));
  for (const [node, row] of live) {
    vectors.set(row, node * dimension);
    if (isWanted(node)) accept[node >> 5] |= 1 << (node & 31);
  }
  return { vectors, accept, dimension, metric };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits for what is pending, and for what the index does by itself; its problems then. */
export async function settle(real: Real): Promise<unknown[]> {
  await Promise.all(real.pending.splice(0));
  for (;;) {
    try {
      return real.index.verify();
    } catch (error) {
      if (!(error instanceof VectorIndexError) || error.code !== 'BUSY') throw error;
      await turn();
    }
  }
}

/** Where the vector of `node` differs from the model's. */
export function vectorProblem(model: Model, index: VectorIndex, node: number): string | undefined {
  const expected = model.live.get(node) ?? [];
  const found = index.getVector(node);
  if (!model.isExact) return found.every(Number.isFinite) ? undefined : `node ${node}: ${found}`;
  const scale = model.metric === 'cosine' ? Math.hypot(...expected) : 1;
  const slack = model.metric === 'cosine' ? 1e-6 : 0;
  const same = found.every((value, i) => Math.abs(value - expected[i] / scale) <= slack);
  return same ? undefined : `node ${node} is ${found}, not ${expected}`;
}

/** A model that stays as it is. */
export function copyOf(model: Model): Model {
  return { ...model, live: new Map(model.live) };
}

/** Closes what reads beside the index. */
export async function closeReaders(real: Real): Promise<void> {
  const readers = [
    ...real.snapshots.splice(0).map(({ index }) => index),
    ...real.attached.splice(0),
  ];
  await Promise.all(readers.map((reader) => reader.close()));
}

/** What must hold of every index that has the nodes of the model, whoever reads it. */
export function checkReader(model: Model, index: VectorIndex): void {
  const { live, nextNode } = model;
  const nodes = liveNodes(model);
  expect(index.count).toBe(live.size);
  const found = index.nodes();
  if (found.length !== nodes.length || found.some((node, i) => node !== nodes[i])) {
    expect([...found]).toEqual(nodes);
  }
  const { count, linked, removed, capacity } = index.stats();
  expect(count).toBe(live.size);
  expect(linked <= count + removed && count + removed <= capacity).toBe(true);
  const probes = [0, nextNode >> 1, nextNode - 1, nextNode].filter((node) => node >= 0);
  expect(probes.map((node) => index.has(node))).toEqual(probes.map((node) => live.has(node)));
  const looked = [nodes[0], nodes[nodes.length >> 1], nodes.at(-1)];
  const problems = looked.map((node) => node !== undefined && vectorProblem(model, index, node));
  expect(problems.filter(Boolean)).toEqual([]);
  expect(index.nextNode).toBe(nextNode);
  const all = index.search(queryOf(model, nextNode), live.size + 1, { exact: true });
  expect(all.nodes.length).toBe(live.size);
  expect([...all.nodes].filter((node) => !live.has(node))).toEqual([]);
}

/** Everything that must hold after every command, also while writes are pending. */
export function checkState(model: Model, { index, snapshots, attached }: Real): void {
  checkReader(model, index);
  for (const snapshot of snapshots) checkReader(snapshot.model, snapshot.index);
  for (const reader of attached) checkReader(model, reader);
}

/** A command after which the state is checked. */
export function command(
  label: string,
  act: (model: Model, real: Real) => Promise<void> | void,
): Command {
  return {
    check: async () => true,
    run: async (model, real) => {
      await act(model, real);
      checkState(model, real);
      if (real.pending.length === 0) expect(await settle(real)).toEqual([]);
    },
    toString: () => label,
  };
}

/** Awaits a write, or leaves it pending. */
export async function wait(real: Real, isAwaited: boolean, write: Promise<unknown>): Promise<void> {
  if (isAwaited) await write;
  else {
    write.catch(() => undefined); // settle tells
    real.pending.push(write);
  }
}
