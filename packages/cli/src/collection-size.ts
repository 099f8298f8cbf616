// What a collection takes, in memory and in its files.

import type { CollectionStats } from '@nigh/collection';

/** Bytes. */
export interface CollectionSize {
  readonly memory: number;
  /** 0 for a collection that has no folder. */
  readonly files: number;
}

export function sizeOf({ bytes, storage }: CollectionStats): CollectionSize {
  const files = (storage?.snapshotBytes ?? 0) + (storage?.logBytes ?? 0);
  return { memory: bytes.total, files };
}
