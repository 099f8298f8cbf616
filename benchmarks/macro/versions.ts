/**
 * Which vector every node has had, in memory that all threads see: node and version determine a
 * vector, so that a reader can tell of every hit whether its query may have found it. A version
 * that a write has replaced or removed may be found by queries that began before the write
 * returned, and by no other.
 */
import { type ClusteredSource, clusteredSource } from '@nigh/testkit';

/** Rows of the data set that one version of all nodes takes. */
const NODE_LIMIT = 2 ** 21;
/** Versions of a node that are remembered. */
const KEPT = 8;
/** The version whose rows are queries. */
const QUERY_VERSION = 2 ** 10;
const CLOCK = 0;
const NODES = 1;
const HEAD = 2;

export class Versions {
  readonly buffer: SharedArrayBuffer;
  /** A clock of acknowledged writes, per node the versions begun, and those searches see. */
  readonly #words: Int32Array;
  /** Per node and version, in turns, when it ended; 0 while it has not. */
  readonly #ends: Int32Array;

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(4 * (HEAD + NODE_LIMIT * (2 + KEPT))),
  ) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, HEAD + 2 * NODE_LIMIT);
    this.#ends = new Int32Array(buffer, 4 * (HEAD + 2 * NODE_LIMIT));
  }

  /** Nodes that were ever begun. */
  get nodes(): number {
    return Atomics.load(this.#words, NODES);
  }

  now(): number {
    return Atomics.load(this.#words, CLOCK);
  }

  /** Before the write of another vector of a node, or of its first; the version. */
  begin(node: number): number {
    if (node >= NODE_LIMIT) throw new RangeError(`more than ${NODE_LIMIT} nodes`);
    const version = Atomics.load(this.#words, HEAD + node);
    Atomics.store(this.#ends, node * KEPT + (version % KEPT), 0);
    Atomics.store(this.#words, HEAD + node, version + 1);
    if (node >= this.nodes) Atomics.store(this.#words, NODES, node + 1);
    return version;
  }

  /** After the write of these nodes returned its promise: searches see their newest versions. */
  publish(nodes: readonly number[]): void {
    for (const node of nodes) {
      Atomics.store(this.#words, HEAD + NODE_LIMIT + node, this.newest(node) + 1);
    }
  }

  /** Whether the newest version of a node is one that searches see. */
  isPublished(node: number): boolean {
    return Atomics.load(this.#words, HEAD + NODE_LIMIT + node) === this.newest(node) + 1;
  }

  /** After a write returned: these versions of these nodes are no more, for who begins now. */
  end(nodes: readonly number[], versions: readonly number[]): void {
    const time = this.now() + 1;
    for (const [i, node] of nodes.entries()) {
      Atomics.store(this.#ends, node * KEPT + ((versions[i] as number) % KEPT), time);
    }
    Atomics.store(this.#words, CLOCK, time);
  }

  /** The newest version of a node; -1 when it never had one. */
  newest(node: number): number {
    return Atomics.load(this.#words, HEAD + node) - 1;
  }

  /** True when a query that began at `start` may find this version of the node. */
  mayFind(node: number, version: number, start: number): boolean {
    const ended = Atomics.load(this.#ends, node * KEPT + (version % KEPT));
    return ended === 0 || ended > start;
  }

  /** Versions of the node that are remembered, the newest first. */
  remembered(node: number): number[] {
    const newest = this.newest(node);
    return Array.from({ length: Math.min(KEPT, newest + 1) }, (_, i) => newest - i);
  }
}

/** Fills vectors by node and version, and queries by number. */
export class VersionedVectors {
  readonly #source: ClusteredSource;
  readonly #dimension: number;

  constructor(data: { readonly count: number; readonly dimension: number; readonly seed: number }) {
    this.#source = clusteredSource(data);
    this.#dimension = data.dimension;
  }

  /** The vectors of `nodes`, of these versions. */
  of(nodes: readonly number[], versions: readonly number[]): Float32Array {
    const vectors = new Float32Array(nodes.length * this.#dimension);
    for (const [i, node] of nodes.entries()) {
      const row = (versions[i] as number) * NODE_LIMIT + node;
      this.#source.fill(vectors.subarray(i * this.#dimension, (i + 1) * this.#dimension), row);
    }
    return vectors;
  }

  query(number: number): Float32Array {
    return this.of([number], [QUERY_VERSION]);
  }
}

/** What a hit is: right, or found though its version was over, or no version's distance at all. */
export type Verdict = 'right' | 'removed' | 'stale' | 'wrong';

/** Relative; a distance is a sum of squares in float32. */
const TOLERANCE = 1e-4;

/** Judges a hit of a query that began at `start`; to be asked once the query has ended. */
export function judge(
  hit: { readonly node: number; readonly distance: number; readonly start: number },
  query: Float32Array,
  versions: Versions,
  vectors: VersionedVectors,
): Verdict {
  const { node, distance, start } = hit;
  const known = versions.remembered(node);
  const matches = (version: number): boolean => {
    const exact = squaredDistance(query, vectors.of([node], [version]));
    return Math.abs(exact - distance) <= TOLERANCE * Math.max(1, exact);
  };
  const allowed = known.filter((version) => versions.mayFind(node, version, start));
  if (allowed.some(matches)) return 'right';
  if (!known.some(matches)) return 'wrong';
  return allowed.length === 0 ? 'removed' : 'stale';
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += (value - (b[i] as number)) ** 2;
  return sum;
}
