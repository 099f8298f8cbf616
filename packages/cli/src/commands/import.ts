// `nigh import`: rows of a file into a collection, which is made where there is none. Blocks are as
// durable as any write: a run that is stopped keeps what it wrote, and one after it goes over the
// same keys once more.

import type { Collection, ImportOptions } from '@nigh/collection';
import type { Progress } from '@nigh/core';
import { rowEndings, vectorEndings } from '@nigh/formats';
import type { Command } from 'commander';
import { fieldOption, nameList, searchTextList } from '../collection-options.ts';
import { type CollectionSize, sizeOf } from '../collection-size.ts';
import type { CommandSpec, Work } from '../command.ts';
import { collectionHints, UsageError } from '../failure.ts';
import { openOrCreate, type TargetInput, vectorsAsMetadata } from '../new-collection.ts';
import { closingAfter, given, metricOption, threadsOption, wholeNumber } from '../options.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatRate,
  type Paint,
  renderFacts,
} from '../output/render.ts';

export type ImportInput = TargetInput;

export interface ImportedReport {
  readonly collection: string;
  readonly created: boolean;
  /** Rows that were written. */
  readonly rows: number;
  /** Documents of the collection: fewer than its rows where keys came twice. */
  readonly count: number;
  readonly milliseconds: number;
  readonly bytes: CollectionSize;
  /** What may not be as it was meant. */
  readonly note?: string;
}

export const importCommand: CommandSpec<ImportInput, ImportedReport> = {
  name: 'import',
  hints: collectionHints,
  declare(command) {
    command
      .description('Import rows into a collection of documents; make it where there is none.')
      .argument('<folder>', 'folder of the collection')
      .argument('<rows>', `file of rows (${rowEndings})`)
      .option('--vectors <file>', `file with one vector for each row (${vectorEndings})`)
      .option('--vector <column>', 'column of the vectors, where they are in the rows')
      .option('--key <column>', 'column of the keys (default: key, or else id)')
      .option('--text <column>', 'column of the texts of the documents (default: text)')
      .option('--metadata <columns>', 'columns to keep: a,b (default: all others)', nameList)
      .option(
        '--dimension <n>',
        'components of the vectors (default: as they come)',
        wholeNumber(1),
      )
      .addOption(metricOption())
      .option('--field <name:type>', 'a field to filter by; once for each', fieldOption)
      .option('--search-text <names>', 'what to search as text: title=2,text', searchTextList)
      .option('--language <language>', 'language of the texts (default: english)')
      .addOption(threadsOption())
      .addHelpText('after', EXPLAINED);
  },
  parse(command: Command) {
    const [folder = '', rows = ''] = command.args;
    const options = command.opts<Omit<ImportInput, 'folder' | 'rows'>>();
    if (options.vectors !== undefined && options.vector !== undefined) {
      throw new UsageError('vectors are in a file (--vectors) or in a column (--vector), not both');
    }
    return { folder, rows, ...options };
  },
  run: importRows,
  render: renderImport,
};

const EXPLAINED = `
A new collection keeps what --dimension, --metric, --field, --search-text and --language say.
Types of fields: number, string, boolean, date, and lists of them, such as string[].
`;

async function importRows(input: ImportInput, work: Work): Promise<ImportedReport> {
  const { collection, created, removeMade } = await openOrCreate(input);
  let isEmpty = false;
  try {
    return await closingAfter(collection, async () => {
      try {
        return await importInto(collection, created, input, work);
      } catch (error) {
        isEmpty = created && collection.count() === 0;
        throw error;
      }
    });
  } catch (error) {
    if (isEmpty) await removeMade();
    throw error;
  }
}

async function importInto(
  collection: Collection,
  created: boolean,
  input: ImportInput,
  work: Work,
): Promise<ImportedReport> {
  const { folder } = input;
  const startedAt = performance.now();
  const keep = (): void => keptIfCancelled(folder, collection.count(), work);
  const options: ImportOptions = given({
    ...{ rows: input.rows, vectors: input.vectors, vector: input.vector, key: input.key },
    ...{ text: input.text, metadata: input.metadata, signal: work.signal },
    onProgress: (progress: Progress) => {
      keep();
      work.onProgress(progress);
    },
  });
  keep();
  const { count: rows } = await collection.import(options).finally(keep);
  const milliseconds = performance.now() - startedAt;
  const note = created ? await vectorsAsMetadata(input) : undefined;
  const stats = collection.stats();
  const { count } = stats;
  const report = { collection: folder, created, rows, count, milliseconds, bytes: sizeOf(stats) };
  return { ...report, ...(note !== undefined && { note }) };
}

function keptIfCancelled(folder: string, count: number, work: Work): void {
  if (count === 0) {
    work.ifCancelled('Cancelled: nothing was imported.');
    return;
  }
  const documents = formatNumberOf(count, 'document is', 'documents are');
  work.ifCancelled(
    `Cancelled: ${documents} in ${folder} and kept; importing the same file again replaces them.`,
  );
}

function renderImport(report: ImportedReport, paint: Paint): string {
  const { collection, created, rows, count, milliseconds, bytes, note } = report;
  const rate = formatRate(rows / (milliseconds / 1000));
  return [
    paint.good(`Imported into ${collection}${created ? ', a new collection' : ''}`),
    renderFacts(
      [
        ['rows', formatCount(rows)],
        ['documents', `${formatCount(count)} in the collection`],
        ['time', `${formatDuration(milliseconds)}, ${rate} rows/s`],
        ['in memory', formatBytes(bytes.memory)],
        ['files', formatBytes(bytes.files)],
      ],
      paint,
    ),
    ...(note === undefined ? [] : [`note: ${note}`]),
  ].join('\n');
}
