/**
 * hnswlib-node: hnswlib in C++ behind a native addon. It accepts plain arrays of numbers only and
 * throws on a Float32Array, so rows and queries are converted before the clock starts. Vectors of
 * unit length go to its inner product, which spares it the scaling of every query.
 */
import {
  type Adapter,
  type BuildOptions,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import { installedVersion, requirePeer } from '../installed.ts';

/** The part of its API used here; its own types are only present when it is installed. */
interface NativeIndex {
  initIndex(maxElements: number, M: number, efConstruction: number, seed: number): void;
  addPoint(point: readonly number[], label: number): void;
  searchKnn(
    query: readonly number[],
    k: number,
    filter?: (label: number) => boolean,
  ): { neighbors: number[]; distances: number[] };
  setEf(efSearch: number): void;
}

interface NativeModule {
  HierarchicalNSW: new (space: 'l2' | 'ip', dimension: number) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createHnswlibNode(): Adapter {
  const native = requirePeer('hnswlib-node') as NativeModule;
  return {
    ...{ name: 'hnswlib-node', from: 'hnswlib-node', parameter: 'ef' },
    ...{ precision: 'float32', buildThreads: 'one', filter: 'callback' },
    version: installedVersion('hnswlib-node'),
    note: 'one thread; queries and vectors are plain number[] made before the timed calls',
    prepareBuild: (vectors, options) => {
      const rows = plainRows(vectors, options.dimension);
      return async () => build(native, rows, options);
    },
  };
}

function build(native: NativeModule, rows: number[][], options: BuildOptions): MeasuredIndex {
  const { dimension, metric, M, efConstruction, seed } = options;
  const index = new native.HierarchicalNSW(metric === 'cosine' ? 'ip' : 'l2', dimension);
  index.initIndex(rows.length, M, efConstruction, seed);
  for (const [node, row] of rows.entries()) index.addPoint(row, node);
  const prepare = (queries: Float32Array, accepts?: (node: number) => boolean): Search => {
    const plain = plainRows(queries, dimension);
    let currentEfSearch = 0;
    return (query, k, efSearch) => {
      if (efSearch !== currentEfSearch) index.setEf(efSearch);
      currentEfSearch = efSearch;
      const row = plain[query] as number[];
      // Its filter is a function that it calls for every candidate.
      return (accepts ? index.searchKnn(row, k, accepts) : index.searchKnn(row, k)).neighbors;
    };
  };
  return {
    prepareSearch: (queries) => prepare(queries),
    prepareFilteredSearch: (queries, { categories, limit }) =>
      prepare(queries, (node) => (categories[node] as number) < limit),
    close: () => Promise.resolve(), // the memory goes with the object: it has nothing to close
  };
}

function plainRows(flat: Float32Array, dimension: number): number[][] {
  return rowsOf(flat, dimension).map((row) => Array.from(row));
}
