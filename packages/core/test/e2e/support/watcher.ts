// Searches an index again and again while somebody writes to it, and notes what cannot be right.

import type { SearchResult, VectorIndex } from '@nigh/core';
import { Random } from '@nigh/testkit';
import {
  ADDED,
  type Before,
  DIMENSION,
  Faults,
  judge,
  lookBefore,
  type Notes,
  placeOf,
  wasThere,
} from './versions.ts';

export interface Watched {
  readonly searches: number;
  /** Graph searches for nodes that were there, and how many of them did not find theirs. */
  readonly asked: number;
  readonly missed: number;
  /** Searches that gave fewer nodes than there are: they met the same update again and again. */
  readonly few: number;
  readonly counts: Record<string, number>;
  readonly examples: Record<string, string>;
}

const K = 10;

export class Watcher {
  readonly #index: VectorIndex;
  readonly #notes: Notes;
  readonly #random: Random;
  readonly #faults: Faults = new Faults();
  #searches = 0;
  #asked = 0;
  #missed = 0;
  #few = 0;

  constructor(index: VectorIndex, notes: Notes, seed: number) {
    this.#index = index;
    this.#notes = notes;
    this.#random = new Random(seed, 3);
  }

  get watched(): Watched {
    const { counts, examples } = this.#faults;
    const [searches, asked, missed] = [this.#searches, this.#asked, this.#missed];
    return { searches, asked, missed, few: this.#few, counts, examples };
  }

  /** One search around a node, exact every other time, and a look at the node itself. */
  look(): void {
    const node = this.#random.integer(0, Atomics.load(this.#notes.state, ADDED));
    const query = placeOf(node);
    const exact = this.#searches++ % 2 === 0;
    const vectors = this.#searches % 3 === 0;
    const before = lookBefore(this.#notes);
    try {
      const found = this.#index.search(query, K, { exact, vectors });
      judge({ query, before, notes: this.#notes }, found, this.#faults);
      if (vectors) this.#compareVectors(found, before);
      this.#findsNode(node, exact, found.nodes, wasThere(node, before, this.#notes));
      if (this.#searches % 4 === 0) this.#readNode(node);
    } catch (error) {
      this.#faults.add('error', String(error));
    }
  }

  /** The vectors that came with a result are those of versions of that moment. */
  #compareVectors({ nodes, vectors }: SearchResult, before: Before): void {
    const floats = vectors ?? new Float32Array();
    for (const [i, node] of nodes.entries()) {
      const query = floats.subarray(i * DIMENSION, (i + 1) * DIMENSION);
      const self = { nodes: Uint32Array.of(node), distances: Float32Array.of(0) };
      judge({ query, before, notes: this.#notes }, self, this.#faults);
    }
  }

  #findsNode(node: number, exact: boolean, nodes: Uint32Array, there: boolean): void {
    if (!there) return;
    if (nodes.length < K) this.#few++;
    const isFound = nodes[0] === node;
    if (exact && !isFound) this.#faults.add('missing', `${node} in ${[...nodes]}`);
    if (exact) return;
    this.#asked++;
    if (!isFound) this.#missed++;
  }

  /** The vector of a node is that of a version of this moment. */
  #readNode(node: number): void {
    const before = lookBefore(this.#notes);
    const isThere = this.#index.has(node);
    if (before.removed[node] === 1 && isThere) this.#faults.add('removed', `has ${node}`);
    if (!isThere && wasThere(node, before, this.#notes)) this.#faults.add('missing', `has ${node}`);
    try {
      const vector = this.#index.getVector(node);
      const found = { nodes: Uint32Array.of(node), distances: Float32Array.of(0) };
      judge({ query: vector, before, notes: this.#notes }, found, this.#faults);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'NODE_NOT_FOUND') throw error;
      if (wasThere(node, before, this.#notes)) this.#faults.add('missing', `vector of ${node}`);
    }
  }
}
