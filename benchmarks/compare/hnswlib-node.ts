/**
 * hnswlib-node 3.0.0: hnswlib in C++ behind a native addon. It accepts plain arrays of numbers only
 * and throws on a Float32Array, so rows and queries are converted before the clock starts.
 */
import { createRequire } from 'node:module';
import { type Adapter, type BuildOptions, type MeasuredIndex, rowsOf } from './adapter.ts';

/** The part of its API used here; its own types are only present when it is installed. */
interface NativeIndex {
  initIndex(maxElements: number, M: number, efConstruction: number, seed: number): void;
  addPoint(point: readonly number[], label: number): void;
  searchKnn(query: readonly number[], k: number): { neighbors: number[]; distances: number[] };
  setEf(efSearch: number): void;
}

interface NativeModule {
  HierarchicalNSW: new (space: 'l2', dimension: number) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createHnswlibNode(): Adapter {
  const require = createRequire(import.meta.url);
  const native = require('hnswlib-node') as NativeModule;
  const { version } = require('hnswlib-node/package.json') as { version: string };
  return {
    name: 'hnswlib-node',
    version,
    note: 'one thread; queries and vectors are plain number[] made before the timed calls',
    prepareBuild: (vectors, options) => {
      const rows = plainRows(vectors, options.dimension);
      return async () => build(native, rows, options);
    },
  };
}

function build(native: NativeModule, rows: number[][], options: BuildOptions): MeasuredIndex {
  const { dimension, M, efConstruction, seed } = options;
  const index = new native.HierarchicalNSW('l2', dimension);
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
