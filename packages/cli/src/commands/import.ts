// `nigh import`: rows of a file into a collection, which is made where there is none. Blocks are as
// durable as any write: a run that is stopped keeps what it wrote, and one after it goes over the
// same keys once more.

import { stat } from 'node:fs/promises';
import { Collection, CollectionErrorCode, type ImportOptions } from '@nigh/collection';
import type { Progress } from '@nigh/core';
import { openRows, openVectorFile, rowEndings, vectorEndings } from '@nigh/formats';
import type { Command } from 'commander';
import {
  assertSchema,
  fieldOption,
  hasVectors,
  nameList,
  type SchemaInput,
  schemaOf,
  searchTextList,
} from '../collection-options.ts';
import type { CommandSpec, Work } from '../command.ts';
import { collectionHints, UsageError } from '../failure.ts';
import { closingAfter, given, metricOption, threadsOption, wholeNumber } from '../options.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatRate,
  type Paint,
  renderFacts,
} from '../render.ts';

export interface ImportInput extends SchemaInput {
  readonly folder: string;
  readonly rows: string;
  readonly key?: string;
  readonly metadata?: readonly string[];
  readonly threads?: number;
}

export interface ImportedReport {
  readonly collection: string;
  readonly created: boolean;
  /** Rows that were written. */
  readonly rows: number;
  /** Documents of the collection: fewer than its rows where keys came twice. */
  readonly count: number;
  readonly milliseconds: number;
  readonly bytes: { readonly memory: number; readonly files: number };
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
  const { folder } = input;
  const { size } = await stat(input.rows).catch(() => ({ size: 0 })); // openRows says what is wrong
  const { collection, created } = await openOrCreate(input);
  return closingAfter(collection, async () => {
    const startedAt = performance.now();
    const options: ImportOptions = given({
      ...{ rows: input.rows, vectors: input.vectors, vector: input.vector, key: input.key },
      ...{ text: input.text, metadata: input.metadata, signal: work.signal },
      onProgress: (progress: Progress) => {
        keptIfCancelled(folder, collection.count(), work);
        work.onProgress(byBytes(progress, size));
      },
    });
    keptIfCancelled(folder, collection.count(), work);
    const { count: rows } = await collection.import(options).finally(() => {
      keptIfCancelled(folder, collection.count(), work);
    });
    const milliseconds = performance.now() - startedAt;
    const { count, bytes, storage } = collection.stats();
    const files = (storage?.snapshotBytes ?? 0) + (storage?.logBytes ?? 0);
    const taken = { memory: bytes.total, files };
    return { collection: folder, created, rows, count, milliseconds, bytes: taken };
  });
}

/** Where the count of rows is not known, bytes of the file are counted. */
function byBytes(progress: Progress, size: number): Progress {
  const isOfBytes = progress.phase === 'import' && progress.total === size;
  return isOfBytes ? { ...progress, phase: 'import bytes' } : progress;
}

function keptIfCancelled(folder: string, count: number, work: Work): void {
  const documents = formatNumberOf(count, 'document is', 'documents are');
  work.ifCancelled(
    `Cancelled: ${documents} in ${folder} and kept; importing the same file again replaces them.`,
  );
}

/** The collection, which has to be as the options say; or a new one, as they say. */
async function openOrCreate(
  input: ImportInput,
): Promise<{ readonly collection: Collection; readonly created: boolean }> {
  const { folder, threads } = input;
  const run = given({ threads });
  try {
    const collection = await Collection.open(folder, run);
    try {
      assertSchema(folder, input, collection.schema);
      return { collection, created: false };
    } catch (error) {
      await collection.close();
      throw error;
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== CollectionErrorCode.noSchema) throw error;
    const dimension = await dimensionOf(input); // opens the files before a folder is made
    const schema = schemaOf(input, dimension);
    return { collection: await Collection.open(folder, { ...schema, ...run }), created: true };
  }
}

/** Components of the vectors to come; undefined where there are none. */
async function dimensionOf(input: ImportInput): Promise<number | undefined> {
  const column = input.vectors === undefined ? (input.vector ?? 'vector') : undefined;
  const isInRows = hasVectors(input) && column !== undefined;
  const { key, text, metadata } = input;
  const columns = key && metadata ? [key, ...metadata, ...(text ? [text] : [])] : undefined;
  const vectors = isInRows ? column : undefined;
  const rows = await openRows(input.rows, { blockRows: 1, ...given({ columns, vectors }) });
  try {
    if (!hasVectors(input)) return undefined;
    if (input.vectors !== undefined) {
      const file = await openVectorFile(input.vectors);
      await file.close();
      return input.dimension ?? file.dimension;
    }
    if (input.dimension !== undefined) return input.dimension;
    for await (const { dimension } of rows.vectorBlocks()) return dimension;
    throw new UsageError(`${input.rows} has no row that says the dimension: give --dimension`);
  } finally {
    await rows.close();
  }
}

function renderImport(report: ImportedReport, paint: Paint): string {
  const { collection, created, rows, count, milliseconds, bytes } = report;
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
  ].join('\n');
}
