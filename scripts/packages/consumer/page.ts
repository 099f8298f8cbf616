// What a page says: the engine alone, compiled with the types of a browser and none of Node.
import { type IndexOptions, VectorIndex, VectorIndexError } from '@nigh/core';

const options: IndexOptions = { dimension: 2, threads: 1 };

export async function nearest(rows: readonly (readonly number[])[], row: number): Promise<number> {
  await using index = await VectorIndex.build(rows, options);
  const { nodes } = index.search(rows[row] ?? [0, 0], 1);
  const [node] = nodes;
  if (node === undefined) throw new Error('nothing was found');
  return node;
}

export const isOurs = (error: unknown): boolean => error instanceof VectorIndexError;
