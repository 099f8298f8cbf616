/**
 * zvec: a database in the process. What is timed is its whole query, documents as results, without
 * fields or vectors in them. Vectors of unit length are searched by its inner product: there INT8
 * works. Under L2 and COSINE an optimized HNSW index of 0.7.0 with INT8 finds nothing that is near.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Adapter, type BuildOptions, type MeasuredIndex, rowsOf } from '../adapter.ts';
import { installedVersion, requirePeer } from '../installed.ts';

/** How zvec keeps vectors in its index. */
export type ZvecScalar = 'f32' | 'fp16' | 'int8';

const PRECISIONS = { f32: 'float32', fp16: 'float16', int8: 'int8' } as const;

interface Document {
  readonly id: string;
  readonly vectors: { readonly vector: Float32Array };
}

interface Collection {
  insertSync(documents: readonly Document[]): { readonly ok: boolean; readonly message: string }[];
  optimizeSync(options: { readonly concurrency: number }): void;
  querySync(query: object): readonly Document[];
  destroySync(): void;
}

interface NativeModule {
  readonly ZVecIndexType: { readonly HNSW: number };
  readonly ZVecMetricType: { readonly L2: number; readonly IP: number };
  readonly ZVecQuantizeType: {
    readonly UNDEFINED: number;
    readonly FP16: number;
    readonly INT8: number;
  };
  readonly ZVecDataType: { readonly VECTOR_FP32: number };
  readonly ZVecCollectionSchema: new (schema: object) => object;
  ZVecInitialize(options: object): void;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
}

/** Documents in one call; it has a limit. */
const DOCUMENTS_PER_CALL = 1_000;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createZvec(scalar: ZvecScalar): Adapter {
  const native = requirePeer('@zvec/zvec') as NativeModule;
  return {
    ...{ name: scalar === 'f32' ? 'zvec' : `zvec ${scalar}`, from: '@zvec/zvec' },
    ...{ parameter: 'ef', precision: PRECISIONS[scalar], buildThreads: 'any', filter: null },
    version: installedVersion('@zvec/zvec'),
    note: 'a whole database query; optimized before, one query thread, no fields in the results',
    prepareBuild: (vectors, options) => {
      if (scalar === 'int8' && options.metric !== 'cosine') {
        throw new Error('INT8 finds nothing that is near under L2');
      }
      const documents = rowsOf(vectors, options.dimension).map((vector, node) => {
        return { id: String(node), vectors: { vector } };
      });
      return async () => build(native, documents, { ...options, scalar });
    },
  };
}

function build(
  native: NativeModule,
  documents: readonly Document[],
  options: BuildOptions & { readonly scalar: ZvecScalar },
): MeasuredIndex {
  native.ZVecInitialize({ queryThreads: 1, optimizeThreads: options.threads });
  const folder = mkdtempSync(join(tmpdir(), 'nigh-zvec-'));
  const schema = schemaOf(native, options);
  const collection = native.ZVecCreateAndOpen(join(folder, 'collection'), schema);
  for (let at = 0; at < documents.length; at += DOCUMENTS_PER_CALL) {
    const states = collection.insertSync(documents.slice(at, at + DOCUMENTS_PER_CALL));
    const failed = states.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(`zvec refused a vector: ${failed.message}`);
  }
  collection.optimizeSync({ concurrency: options.threads });
  return {
    prepareSearch: (queries) => {
      const rows = rowsOf(queries, options.dimension);
      const indexType = native.ZVecIndexType.HNSW;
      return (query, k, efSearch) => {
        const found = collection.querySync({
          fieldName: 'vector',
          vector: rows[query],
          topk: k,
          outputFields: [],
          params: { indexType, ef: efSearch, isUsingRefiner: options.scalar === 'int8' },
        });
        return found.map(({ id }) => Number(id));
      };
    },
    close: async () => {
      collection.destroySync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function schemaOf(
  native: NativeModule,
  options: BuildOptions & { readonly scalar: ZvecScalar },
): object {
  const { dimension, metric, M, efConstruction, scalar } = options;
  const { ZVecMetricType, ZVecQuantizeType } = native;
  return new native.ZVecCollectionSchema({
    name: 'vectors',
    vectors: {
      name: 'vector',
      dataType: native.ZVecDataType.VECTOR_FP32,
      dimension,
      indexParams: {
        indexType: native.ZVecIndexType.HNSW,
        metricType: metric === 'cosine' ? ZVecMetricType.IP : ZVecMetricType.L2,
        m: M,
        efConstruction,
        quantizeType: {
          f32: ZVecQuantizeType.UNDEFINED,
          fp16: ZVecQuantizeType.FP16,
          int8: ZVecQuantizeType.INT8,
        }[scalar],
        // Rotation makes codes of 8 bits finer.
        ...(scalar === 'int8' && { quantizerParams: { enableRotate: true } }),
      },
    },
  });
}
