// The door to all files of rows: picks the format by the ending of the name. A new format is one
// reader beside this file and one line in the table below.

import { extname } from 'node:path';

import { FormatError, FormatErrorCode } from '../errors.ts';
import { openForReading } from '../opened-file.ts';
import { openArrow } from './arrow/arrow.ts';
import { openJsonl } from './jsonl.ts';
import { RowFile } from './row-file.ts';
import { type RowFormatOpener, type Rows, type RowsOptions, readRowsOptions } from './rows.ts';

const openers: ReadonlyMap<string, RowFormatOpener> = new Map<string, RowFormatOpener>([
  ['.jsonl', openJsonl],
  ['.ndjson', openJsonl],
  ['.arrow', openArrow],
  ['.feather', openArrow],
  ['.ipc', openArrow],
  // Imported when the first one is opened: it brings a library with it.
  [
    '.parquet',
    async (file, settings) => (await import('./parquet/parquet.ts')).openParquet(file, settings),
  ],
]);

/** File endings that are read, for help texts. */
export const rowEndings: string = [...openers.keys()].join(' ');

/**
 * Opens a file of rows and checks how it begins and ends. The caller closes it.
 *
 * @throws FormatError
 */
export async function openRows(path: string, options: RowsOptions = {}): Promise<Rows> {
  const settings = readRowsOptions(path, options);
  const ending = extname(path).toLowerCase();
  const opener = openers.get(ending);
  if (opener === undefined) {
    throw new FormatError({
      code: FormatErrorCode.formatUnknown,
      path,
      problem: 'the ending of the name belongs to no known format of rows',
      expected: rowEndings,
      got: ending === '' ? 'no ending' : ending,
    });
  }
  const file = await openForReading(path);
  try {
    return new RowFile(file, await opener(file, settings), settings);
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}
