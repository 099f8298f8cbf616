/**
 * No library at all: every vector is looked at, in JavaScript, as a careful program would do it by
 * itself. One array of floats, four sums that do not wait for each other, and the k nearest kept in
 * order, which costs next to nothing since few vectors get among them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import {
  type Adapter,
  type BuildOptions,
  type Found,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import {
  type IndexState,
  KeyNames,
  type Replacement,
  type VectorsOf,
  type WritableIndex,
  type WritableLibrary,
  type WritableOptions,
} from '../writable.ts';

const NAME = 'javascript';
const VERSION = `node ${process.versions.node}`;

export function createBruteForce(): Adapter {
  return {
    ...{ name: NAME, from: NAME, version: VERSION, parameter: null, precision: 'float32' },
    ...{ buildThreads: 'one', filter: 'callback' },
    note: 'a loop over a Float32Array; a filter skips vectors',
    prepareBuild: (vectors, options) => async () => measured(vectors.slice(), options),
    load: async (path, options) => {
      const { buffer, byteOffset, byteLength } = await readFile(path);
      return measured(new Float32Array(buffer, byteOffset, byteLength / 4), options);
    },
  };
}

function measured(vectors: Float32Array, { dimension, metric }: BuildOptions): MeasuredIndex {
  const distance = metric === 'cosine' ? negativeDot : squaredDistance;
  const count = vectors.length / dimension;
  const prepare = (queries: Float32Array, accepts?: (node: number) => boolean): Search => {
    const rows = rowsOf(queries, dimension);
    return (query, k) => {
      const asked = rows[query] as Float32Array;
      const nearest = new Nearest(k);
      for (let node = 0; node < count; node++) {
        if (accepts !== undefined && !accepts(node)) continue;
        nearest.offer(node, distance(vectors, node * dimension, asked));
      }
      return nearest.nodes();
    };
  };
  return {
    bytes: vectors.byteLength,
    prepareSearch: (queries) => prepare(queries),
    prepareFilteredSearch: (queries, { categories, limit }) =>
      prepare(queries, (node) => (categories[node] as number) < limit),
    save: (path) => writeFile(path, vectors),
    close: () => Promise.resolve(),
  };
}

/** The `k` nearest of what it was offered, in order. */
class Nearest {
  readonly #k: number;
  readonly #nodes: number[] = [];
  readonly #distances: number[] = [];
  #limit = Number.POSITIVE_INFINITY;

  constructor(k: number) {
    this.#k = k;
  }

  offer(node: number, distance: number): void {
    if (!(distance < this.#limit)) return;
    const nodes = this.#nodes;
    const distances = this.#distances;
    let at = Math.min(nodes.length, this.#k - 1);
    for (; at > 0 && (distances[at - 1] as number) > distance; at--) {
      nodes[at] = nodes[at - 1] as number;
      distances[at] = distances[at - 1] as number;
    }
    nodes[at] = node;
    distances[at] = distance;
    if (nodes.length === this.#k) this.#limit = distances[this.#k - 1] as number;
  }

  nodes(): number[] {
    return this.#nodes;
  }
}

/** Of row `at / query.length` to the query; the lengths of both are those of the query. */
type Distance = (vectors: Float32Array, at: number, query: Float32Array) => number;

// Sums that are declared one by one: as one pattern they cost 2.6 times as much.
const squaredDistance: Distance = (vectors, at, query) => {
  const dimension = query.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  let j = at;
  for (; i + 3 < dimension; i += 4, j += 4) {
    const d0 = (vectors[j] as number) - (query[i] as number);
    const d1 = (vectors[j + 1] as number) - (query[i + 1] as number);
    const d2 = (vectors[j + 2] as number) - (query[i + 2] as number);
    const d3 = (vectors[j + 3] as number) - (query[i + 3] as number);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; i < dimension; i++, j++) s0 += ((vectors[j] as number) - (query[i] as number)) ** 2;
  return s0 + s1 + s2 + s3;
};

const negativeDot: Distance = (vectors, at, query) => {
  const dimension = query.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  let j = at;
  for (; i + 3 < dimension; i += 4, j += 4) {
    s0 += (vectors[j] as number) * (query[i] as number);
    s1 += (vectors[j + 1] as number) * (query[i + 1] as number);
    s2 += (vectors[j + 2] as number) * (query[i + 2] as number);
    s3 += (vectors[j + 3] as number) * (query[i + 3] as number);
  }
  for (; i < dimension; i++, j++) s0 += (vectors[j] as number) * (query[i] as number);
  return -(s0 + s1 + s2 + s3);
};

export function createWritableBruteForce(): WritableLibrary {
  return {
    ...{ name: NAME, version: VERSION },
    note: 'the last vector takes the place of one that goes; others are appended',
    prepare: (options) => {
      const index = new WritableBruteForce(options);
      return async (keys, vectorsOf) => {
        index.append(keys, vectorsOf(keys));
        return index;
      };
    },
  };
}

/** Its names are rows. */
class WritableBruteForce implements WritableIndex {
  readonly #vectors: Float32Array;
  readonly #dimension: number;
  readonly #names: KeyNames;
  #count = 0;

  constructor({ dimension, capacity, keyLimit }: WritableOptions) {
    this.#vectors = new Float32Array(capacity * dimension);
    this.#dimension = dimension;
    this.#names = new KeyNames(keyLimit);
  }

  append(keys: Int32Array, vectors: Float32Array): void {
    this.#vectors.set(vectors, this.#count * this.#dimension);
    for (const key of keys) this.#names.put(this.#count++, key);
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const vectors = vectorsOf(added);
    return async () => {
      for (const key of removed) this.#remove(key);
      this.append(added, vectors);
      return 0;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#dimension);
    return (i) => this.append(keys.subarray(i, i + 1), rows[i] as Float32Array);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Found {
    const rows = rowsOf(queries, this.#dimension);
    return (query, k) => {
      const [vectors, asked] = [this.#vectors, rows[query] as Float32Array];
      const nearest = new Nearest(k);
      for (let node = 0; node < this.#count; node++) {
        nearest.offer(node, squaredDistance(vectors, node * this.#dimension, asked));
      }
      return nearest.nodes();
    };
  }

  keysOf(found: Found): number[] {
    return Array.from(found, (node) => this.#names.keyOf(Number(node)));
  }

  state(): IndexState {
    return { bytes: this.#vectors.byteLength, count: this.#count, problems: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #remove(key: number): void {
    const row = this.#names.nameOf(key);
    const dimension = this.#dimension;
    const last = --this.#count;
    this.#vectors.copyWithin(row * dimension, last * dimension, (last + 1) * dimension);
    this.#names.put(row, this.#names.keyOf(last));
  }
}
