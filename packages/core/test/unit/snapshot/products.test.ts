// Indexes of products in files: they come back as they were, and centroids that could not have been
// trained are refused.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetOf } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Metric, VectorIndex } from '../../../src/index.ts';
import { loadOutcome, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import { floats, forge } from './forge.ts';
import { SMALL } from './indexes.ts';

const COUNT = 300;
const DIMENSION = 7;
const METRICS: readonly Metric[] = ['l2', 'cosine', 'dot'];

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));

/** A built index of products with three subspaces. */
async function productIndex(metric: Metric, originals: 'none' | 'memory'): Promise<VectorIndex> {
  const { vectors } = datasetOf(
    'gaussian',
    { count: COUNT, dimension: DIMENSION, seed: 5 },
    metric,
  );
  const kept = { precision: 'pq', originals, subspaces: 3 } as const;
  return VectorIndex.build(vectors, { ...SMALL, ...kept, dimension: DIMENSION, metric });
}

/** Answers, vectors and counted work, to be compared. */
function answers(index: VectorIndex): unknown {
  const { vectors } = datasetOf('gaussian', { count: 5, dimension: DIMENSION, seed: 9 });
  return Array.from({ length: 5 }, (_, i) => {
    const query = vectors.subarray(i * DIMENSION, (i + 1) * DIMENSION);
    return [index.search(query, 7), index.getVector(50 * i)];
  });
}

describe.each(METRICS)('an index of products under %s', (metric) => {
  for (const originals of ['none', 'memory'] as const) {
    test(`gives the same file and answers, originals '${originals}'`, async () => {
      const index = await productIndex(metric, originals);
      expect(index.verify()).toEqual([]);
      const path = join(folder, 'index');
      await index.save(path);
      const loaded = await VectorIndex.load(path, { threads: 1 });
      expect(answers(loaded)).toEqual(answers(index));
      expect(loaded.verify()).toEqual([]);
      expect(Buffer.compare(await savedBytes(loaded, folder), readFileSync(path))).toBe(0);
      await Promise.all([index.close(), loaded.close()]);
    });
  }
});

describe('centroids of a file', () => {
  const sound = new Map<Metric, Uint8Array>();

  beforeAll(async () => {
    for (const metric of METRICS) {
      const index = await productIndex(metric, 'none');
      sound.set(metric, await savedBytes(index, folder));
      await index.close();
    }
  });

  const outcome = async (metric: Metric, value?: number): Promise<string> => {
    const forged = forge(sound.get(metric)!, {
      regions: ([region]) => {
        const centroids = floats(region!.centroids!);
        if (value !== undefined) centroids[centroids.length - 1] = value;
      },
    });
    file.write(forged);
    return loadOutcome(file.path);
  };

  for (const metric of METRICS) {
    test(`are taken as they were saved under ${metric}`, async () => {
      expect(await outcome(metric)).toBe('loaded');
    });

    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e30]) {
      test(`are refused with ${value} among them under ${metric}`, async () => {
        expect(await outcome(metric, value)).toBe('SNAPSHOT_CORRUPT');
      });
    }
  }

  test('are refused beyond unit length under cosine', async () => {
    expect(await outcome('cosine', 1.5)).toBe('SNAPSHOT_CORRUPT');
  });
});
