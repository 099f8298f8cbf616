// What stands in front of the data of an Arrow message: its kind and the lengths of its parts
// (https://arrow.apache.org/docs/format/Columnar.html, Message.fbs and Schema.fbs).

import { damaged, unsupported } from '../flaw.ts';
import { FlatBuffer, type FlatTable, longAt } from './flatbuffer.ts';
import { type Field, readSchema } from './schema.ts';

export type Codec = 'lz4' | 'zstd';

/** A region of a message's body. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** The lengths of one column, or of a part of it. */
export interface ColumnNode {
  readonly length: number;
  readonly nullCount: number;
}

export interface BatchHeader {
  readonly rowCount: number;
  readonly nodes: readonly ColumnNode[];
  readonly regions: readonly Region[];
  readonly codec: Codec | undefined;
  /** Buffers of text, for each column of views. */
  readonly variadic: readonly number[];
}

export type MessageHeader =
  | { readonly kind: 'schema'; readonly bodyLength: number; readonly fields: readonly Field[] }
  | { readonly kind: 'rows'; readonly bodyLength: number; readonly batch: BatchHeader }
  | {
      readonly kind: 'dictionary';
      readonly bodyLength: number;
      readonly batch: BatchHeader;
      readonly id: number;
      readonly isDelta: boolean;
    };

const FIRST_VERSION = 3; // V4, of 2017
const SCHEMA = 1;
const DICTIONARY = 2;
const ROWS = 3;

/** @throws Flaw or RangeError when it contradicts itself. */
export function readHeader(bytes: Uint8Array): MessageHeader {
  const message = new FlatBuffer(bytes).root();
  const bodyLength = message.long(3);
  const header = message.table(2);
  if (header === undefined) throw damaged('a message has no header');
  if (message.short(0) < FIRST_VERSION) throw unsupported('written by an Arrow before 2017');
  const kind = message.byte(1);
  if (kind === SCHEMA) return { kind: 'schema', bodyLength, fields: readSchema(header) };
  const { view } = new FlatBuffer(bytes);
  if (kind === ROWS)
    return { kind: 'rows', bodyLength, batch: readBatch(header, view, bodyLength) };
  if (kind !== DICTIONARY) throw unsupported('a message is neither of rows nor of a dictionary');
  const data = header.table(1);
  if (data === undefined) throw damaged('a dictionary has no data');
  const batch = readBatch(data, view, bodyLength);
  return {
    ...{ kind: 'dictionary', bodyLength, batch },
    ...{ id: header.long(0), isDelta: header.byte(2) !== 0 },
  };
}

function readBatch(table: FlatTable, view: DataView, bodyLength: number): BatchHeader {
  const nodes = table.vector(1, 16).map((at) => {
    return { length: longAt(view, at), nullCount: longAt(view, at + 8) };
  });
  const regions = table.vector(2, 16).map((at) => {
    const region = { offset: longAt(view, at), length: longAt(view, at + 8) };
    if (region.offset + region.length > bodyLength)
      throw damaged('a buffer is outside its message');
    return region;
  });
  const variadic = table.vector(4, 8).map((at) => longAt(view, at));
  const compression = table.table(3);
  return { rowCount: table.long(0), nodes, regions, codec: readCodec(compression), variadic };
}

function readCodec(compression: FlatTable | undefined): Codec | undefined {
  if (compression === undefined) return undefined;
  const codec = (['lz4', 'zstd'] as const)[compression.byte(0)];
  if (codec === undefined || compression.byte(1) !== 0) {
    throw unsupported('the data is compressed by an unknown method');
  }
  return codec;
}
