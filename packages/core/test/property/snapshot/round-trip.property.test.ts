// Any index, whatever its data, options and history, comes back from a file as it was. How it came
// to be is part of the case: what was linked, what was not, how many segments there are.

import { join } from 'node:path';
import { type Dataset, searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LoadOptions, type Tier, VectorIndex } from '../../../src/index.ts';
import { savedBytes, temporaryFolder } from '../../unit/snapshot/files.ts';
import { addUnlinked } from '../../unit/snapshot/indexes.ts';

const RUNS = process.env.NIGH_EXHAUSTIVE === '1' ? 3000 : 150;
const TIERS: readonly Tier[] = ['relaxed', 'simd', 'javascript'];

const folder = temporaryFolder();
const path = join(folder, 'index');

/** How the vectors get in: at once, in two adds, and what stays unlinked. */
const history = fc.record({
  tier: fc.constantFrom(...TIERS),
  flatThreshold: fc.constantFrom(0, 0, 100, 1000),
  capacity: fc.constantFrom(40, 150, 1000),
  firstShare: fc.constantFrom(0, 0.5, 1),
  unlinkedShare: fc.constantFrom(0, 0, 0.2),
});
type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

const loading: fc.Arbitrary<LoadOptions> = fc.record(
  {
    tier: fc.constantFrom(...TIERS),
    capacity: fc.constantFrom(1, 77, 5000),
    threads: fc.constantFrom(1, 4),
  },
  { requiredKeys: ['threads'] },
);

async function fill(index: VectorIndex, dataset: Dataset, plan: History): Promise<void> {
  const { vectors, count, dimension } = dataset;
  const linked = Math.ceil(count * (1 - plan.unlinkedShare));
  const half = Math.floor(linked * plan.firstShare);
  await index.add(vectors.subarray(0, half * dimension));
  await index.add(vectors.subarray(half * dimension, linked * dimension));
  await addUnlinked(index, vectors.subarray(linked * dimension));
}

const cases = searchCaseArbitrary({ dimensions: [1, 2, 3, 16, 17, 33] });

test('save, load and save give the same bytes, answers and counts', async () => {
  const property = fc.asyncProperty(cases, history, loading, async (drawn, plan, options) => {
    const { dataset, query, k } = drawn;
    const { tier, flatThreshold, capacity } = plan;
    const { dimension } = dataset;
    const settings = { ...drawn.options, dimension, tier, flatThreshold, capacity, threads: 1 };
    const index = VectorIndex.create(settings);
    await fill(index, dataset, plan);
    const bytes = await savedBytes(index, folder);
    await index.save(path);

    const same = await VectorIndex.load(path, { threads: 1 });
    expect(same.verify()).toEqual([]);
    expect(Buffer.compare(await savedBytes(same, folder), bytes)).toBe(0);

    const other = await VectorIndex.load(path, options);
    for (const loaded of [same, other]) {
      expect(loaded.search(query, k)).toEqual(index.search(query, k));
      expect(loaded.search(query, k, { exact: true })).toEqual(
        index.search(query, k, { exact: true }),
      );
    }
    await other.add(dataset.vectors);
    expect(other.count).toBe(2 * dataset.count);
    expect(other.verify()).toEqual([]);
    await other.close();
  });
  await fc.assert(property, { numRuns: RUNS });
});
