// Sealing with real threads: the same bytes for any number of them, readers that attached before
// follow, and threads that die in it leave the index as it was.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { plain, rowOf } from './support/data.ts';
import { runProgram } from './support/programs.ts';

const DIMENSION = 24;
const COUNT = 2600;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });

const PRECISIONS = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'binary' },
  { precision: 'binary', originals: 'none' },
] as const;

function optionsOf(more: Partial<IndexOptions>): IndexOptions {
  return { dimension: DIMENSION, flatThreshold: 0, allowLowDimension: true, ...more };
}

describe.each(PRECISIONS)('sealing as %o', (precise) => {
  test('comes to the same bytes by 1, 2 and 3 threads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nigh-seal-'));
    const digests: string[] = [];
    for (const threads of [1, 2, 3]) {
      const index = await VectorIndex.build(vectors, optionsOf({ ...precise, threads }));
      const path = join(folder, String(threads));
      await index.save(path);
      digests.push(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
      expect(index.verify()).toEqual([]);
      await index.close();
    }
    await rm(folder, { recursive: true, force: true });
    expect(new Set(digests).size).toBe(1);
  });

  test('is seen by readers that attached before', async () => {
    const options = optionsOf({ ...precise, threads: 2, capacity: COUNT });
    const index = VectorIndex.create(options);
    await index.add(vectors.subarray(0, (COUNT - 5) * DIMENSION));
    const reader = VectorIndex.attach(index.share());
    const query = rowOf(vectors, DIMENSION, 7);
    expect(plain(reader.search(query, 10))).toEqual(plain(index.search(query, 10)));
    await index.add(vectors.subarray((COUNT - 5) * DIMENSION));
    expect(index.stats().bytes.vectors).toBeLessThanOrEqual(4 * COUNT * DIMENSION);
    for (let row = 0; row < 40; row++) {
      const own = rowOf(vectors, DIMENSION, row * 61);
      expect(plain(reader.search(own, 10))).toEqual(plain(index.search(own, 10)));
    }
    expect(reader.stats()).toEqual({ ...index.stats(), threads: 1 });
    const late = VectorIndex.attach(index.share());
    for (let row = 0; row < 40; row++) {
      const own = rowOf(vectors, DIMENSION, row * 61);
      expect(plain(late.search(own, 10))).toEqual(plain(index.search(own, 10)));
      expect(late.getVector(row)).toEqual(index.getVector(row));
    }
    await Promise.all([reader.close(), late.close()]);
    await index.close();
  });
});

describe('threads that die while a segment is sealed', () => {
  async function build(deaths: number, precision: string): Promise<Record<string, unknown>[]> {
    const folder = await mkdtemp(join(tmpdir(), 'nigh-seal-death-'));
    const args = [folder, String(deaths), 'exit', 'seal 1', precision];
    const ending = await runProgram('doomed-program.ts', { args, preload: 'doomed-threads.ts' });
    await rm(folder, { recursive: true, force: true });
    const { hung, exitCode, stderr, lines } = ending;
    expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
    return [...lines];
  }

  test.each(['float16', 'int8', 'binary'])('cost time where one does, as %s', async (precision) => {
    const [undisturbed, line] = await build(1, precision);
    expect(line).toMatchObject({ dead: 1, linkedThen: 3600, linked: 3600, problems: [] });
    expect([line!.code, line!.digest]).toEqual([undefined, undisturbed!.digest]);
  });

  test.each(['float16', 'binary'])(
    'reject where all do, and link() seals, as %s',
    async (precision) => {
      const [undisturbed, line] = await build(1000, precision);
      expect(line).toMatchObject({ code: 'WORKER_FAILED', linkedThen: 3600, exactThen: true });
      expect(line).toMatchObject({ linked: 3600, problems: [], digest: undisturbed!.digest });
      expect(line!.linking).toBe(undefined);
    },
  );
});
