/**
 * Bad vectors for add and build: wrong shape, wrong type, wrong numbers.
 * A newcomer would guess the code of a doubtful case: the decisions stand below the imports.
 */
import { BAD_INPUT_DIMENSION, type BadInput } from './target.ts';

// Decisions: a flat array that is not a whole number of rows is DIMENSION_MISMATCH, and so are rows
// when the first has another length than the dimension; a later row unlike the first is ragged,
// INVALID_VECTORS. A component that is no number (null, a hole, a string) is INVALID_VECTORS. A
// number that float32 turns into Infinity is NOT_FINITE; one that fits but whose squared distance
// would not is VALUE_TOO_LARGE. The row is the first bad one in order of rows, whatever is wrong
// with later rows.

const ROWS = 5;

/** Five ordinary rows, with `value` at component 2 of `row`. */
function flatWith(row: number, value: number): Float32Array {
  const vectors = Float32Array.from({ length: ROWS * BAD_INPUT_DIMENSION }, (_, i) => 1 + (i % 7));
  vectors[row * BAD_INPUT_DIMENSION + 2] = value;
  return vectors;
}

/** Five ordinary rows as arrays, with another value in place of row `row`. */
function rowsWith(row: number, replacement: unknown): unknown[] {
  const rows: unknown[] = Array.from({ length: ROWS }, (_, i) => [1, 2, 3, i]);
  rows[row] = replacement;
  return rows;
}

function detached(): Float32Array {
  const vectors = flatWith(0, 1);
  structuredClone(vectors.buffer, { transfer: [vectors.buffer] });
  return vectors;
}

function throwingRow(row: number): unknown[] {
  return Object.defineProperty(rowsWith(row, undefined), row, {
    get(): never {
      throw new RangeError('this row cannot be read');
    },
  });
}

function sparse(): unknown[] {
  const rows = rowsWith(3, undefined);
  delete rows[3];
  return rows;
}

function sparseRow(): unknown[] {
  const row: number[] = [1, 2];
  row[3] = 4;
  return rowsWith(1, row);
}

interface BadVectors {
  readonly name: string;
  readonly make: () => unknown;
  readonly code: string;
  readonly row?: number;
}

const WRONG_SHAPE: readonly BadVectors[] = [
  {
    name: 'a flat array of 6 components',
    make: () => new Float32Array(6).fill(1),
    code: 'DIMENSION_MISMATCH',
  },
  {
    name: 'a flat Int8Array of 3 components',
    make: () => new Int8Array(3).fill(1),
    code: 'DIMENSION_MISMATCH',
  },
  {
    name: 'a flat Float64Array of 9 components',
    make: () => new Float64Array(9).fill(1),
    code: 'DIMENSION_MISMATCH',
  },
  {
    name: 'rows that are all too short',
    make: () => [
      [1, 2, 3],
      [4, 5, 6],
    ],
    code: 'DIMENSION_MISMATCH',
    row: 0,
  },
  {
    name: 'one row that is too long',
    make: () => [[1, 2, 3, 4, 5]],
    code: 'DIMENSION_MISMATCH',
    row: 0,
  },
  { name: 'an empty first row', make: () => rowsWith(0, []), code: 'DIMENSION_MISMATCH', row: 0 },
  {
    name: 'a short row among others',
    make: () => rowsWith(2, [1, 2, 3]),
    code: 'INVALID_VECTORS',
    row: 2,
  },
  {
    name: 'a long row among others',
    make: () => rowsWith(4, [1, 2, 3, 4, 5]),
    code: 'INVALID_VECTORS',
    row: 4,
  },
  {
    name: 'a short Float32Array among rows',
    make: () => rowsWith(1, new Float32Array(2)),
    code: 'INVALID_VECTORS',
    row: 1,
  },
];

const WRONG_TYPE: readonly BadVectors[] = [
  { name: 'undefined', make: () => undefined, code: 'INVALID_VECTORS' },
  { name: 'null', make: () => null, code: 'INVALID_VECTORS' },
  { name: 'a string', make: () => '1,2,3,4', code: 'INVALID_VECTORS' },
  { name: 'a number', make: () => 4, code: 'INVALID_VECTORS' },
  { name: 'a plain object', make: () => ({ 0: [1, 2, 3, 4], length: 1 }), code: 'INVALID_VECTORS' },
  { name: 'a Set of rows', make: () => new Set([[1, 2, 3, 4]]), code: 'INVALID_VECTORS' },
  { name: 'an ArrayBuffer', make: () => new ArrayBuffer(16), code: 'INVALID_VECTORS' },
  { name: 'a DataView', make: () => new DataView(new ArrayBuffer(16)), code: 'INVALID_VECTORS' },
  { name: 'a BigInt64Array', make: () => new BigInt64Array(4), code: 'INVALID_VECTORS' },
  { name: 'a Uint16Array', make: () => new Uint16Array(4).fill(1), code: 'INVALID_VECTORS' },
  { name: 'an Int32Array', make: () => new Int32Array(4).fill(1), code: 'INVALID_VECTORS' },
  { name: 'a detached Float32Array', make: detached, code: 'INVALID_VECTORS' },
  {
    name: 'a flat array of plain numbers',
    make: () => [1, 2, 3, 4],
    code: 'INVALID_VECTORS',
    row: 0,
  },
  { name: 'a null row', make: () => rowsWith(2, null), code: 'INVALID_VECTORS', row: 2 },
  { name: 'a string row', make: () => rowsWith(1, 'abcd'), code: 'INVALID_VECTORS', row: 1 },
  { name: 'a missing row', make: sparse, code: 'INVALID_VECTORS', row: 3 },
  {
    name: 'a row that throws when read',
    make: () => throwingRow(2),
    code: 'INVALID_VECTORS',
    row: 2,
  },
  { name: 'a row with a hole', make: sparseRow, code: 'INVALID_VECTORS', row: 1 },
  {
    name: 'a null component',
    make: () => rowsWith(3, [1, null, 3, 4]),
    code: 'INVALID_VECTORS',
    row: 3,
  },
  {
    name: 'a string component',
    make: () => rowsWith(3, [1, '2', 3, 4]),
    code: 'INVALID_VECTORS',
    row: 3,
  },
  {
    name: 'a bigint component',
    make: () => rowsWith(3, [1, 2n, 3, 4]),
    code: 'INVALID_VECTORS',
    row: 3,
  },
  {
    name: 'rows within rows',
    make: () => rowsWith(0, [[1], [2], [3], [4]]),
    code: 'INVALID_VECTORS',
    row: 0,
  },
];

