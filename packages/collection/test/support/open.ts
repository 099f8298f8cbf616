// Small collections for tests of calls.

import type { SimulatedDisk } from '@nigh/testkit';
import { Collection, IN_MEMORY, type OpenOptions } from '../../src/index.ts';

export const DIMENSION = 2;

export const SCHEMA = {
  vector: { dimension: DIMENSION, metric: 'cosine' },
  fields: { year: 'number', tags: 'string[]', when: 'date', days: 'date[]' },
  text: ['text', 'title'],
  threads: 1,
} as const satisfies OpenOptions & Record<string, unknown>;

export const DOCUMENTS = [
  { key: 1, vector: [1, 0], metadata: { year: 1999, title: 'Alpha' }, text: 'beta gamma' },
  { key: 'two', vector: [0, 1], metadata: { tags: ['a'], when: new Date(5) } },
  { key: '3', vector: [1, 1], text: 'alpha beta' },
] as const;

/** A collection in memory, or on a disk, with three documents. */
export async function openFilled(
  options: OpenOptions = SCHEMA,
  disk?: SimulatedDisk,
): Promise<Collection> {
  const files = disk ? { files: disk } : {};
  const collection = await Collection.open(disk ? '/data/c' : IN_MEMORY, { ...options, ...files });
  const { vector } = collection.schema;
  await collection.upsert(
    DOCUMENTS.map(({ vector: own, ...rest }) => {
      return { ...rest, ...(vector && { vector: own }) };
    }),
  );
  return collection;
}
