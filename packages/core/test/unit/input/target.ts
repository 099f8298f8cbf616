// The indexes bad inputs are tried on, and everything about an index that a refused input must
// leave as it was. Free slots are no part of it: vectors are checked where they would stay.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BAD_INPUT_DIMENSION, gaussian } from '@nigh/testkit';
import { afterAll } from 'vitest';
import { type IndexOptions, type Metric, VectorIndex } from '../../../src/index.ts';
import { computeLayout, usedWords } from '../../../src/memory/layout.ts';
import { Segment } from '../../../src/segments/segment.ts';

/** A way to run: which target of the hot code over which memory. */
export interface Manner {
  readonly name: string;
  readonly options: Pick<IndexOptions, 'tier' | 'memory'>;
}

/** WebAssembly over memory that is shared, and JavaScript over memory that nobody can share. */
export const MANNERS: readonly Manner[] = [
  { name: 'shared memory', options: {} },
  { name: 'private memory', options: { tier: 'javascript', memory: 'private' } },
];

/** A folder of the test file's own, removed after its last test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nigh-input-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An index of 40 linked vectors and 3 more that came later, with room for 100. */
export async function targetIndex(metric: Metric, manner: Manner): Promise<VectorIndex> {
  const index = VectorIndex.create({
    ...{ dimension: BAD_INPUT_DIMENSION, metric, capacity: 100, M: 4 },
    ...{ flatThreshold: 0, threads: 1, ...manner.options },
  });
  await index.add(gaussian({ count: 40, dimension: BAD_INPUT_DIMENSION, seed: 1 }));
  await index.add(gaussian({ count: 3, dimension: BAD_INPUT_DIMENSION, seed: 2 }));
  return index;
}

/** A digest of every used word of every region but benches and scratch, header included. */
function sharedState(index: VectorIndex): string {
  const hash = createHash('sha256');
  for (const handle of index.share().segments) {
    const segment = new Segment(handle);
    const layout = computeLayout(handle.layout);
    const { i32s } = segment;
    const used = segment.usedCounts();
    for (const [name, { word, words }] of Object.entries(layout.regions)) {
      if (name === 'scratch' || name === 'benches') continue;
      const region = name as keyof typeof layout.regions;
      // Regions that a snapshot keeps in part are free beyond that part; the others count whole.
      const length = usedWords(layout, region, used) || words;
      hash.update(new Uint8Array(i32s.slice(word, word + length).buffer));
    }
  }
  return hash.digest('hex');
}

/** Everything of an index that a refused input leaves as it was. */
export async function stateOf(index: VectorIndex, folder: string): Promise<unknown> {
  const { count, available } = index;
  const { bytes: _bytes, ...stats } = index.stats();
  const query = [0.5, -0.5, 0.25, 1];
  const answers = [index.search(query, 5), index.search(query, 50, { exact: true })];
  if (stats.memory === 'shared')
    return { count, available, stats, answers, state: sharedState(index) };
  const path = join(folder, 'state');
  await index.save(path);
  const state = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { count, available, stats, answers, state };
}
