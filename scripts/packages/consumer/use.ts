// A program of somebody who installed the packages: every one is imported and does its job. It is
// compiled as strictly as TypeScript can, with the declarations of the packages, and then run.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { NighError } from '@nigh/base';
import { Collection, CollectionErrorCode, field, type Hit } from '@nigh/collection';
import {
  ErrorCode,
  NodeFilter,
  type SearchResult,
  VectorIndex,
  VectorIndexError,
} from '@nigh/core';
import { parseFilter } from '@nigh/filter';
import { openVectorFile } from '@nigh/formats';
import { verifyStore } from '@nigh/storage';
import { tokenize } from '@nigh/text';

const dimension = 16;
const count = 2_000;
const vectors = Float32Array.from({ length: count * dimension }, (_, i) => Math.sin(i * i));

async function useIndex(): Promise<void> {
  const index = await VectorIndex.build(vectors, { dimension, threads: 2 });
  const query = vectors.subarray(7 * dimension, 8 * dimension);
  const accept = NodeFilter.of([7, 8, 9]);
  const found: SearchResult = index.search(query, 3, { accept });
  equal(found.nodes[0], 7);
  await index.save('vectors.nigh');
  const loaded = await VectorIndex.load('vectors.nigh');
  deepEqual(loaded.search(query, 10), index.search(query, 10));
  deepEqual(loaded.verify(), []);
  try {
    loaded.search([1], 1);
    ok(false, 'a short query was taken');
  } catch (error) {
    ok(error instanceof VectorIndexError && error.code === ErrorCode.dimensionMismatch);
  }
  await Promise.all([index.close(), loaded.close()]);
}

async function useCollection(): Promise<void> {
  const films = await Collection.open('films', {
    vector: { dimension: 2 },
    fields: { year: 'number' },
    text: ['text'],
  });
  await films.upsert([
    { key: 'm', vector: [0, 1], metadata: { year: 1931 }, text: 'A city hunts a murderer.' },
    { key: 'heat', vector: [1, 0], metadata: { year: 1995 }, text: 'A detective hunts a thief.' },
  ]);
  const filter = field('year').gte(1990);
  const hits: readonly Hit[] = await films.search({ vector: [0, 1], text: 'hunted', filter });
  deepEqual(
    hits.map(({ key }) => key),
    ['heat'],
  );
  await films.close();
  const closed = await films.upsert({ key: 1 }).catch((error: unknown) => error);
  ok(closed instanceof NighError && closed.code === CollectionErrorCode.closed);
}

/** A .npy file, version 1.0: magic, length of the header, header, numbers. */
async function writeNpy(path: string): Promise<void> {
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${dimension}), }`;
  const header = Buffer.from(`${shape.padEnd(117)}\n`);
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  await writeFile(path, Buffer.concat([start, header, Buffer.from(vectors.buffer)]));
}

async function useParts(): Promise<void> {
  await writeNpy('vectors.npy');
  const file = await openVectorFile('vectors.npy');
  equal(file.count, count);
  await file.close();
  equal(typeof parseFilter, 'function');
  equal(typeof verifyStore, 'function');
  equal(typeof tokenize, 'function');
}

await useIndex();
await useCollection();
await useParts();
