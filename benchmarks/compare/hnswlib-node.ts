/**
 * hnswlib-node: hnswlib in C++ behind a native addon. It accepts plain arrays of numbers only and
 * throws on a Float32Array, so rows and queries are converted before the clock starts. Vectors of
 * unit length go to its inner product, which spares it the scaling of every query.
 */
import { type Adapter, type BuildOptions, type MeasuredIndex, rowsOf } from './adapter.ts';
import { installedVersion, requirePeer } from './installed.ts';

/** The part of its API used here; its own types are only present when it is installed. */
interface NativeIndex {
  initIndex(maxElements: number, M: number, efConstruction: number, seed: number): void;
  addPoint(point: readonly number[], label: number): void;
  searchKnn(query: readonly number[], k: number): { neighbors: number[]; distances: number[] };
  setEf(efSearch: number): void;
}

interface NativeModule {
  HierarchicalNSW: new (space: 'l2' | 'ip', dimension: number) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createHnswlibNode(): Adapter {
  const native = requirePeer('hnswlib-node') as NativeModule;
  return {
    name: 'hnswlib-node',
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
  return {
    prepareSearch: (queries) => {
      const plain = plainRows(queries, dimension);
      let currentEfSearch = 0;
      return (query, k, efSearch) => {
        if (efSearch !== currentEfSearch) index.setEf(efSearch);
        currentEfSearch = efSearch;
        return index.searchKnn(plain[query] as number[], k).neighbors;
      };
    },
    close: () => Promise.resolve(), // the memory goes with the object: it has nothing to close
  };
}

function plainRows(flat: Float32Array, dimension: number): number[][] {
  return rowsOf(flat, dimension).map((row) => Array.from(row));
}
