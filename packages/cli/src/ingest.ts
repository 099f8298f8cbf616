// Moves vectors from a source into an index: the source writes straight into the memory that the
// index has reserved, so no vector exists twice. Also reads query files, which are small, whole.

import type { Progress, VectorIndex } from '@nigh/core';
import { openVectorFile, type VectorFile, type VectorSource } from '@nigh/formats';
import { UsageError } from './failure.ts';

/** Floats read between two looks at the abort signal: a few milliseconds of work. */
const READ_LENGTH = 1024 * 1024;

export interface IngestOptions {
  /** Rows to take, from row 0. */
  readonly rowCount: number;
  /** Name under which the moving of rows is reported. */
  readonly readingPhase: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Milliseconds spent. */
export interface IngestTimes {
  readonly reading: number;
  readonly building: number;
}

/** Fills `index` with the first rows of `source` and builds over them. Row i becomes node i. */
export async function ingest(
  index: VectorIndex,
  source: VectorSource,
  options: IngestOptions,
): Promise<IngestTimes> {
  const { rowCount, signal, onProgress } = options;
  let reading = 0;
  let building = 0;
  let done = 0;
  while (done < rowCount) {
    const left = rowCount - done;
    // With nothing available, reserve() explains why better than we could.
    const rows = index.available > 0 ? Math.min(index.available, left) : left;
    const startedAt = performance.now();
    const view = index.reserve(rows);
    await fill(view, source, { ...options, firstRow: done, rows });
    const filledAt = performance.now();
    await index.commit({ onProgress, signal });
    reading += filledAt - startedAt;
    building += performance.now() - filledAt;
    done += rows;
  }
  return { reading, building };
}

async function fill(
  view: Float32Array,
  source: VectorSource,
  options: IngestOptions & { firstRow: number; rows: number },
): Promise<void> {
  const { firstRow, rows, rowCount, readingPhase: phase, signal, onProgress } = options;
  const { dimension } = source;
  const rowsPerRead = Math.max(1, Math.floor(READ_LENGTH / dimension));
  onProgress({ phase, done: firstRow, total: rowCount });
  for (let row = 0; row < rows; row += rowsPerRead) {
    signal.throwIfAborted();
    const part = Math.min(rowsPerRead, rows - row);
    const target = view.subarray(row * dimension, (row + part) * dimension);
    await source.read(target, firstRow + row, part);
    onProgress({ phase, done: firstRow + row + part, total: rowCount });
  }
}

/** Rows of a source as one array of `rowCount * dimension` floats. */
export async function readRows(
  source: VectorSource,
  firstRow: number,
  rowCount: number,
): Promise<Float32Array> {
  const rows = new Float32Array(rowCount * source.dimension);
  await source.read(rows, firstRow, rowCount);
  return rows;
}

/** The first queries of a file, at most `limit`, checked against the dimension of the index. */
export async function readQueries(
  path: string,
  dimension: number,
  limit: number,
): Promise<Float32Array> {
  return withVectorFile(path, (file) => {
    checkQueryDimension(file, dimension);
    return readRows(file, 0, Math.min(limit, file.count));
  });
}

/**
 * Core sees queries as one flat array and cannot notice that rows of another length were meant.
 *
 * @throws UsageError
 */
export function checkQueryDimension(file: VectorFile, dimension: number): void {
  if (file.dimension === dimension) return;
  throw new UsageError(
    `${file.path} holds vectors of ${file.dimension} components; the index holds ${dimension}`,
  );
}

/** Opens a vector file, hands it over, and closes it whatever happens. */
export async function withVectorFile<T>(
  path: string,
  use: (file: VectorFile) => Promise<T>,
): Promise<T> {
  const file = await openVectorFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
