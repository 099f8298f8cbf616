/**
 * One library that single vectors are added to, in a process of its own, driven by macro/writes.ts.
 */
import { clusteredSource } from '@nigh/testkit';
import type { VectorsOf } from '../compare/writable.ts';
import { type Answering, answerParent } from '../harness/child.ts';
import { loadWritable } from '../harness/writable.ts';

export interface LatencyTask {
  readonly library: string;
  readonly threads: number;
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
  readonly k: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
  /** Vectors that will be added at most. */
  readonly adds: number;
}

/** Adds the next `adds` vectors, one after the other; 0 to be told what came of all. */
export interface LatencyQuestion {
  readonly adds: number;
}

export interface LatencyAnswer {
  /** Of each add, until the vector is linked. */
  readonly microseconds: readonly number[];
  /** Of those added, those that are not among the `k` nearest of themselves. */
  readonly missed: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as LatencyTask;
await answerParent(prepare);

async function prepare(): Promise<Answering<LatencyQuestion>> {
  const { library, count, dimension, seed, k, adds: capacity, ...settings } = task;
  const source = clusteredSource({ count, dimension, seed });
  const vectorsOf: VectorsOf = (keys) => {
    const vectors = new Float32Array(keys.length * dimension);
    source.fill(vectors, keys[0] ?? 0); // they follow one another
    return vectors;
  };
  const room = count + capacity;
  const build = loadWritable(library).prepare({
    ...{ dimension, seed, ...settings, keyLimit: room, capacity: room },
  });
  const index = await build(
    Int32Array.from({ length: count }, (_, key) => key),
    vectorsOf,
  );
  let added = 0;
  const keysOfAdded = (first: number, length: number): Int32Array => {
    return Int32Array.from({ length }, (_, i) => count + first + i);
  };
  return {
    answer: async ({ adds }) => {
      if (adds === 0) {
        const keys = keysOfAdded(0, added);
        const search = index.prepareSearch(vectorsOf(keys));
        let missed = 0;
        for (const [i, key] of keys.entries()) {
          if (!index.keysOf(await search(i, k)).includes(key)) missed++;
        }
        return { microseconds: [], missed } satisfies LatencyAnswer;
      }
      const add = index.prepareAdds(keysOfAdded(added, adds), vectorsOf);
      const microseconds: number[] = [];
      for (let i = 0; i < adds; i++) {
        const start = performance.now();
        await add(i);
        microseconds.push((performance.now() - start) * 1000);
      }
      added += adds;
      return { microseconds, missed: 0 } satisfies LatencyAnswer;
    },
    close: () => index.close(),
  };
}
