// What an index must hold, kept beside it: which vector each node has, and which nodes are gone.
// Whatever happened to the index, its exact answers are those of the ledger.

import { VectorIndex } from '@nigh/core';
import { Random } from '@nigh/testkit';

/** How far a distance of float vectors may be from the same one in doubles. */
const TOLERANCE = 1e-4;

function squareDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

export class Ledger {
  readonly dimension: number;
  readonly live: Map<number, Float32Array> = new Map();
  readonly gone: number[] = [];
  /** Vectors that were searched for by the graph, and those of them that were not found. */
  asked = 0;
  missed = 0;
  readonly #random: Random;

  constructor(dimension: number, seed: number) {
    this.dimension = dimension;
    this.#random = new Random(seed, 7);
  }

  /** Vectors nobody has: of normal numbers, so that no two distances are the same. */
  draw(count: number): Float32Array {
    return Float32Array.from({ length: count * this.dimension }, () => this.#random.normal());
  }

  /** `count` of the nodes that are there, each once. */
  pick(count: number): number[] {
    const nodes = [...this.live.keys()];
    for (let i = 0; i < Math.min(count, nodes.length); i++) {
      const other = this.#random.integer(i, nodes.length);
      [nodes[i], nodes[other]] = [nodes[other], nodes[i]];
    }
    return nodes.slice(0, count);
  }

  /** Notes that `nodes` have these vectors from now on. */
  put(nodes: readonly number[], vectors: Float32Array): void {
    const { dimension } = this;
    for (const [i, node] of nodes.entries()) {
      this.live.set(node, vectors.slice(i * dimension, (i + 1) * dimension));
    }
  }

  remove(nodes: readonly number[]): void {
    for (const node of nodes) this.live.delete(node);
    this.gone.push(...nodes);
  }

  /** The k nearest nodes, ascending. */
  nearest(query: Float32Array, k: number): { node: number; distance: number }[] {
    const all = [...this.live].map(([node, vector]) => {
      return { node, distance: squareDistance(query, vector) };
    });
    return all.sort((a, b) => a.distance - b.distance).slice(0, k);
  }

  /** What is wrong with the nodes and distances an exact search gave. */
  #compare(
    query: Float32Array,
    k: number,
    found: { readonly nodes: Uint32Array; readonly distances: Float32Array },
  ): string[] {
    const expected = this.nearest(query, k);
    const { nodes, distances } = found;
    const isSame =
      nodes.length === expected.length &&
      expected.every(({ node, distance }, i) => {
        return node === nodes[i] && Math.abs(distance - distances[i]) < TOLERANCE * (1 + distance);
      });
    return isSame ? [] : [`found ${[...nodes]} not ${expected.map(({ node }) => node)}`];
  }

  /** What is wrong with the answers of an index whose distances are those of float vectors. */
  check(index: VectorIndex, queries: number): string[] {
    const wrong: string[] = [];
    const must = (what: string, holds: boolean): void => void (holds || wrong.push(what));
    const { live, gone } = this;
    const nodes = [...live.keys()].sort((a, b) => a - b);
    must(`counts ${live.size}, not ${index.count}`, index.count === live.size);
    must('lists its nodes', index.nodes().join() === nodes.join());
    const removed = gone.slice(-200).filter((node) => index.has(node));
    must(`has ${removed} no more`, removed.length === 0);
    for (let i = 0; i < queries; i++) {
      const query = this.draw(1);
      wrong.push(...this.#compare(query, 10, index.search(query, 10, { exact: true })));
      const { nodes: near } = index.search(query, 10);
      must(`finds none twice: ${[...near]}`, new Set(near).size === Math.min(10, live.size));
      must(
        `finds no removed one: ${[...near]}`,
        [...near].every((node) => live.has(node)),
      );
      const [self] = this.pick(1);
      const vector = live.get(self) as Float32Array;
      this.asked++;
      if (index.search(vector, 1).nodes[0] !== self) this.missed++;
      must(`gives ${self}`, index.getVector(self).join() === vector.join());
    }
    return wrong;
  }

  /** What is wrong with an answer to a batch of exact searches. */
  checkBatch(
    queries: Float32Array,
    { k, nodes, distances, lengths }: Awaited<ReturnType<VectorIndex['searchBatch']>>,
  ): string[] {
    const wrong: string[] = [];
    for (let row = 0; row < lengths.length; row++) {
      const query = queries.subarray(row * this.dimension, (row + 1) * this.dimension);
      const [start, end] = [row * k, row * k + lengths[row]];
      const found = { nodes: nodes.slice(start, end), distances: distances.slice(start, end) };
      wrong.push(...this.#compare(query, k, found));
    }
    return wrong;
  }
}

/** How many more indexes can attach: as many as scratch blocks are free. */
export async function freeBlocks(index: VectorIndex): Promise<number> {
  const attached: VectorIndex[] = [];
  const shared = index.share();
  for (;;) {
    try {
      attached.push(VectorIndex.attach(shared));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'CAPACITY_EXCEEDED') throw error;
      for (const one of attached) await one.close();
      return attached.length;
    }
  }
}
