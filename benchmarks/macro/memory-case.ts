/**
 * One memory measurement, in a process of its own, started by macro/memory.ts: what another
 * measurement left in the heap would be counted again. Linux only: it reads /proc/self.
 */
import { VectorIndex } from '@nigh/core';
import { type ClusteredSource, clusteredSource } from '@nigh/testkit';
import { finishReading, startReading } from '../harness/resident.ts';

/** `nigh`: an index filled in blocks. `objects`: a graph of the same size as nested arrays. */
export type MemoryCase =
  | {
      readonly kind: 'nigh';
      readonly capacity: number;
      readonly count: number;
      readonly dimension: number;
      readonly seed: number;
    }
  | { readonly kind: 'objects'; readonly count: number; readonly degree: number };

export interface MemoryResult {
  /** Vectors (nodes) that were added between the two readings. */
  readonly added: number;
  /** Growth of the resident set between the readings, bytes. */
  readonly grown: number;
  /** The highest the resident set stood above the first reading, bytes. */
  readonly peak: number;
  /** Resident set of the whole process at the end, bytes. */
  readonly resident: number;
  /** What `stats().bytes` says of one vector, of its graph and of the address space reserved. */
  readonly perVector: number;
  readonly graphPerVector: number;
  readonly reserved: number;
  readonly meanDegree: number;
}

/** Vectors added before the first reading: by then code is compiled and threads have started. */
const WARMUP = 2_000;
const BLOCK = 2_000;

async function measureNigh(test: Extract<MemoryCase, { kind: 'nigh' }>): Promise<MemoryResult> {
  const { capacity, count, dimension, seed } = test;
  const index = VectorIndex.create({ dimension, capacity, seed, threads: 1 });
  const source = clusteredSource({ count, dimension, seed });
  source.fill(new Float32Array(WARMUP * dimension)); // compiles it
  await fillTo(index, WARMUP, source);
  const before = startReading();
  await fillTo(index, count, source);
  const { grown, peak, resident } = finishReading(before);
  const { bytes, meanDegree } = index.stats();
  const graphPerVector = bytes.graph / count;
  const { perVector, reserved } = bytes;
  await index.close();
  const added = count - WARMUP;
  return { added, grown, peak, resident, perVector, graphPerVector, reserved, meanDegree };
}

/** Writes straight into the index's memory: there is no second copy that would be measured too. */
async function fillTo(index: VectorIndex, count: number, source: ClusteredSource): Promise<void> {
  while (index.count < count) {
    const rows = Math.min(BLOCK, count - index.count);
    source.fill(index.reserve(rows), index.count);
    await index.commit();
  }
}

interface Neighbor {
  id: number;
  distance: number;
}

function measureObjects(test: Extract<MemoryCase, { kind: 'objects' }>): MemoryResult {
  const { count, degree } = test;
  const before = startReading();
  const graph: Neighbor[][] = [];
  for (let node = 0; node < count; node++) {
    const neighbors: Neighbor[] = [];
    for (let i = 0; i < degree; i++) {
      neighbors.push({ id: (node * 7 + i * 101) % count, distance: node + i / 7 });
    }
    graph.push(neighbors);
  }
  const { grown, peak, resident } = finishReading(before);
  const meanDegree = graph.reduce((sum, { length }) => sum + length, 0) / graph.length;
  const none = { perVector: 0, graphPerVector: 0, reserved: 0 };
  return { added: count, grown, peak, resident, meanDegree, ...none };
}

if (import.meta.main) {
  const test = JSON.parse(process.argv[2] ?? '{}') as MemoryCase;
  const result = test.kind === 'nigh' ? await measureNigh(test) : measureObjects(test);
  console.log(JSON.stringify(result));
}