const WRONG_NUMBER: readonly BadVectors[] = [
  { name: 'NaN in the first row', make: () => flatWith(0, Number.NaN), code: 'NOT_FINITE', row: 0 },
  { name: 'NaN in the last row', make: () => flatWith(4, Number.NaN), code: 'NOT_FINITE', row: 4 },
  {
    name: 'Infinity',
    make: () => flatWith(2, Number.POSITIVE_INFINITY),
    code: 'NOT_FINITE',
    row: 2,
  },
  {
    name: '-Infinity',
    make: () => flatWith(3, Number.NEGATIVE_INFINITY),
    code: 'NOT_FINITE',
    row: 3,
  },
  {
    name: 'NaN in an array row',
    make: () => rowsWith(1, [1, 2, Number.NaN, 4]),
    code: 'NOT_FINITE',
    row: 1,
  },
  {
    name: '1e39 in an array row',
    make: () => rowsWith(2, [1, 1e39, 3, 4]),
    code: 'NOT_FINITE',
    row: 2,
  },
  {
    name: '-1e39 in a Float64Array',
    make: () => Float64Array.of(1, 2, 3, 4, 1, -1e39, 3, 4),
    code: 'NOT_FINITE',
    row: 1,
  },
  {
    name: '1e30 in a Float32Array',
    make: () => flatWith(3, 1e30),
    code: 'VALUE_TOO_LARGE',
    row: 3,
  },
  {
    name: '-1e30 in an array row',
    make: () => rowsWith(1, [1, -1e30, 3, 4]),
    code: 'VALUE_TOO_LARGE',
    row: 1,
  },
  {
    name: 'NaN in two rows',
    make: () => flatWith(1, Number.NaN).fill(Number.NaN, 16),
    code: 'NOT_FINITE',
    row: 1,
  },
];

/** Zero vectors, which have no direction: bad under cosine only. */
const ZERO_ROWS: readonly BadVectors[] = [
  { name: 'a zero row', make: () => flatWith(2, 1).fill(0, 8, 12), code: 'ZERO_VECTOR', row: 2 },
  { name: 'a zero array row', make: () => rowsWith(4, [0, 0, 0, 0]), code: 'ZERO_VECTOR', row: 4 },
  {
    name: 'a row of negative zeros',
    make: () => rowsWith(1, [-0, -0, -0, -0]),
    code: 'ZERO_VECTOR',
    row: 1,
  },
  { name: 'a zero Int8Array', make: () => new Int8Array(4), code: 'ZERO_VECTOR', row: 0 },
];

type Attempt = (target: Parameters<BadInput['call']>[0], vectors: unknown) => unknown;

function attempts(verb: string, tables: readonly BadVectors[], attempt: Attempt): BadInput[] {
  return tables.map(({ name, make, ...expected }) => ({
    name: `${verb} ${name}`,
    call: (target) => attempt(target, make()),
    ...expected,
  }));
}

const EVERY_METRIC: readonly BadVectors[] = [...WRONG_SHAPE, ...WRONG_TYPE, ...WRONG_NUMBER];

/** Everything wrong with vectors, through add and through build. */
export const VECTOR_INPUTS: readonly BadInput[] = [
  ...attempts('add', EVERY_METRIC, ({ index }, vectors) => index.add(vectors)),
  ...attempts('add under cosine', ZERO_ROWS, ({ cosine }, vectors) => cosine.add(vectors)),
  ...attempts('build from', EVERY_METRIC, ({ VectorIndex }, vectors) =>
    VectorIndex.build(vectors, { dimension: BAD_INPUT_DIMENSION }),
  ),
  ...attempts('build under cosine from', ZERO_ROWS, ({ VectorIndex }, vectors) =>
    VectorIndex.build(vectors, { dimension: BAD_INPUT_DIMENSION, metric: 'cosine' }),
  ),
];
