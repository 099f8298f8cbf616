// Reads a file of rows to its end, for tests: all blocks, or the error that ended them.

import { FormatError, type FormatFault } from '../../src/errors.ts';
import type { Row, RowsOptions } from '../../src/index.ts';
import { openRows } from '../../src/index.ts';

export async function readBlocks(path: string, options?: RowsOptions): Promise<Row[][]> {
  const rows = await openRows(path, options);
  try {
    const blocks: Row[][] = [];
    for await (const block of rows) blocks.push([...block]);
    return blocks;
  } finally {
    await rows.close();
  }
}

export async function readRows(path: string, options?: RowsOptions): Promise<Row[]> {
  return (await readBlocks(path, options)).flat();
}

/** The error of a promise: code, message and details as one. */
export async function faultOf(work: Promise<unknown>): Promise<FormatFault & { message: string }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FormatError)) throw new Error(`expected a FormatError, got ${error}`);
  const details = error.details as unknown as FormatFault;
  return { ...details, code: error.code, message: error.message };
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}
