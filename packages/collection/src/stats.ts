// What a collection knows about itself.

import type { IndexStats } from '@nigh/core';
import type { Store } from '@nigh/storage';
import type { Contents } from './contents/contents.ts';

/** Counts, bytes and settings of a collection. */
export interface CollectionStats {
  /** Documents. */
  readonly count: number;
  /** Rows that were given: `rows - count` are of deleted documents, until `compact`. */
  readonly rows: number;
  /** Bytes in memory, by part. */
  readonly bytes: {
    /** Vectors, codes and graph. */
    readonly index: number;
    /** Keys, and where to find them. */
    readonly keys: number;
    /** Metadata and texts as they are kept, those of deleted documents too. */
    readonly documents: number;
    /** Fields that can be filtered, and filters that are kept. */
    readonly columns: number;
    /** Words, and which documents have them. */
    readonly text: number;
    /** All of it. */
    readonly total: number;
  };
  /** The part of the documents' bytes that nobody points to any more, until `compact`. */
  readonly garbage: number;
  /** Of the vectors; undefined where there are none. */
  readonly index?: IndexStats;
  /** Different words. */
  readonly terms?: number;
  /** Of the folder; undefined in memory. */
  readonly storage?: ReturnType<Store['stats']>;
  /** What opening found in the log, and what it had to cut off its end. */
  readonly recovery?: Store['recovery'];
}

export function collectStats(contents: Contents, store: Store | undefined): CollectionStats {
  const { keys, documents, columns, text, index } = contents;
  const indexStats = index?.stats();
  const parts = {
    index: indexStats?.bytes.total ?? 0,
    keys: keys.byteLength,
    documents: documents.byteLength,
    columns: columns.bytes,
    text: text?.bytes ?? 0,
  };
  const total = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
  return {
    ...{ count: contents.count, rows: contents.nextRow, bytes: { ...parts, total } },
    garbage: documents.writtenBytes - documents.usedBytes,
    ...(indexStats && { index: indexStats }),
    ...(text && { terms: text.termCount }),
    ...(store && { storage: store.stats(), recovery: store.recovery }),
  };
}
