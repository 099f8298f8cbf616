// Parquet files written by hand, byte by byte: small ones that claim a lot.

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];
const OPTIONAL = 1;

type Field = readonly [id: number, type: number, bytes: readonly number[]];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return [...bytes, left];
}

const integer = (value: number): number[] => varint(2 * value);
const text = (value: string): number[] => [...varint(value.length), ...Buffer.from(value)];
const list = (type: number, items: readonly (readonly number[])[]): number[] => [
  ...(items.length < 15 ? [items.length * 16 + type] : [0xf0 + type, ...varint(items.length)]),
  ...items.flat(),
];

function struct(fields: readonly Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, value]) => {
    const header = (id - last) * 16 + type;
    last = id;
    return [header, ...value];
  });
  return [...bytes, 0];
}

/** A page of nulls: one run of levels. */
function pageOfNulls(count: number): number[] {
  const run = [...varint(2 * count), 0];
  const content = [run.length, 0, 0, 0, ...run];
  const encodings: Field[] = [2, 3, 4].map((id) => [id, I32, integer(id === 2 ? 0 : 3)]);
  const header = struct([
    ...([[1, I32, integer(0)]] as const),
    ...([2, 3] as const).map((id): Field => [id, I32, integer(content.length)]),
    [5, STRUCT, struct([[1, I32, integer(count)], ...encodings])],
  ]);
  return [...header, ...content];
}

/** A file of one row group, whose columns of integers are nulls and nothing else. */
export function parquetOfNulls(columnCount: number, rowCount: number): Buffer {
  const names = Array.from({ length: columnCount }, (_, i) => `c${i}`);
  const page = pageOfNulls(rowCount);
  const columns = names.map((name, i) => {
    const offset = integer(4 + i * page.length);
    const sizes = [6, 7].map((id): Field => [id, I64, integer(page.length)]);
    const meta = struct([
      ...([[1, I32, integer(1)]] as const),
      [2, LIST, list(I32, [integer(0)])],
      [3, LIST, list(BINARY, [text(name)])],
      [4, I32, integer(0)],
      [5, I64, integer(rowCount)],
      ...sizes,
      [9, I64, offset],
    ]);
    return struct([
      [2, I64, offset],
      [3, STRUCT, meta],
    ]);
  });
  const schema = [
    struct([
      [4, BINARY, text('root')],
      [5, I32, integer(columnCount)],
    ]),
    ...names.map((name) =>
      struct([
        [1, I32, integer(1)],
        [3, I32, integer(OPTIONAL)],
        [4, BINARY, text(name)],
      ]),
    ),
  ];
  const group = struct([
    [1, LIST, list(STRUCT, columns)],
    [2, I64, integer(columnCount * page.length)],
    [3, I64, integer(rowCount)],
  ]);
  const metadata = struct([
    [1, I32, integer(1)],
    [2, LIST, list(STRUCT, schema)],
    [3, I64, integer(rowCount)],
    [4, LIST, list(STRUCT, [group])],
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  const body = Buffer.from([...names.flatMap(() => page), ...metadata]);
  return Buffer.concat([Buffer.from('PAR1'), body, length, Buffer.from('PAR1')]);
}
