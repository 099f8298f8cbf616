/**
 * nigh behind the contract of an index that vectors come to and go from. Its own numbers of nodes
 * are kept beside the keys: an update keeps the number and has another key.
 */
import { VectorIndex } from '@nigh/core';
import { rowsOf } from '../adapter.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

export function createWritableNigh(): WritableLibrary {
  return {
    name: 'nigh',
    version: 'of this commit',
    note: 'remove and add in one round, update in the next; until all it sets off is done',
    prepare: (options) => {
      const names = new Names(options.keyLimit);
      return async (keys, vectorsOf) => {
        const { dimension, M, efConstruction, seed, threads } = options;
        const settings = { dimension, M, efConstruction, seed, threads };
        const index = await VectorIndex.build(vectorsOf(keys), settings);
        for (const [node, key] of keys.entries()) names.put(node, key);
        return new WritableNigh(index, names, options);
      };
    },
  };
}

/** Which key a node has, and the other way round; written at once, so that it takes no more. */
class Names {
  readonly #keys: Int32Array;
  readonly #nodes: Int32Array;

  constructor(limit: number) {
    this.#keys = new Int32Array(limit).fill(-1);
    this.#nodes = new Int32Array(limit).fill(-1);
  }

  put(node: number, key: number): void {
    this.#keys[node] = key;
    this.#nodes[key] = node;
  }

  keyOf(node: number): number {
    return this.#keys[node] as number;
  }

  nodesOf(keys: Int32Array): Int32Array {
    return keys.map((key) => this.#nodes[key] as number);
  }
}

class WritableNigh implements WritableIndex {
  readonly #index: VectorIndex;
  readonly #names: Names;
  readonly #options: WritableOptions;

  constructor(index: VectorIndex, names: Names, options: WritableOptions) {
    this.#index = index;
    this.#names = names;
    this.#options = options;
  }

  prepareReplace(
    { removed, added, updates }: Replacement,
    vectorsOf: VectorsOf,
  ): () => Promise<number> {
    const vectors = vectorsOf(added);
    return async () => {
      const nodes = this.#names.nodesOf(removed);
      if (updates) {
        await this.#index.update(nodes, vectors);
        for (const [i, node] of nodes.entries()) this.#names.put(node, added[i] as number);
      } else {
        this.#index.remove(nodes);
        if (added.length === 0) return this.#settle();
        const { first } = await this.#index.add(vectors);
        for (const [i, key] of added.entries()) this.#names.put(first + i, key);
      }
      return this.#settle();
    };
  }

  /** Waits for what goes on by itself: linking takes its turn behind it. */
  async #settle(): Promise<number> {
    await this.#index.link();
    return 0;
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#options.dimension);
    return async (i) => {
      const { first } = await this.#index.add([rows[i] as Float32Array]);
      this.#names.put(first, keys[i] as number);
    };
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Uint32Array {
    const { dimension, efSearch } = this.#options;
    const rows = rowsOf(queries, dimension);
    const asked = { efSearch };
    return (query, k) => this.#index.search(rows[query] as Float32Array, k, asked).nodes;
  }

  keysOf(found: ArrayLike<number | bigint>): number[] {
    return Array.from(found, (node) => this.#names.keyOf(Number(node)));
  }

  state(): IndexState {
    const { bytes, count } = this.#index.stats();
    return { bytes: bytes.total, count, problems: this.#index.verify().length };
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}
