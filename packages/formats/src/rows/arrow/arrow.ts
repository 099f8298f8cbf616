// .arrow, .ipc and .feather: batches of columns as they lie in memory, read batch by batch. Decoded
// here and not by a library: those trust the lengths and offsets of a file, and one of them that is
// forged ends the process. Here each is checked before it is followed.

import type { OpenedFile } from '../../opened-file.ts';
import { columnBlocks, type DecodedColumn } from '../column-blocks.ts';
import { checkColumns } from '../columns.ts';
import { damaged, faultAt, guarded } from '../flaw.ts';
import type { ReadBlock, RowReader, RowsSettings } from '../rows.ts';
import { BufferReader } from './buffers.ts';
import { readColumn } from './columns.ts';
import { Dictionaries } from './dictionaries.ts';
import { type ArrowMessages, listMessages, type Message, readBody } from './messages.ts';
import type { BatchHeader } from './metadata.ts';
import type { DataType } from './schema.ts';
import { skipColumn } from './skip-column.ts';

/** Rows of a batch in which no column that is read has data: more is no honest file. */
const MOST_WITHOUT_DATA: number = 2 ** 20;

interface ArrowFile extends ArrowMessages {
  readonly file: OpenedFile;
  readonly settings: RowsSettings;
  /** Type of the values, by the number of the dictionary. */
  readonly dictionaryTypes: ReadonlyMap<number, DataType>;
}

export async function openArrow(file: OpenedFile, settings: RowsSettings): Promise<RowReader> {
  const listed = await listMessages(file);
  const { fields } = listed;
  checkColumns(
    file.path,
    fields.map(({ name }) => name),
    settings,
  );
  const dictionaryTypes = new Map<number, DataType>();
  for (const { type } of fields) collectDictionaries(type, dictionaryTypes);
  let count = 0;
  for (const { header } of listed.messages) {
    if (header.kind === 'rows') count += header.batch.rowCount;
  }
  const arrow = { ...listed, file, settings, dictionaryTypes };
  return { name: 'arrow', count, blocks: (onBytes) => readBlocks(arrow, onBytes) };
}

/** Dictionaries may lie within the parts of a column and the values of another dictionary. */
function collectDictionaries(type: DataType, types: Map<number, DataType>): void {
  const { id, dictionary, children } = type;
  if (dictionary !== undefined) {
    types.set(id, dictionary);
    collectDictionaries(dictionary, types);
  }
  for (const child of children) collectDictionaries(child.type, types);
}

async function* readBlocks(
  arrow: ArrowFile,
  onBytes: (bytesRead: number) => void,
): AsyncGenerator<ReadBlock> {
  const { file, messages, isFile, settings } = arrow;
  const dictionaries = new Dictionaries();
  if (isFile) await readDictionaries(arrow, dictionaries);
  let firstRow = 0;
  for (const message of messages) {
    const { header, offset } = message;
    if (header.kind === 'dictionary' && !isFile) {
      await readDictionary(arrow, message, dictionaries);
    }
    if (header.kind !== 'rows' || header.batch.rowCount === 0) continue;
    const body = await readBody(file, message);
    onBytes(offset + message.headerLength + body.length);
    const columns = readColumns(arrow, { ...message, batch: header.batch }, body, dictionaries);
    const { rowCount } = header.batch;
    yield* columnBlocks({ path: file.path, columns, rowCount, firstRow }, settings);
    firstRow += rowCount;
  }
}

async function readDictionaries(arrow: ArrowFile, dictionaries: Dictionaries): Promise<void> {
  for (const message of arrow.messages) {
    if (message.header.kind === 'dictionary') await readDictionary(arrow, message, dictionaries);
  }
}

async function readDictionary(
  arrow: ArrowFile,
  message: Message,
  dictionaries: Dictionaries,
): Promise<void> {
  const { header, offset } = message;
  if (header.kind !== 'dictionary') return;
  const body = await readBody(arrow.file, message);
  guarded({ path: arrow.file.path, offset }, 'a dictionary', () => {
    const type = arrow.dictionaryTypes.get(header.id);
    if (type === undefined) throw damaged('no column needs it');
    const buffers = new BufferReader(header.batch, body);
    dictionaries.add(header.id, readColumn(type, { buffers, dictionaries }), header.isDelta);
  });
}

function readColumns(
  arrow: ArrowFile,
  { offset, batch }: { offset: number; batch: BatchHeader },
  body: Uint8Array,
  dictionaries: Dictionaries,
): DecodedColumn[] {
  const { file, fields, settings } = arrow;
  const place = { path: file.path, offset };
  const buffers = new BufferReader(batch, body);
  const columns: DecodedColumn[] = [];
  let hasData = false;
  for (const { name, type } of fields) {
    guarded({ ...place, column: name }, 'a batch of rows', () => {
      if (settings.columns?.includes(name) === false) return skipColumn(type, buffers);
      const column = readColumn(type, { buffers, dictionaries });
      if (column.length !== batch.rowCount) {
        throw damaged(`it has ${column.length} rows, its batch ${batch.rowCount}`);
      }
      hasData ||= column.hasBytes;
      columns.push({ name, get: column.get, vectors: column.vectors });
    });
  }
  if (!hasData && batch.rowCount > MOST_WITHOUT_DATA) {
    throw faultAt(place, 'a batch of rows', damaged(`${batch.rowCount} rows have no data`));
  }
  return columns;
}
