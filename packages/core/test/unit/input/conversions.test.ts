// What callers may hand over: every accepted kind of vectors holds the same numbers afterwards, and
// nothing the caller does to its arrays after the call is seen.

import { describe, expect, test } from 'vitest';
import { type Query, VectorIndex, type Vectors } from '../../../src/index.ts';
import { MANNERS } from './target.ts';

const WHOLE = [1, -2, 3, 0, 5, -128, 127, 8, 9, 10, 11, 12];
const POSITIVE = [1, 2, 3, 0, 5, 255, 127, 8, 9, 10, 11, 12];
const FRACTIONS = [0.1, -2.5, 3e10, 1e-40, 5, 1 / 3, 7, 8, -0, 10.5, 11, 12];

function rowsOf<Row>(values: readonly number[], make: (row: number[]) => Row): Row[] {
  return [0, 4, 8].map((start) => make(values.slice(start, start + 4)));
}

function sharedFloats(values: readonly number[]): Float32Array {
  const floats = new Float32Array(new SharedArrayBuffer(4 * values.length));
  floats.set(values);
  return floats;
}

/** A view that does not begin where its buffer does. */
function inside(values: readonly number[]): Float32Array {
  const floats = new Float32Array(values.length + 9).fill(Number.NaN);
  floats.set(values, 5);
  return floats.subarray(5, 5 + values.length);
}

interface Kind {
  readonly name: string;
  readonly values: readonly number[];
  readonly make: (values: readonly number[]) => Vectors;
}

const KINDS: readonly Kind[] = [
  { name: 'a Float32Array', values: FRACTIONS, make: (values) => Float32Array.from(values) },
  { name: 'a Float64Array', values: FRACTIONS, make: (values) => Float64Array.from(values) },
  { name: 'an Int8Array', values: WHOLE, make: (values) => Int8Array.from(values) },
  { name: 'a Uint8Array', values: POSITIVE, make: (values) => Uint8Array.from(values) },
  { name: 'a Buffer', values: POSITIVE, make: (values) => Buffer.from(values) },
  { name: 'shared memory', values: FRACTIONS, make: sharedFloats },
  { name: 'a part of a larger buffer', values: FRACTIONS, make: inside },
  { name: 'rows of numbers', values: FRACTIONS, make: (values) => rowsOf(values, (row) => row) },
  {
    name: 'rows of Float32Array',
    values: FRACTIONS,
    make: (values) => rowsOf(values, (row) => Float32Array.from(row)),
  },
  {
    name: 'rows of Float64Array',
    values: FRACTIONS,
    make: (values) => rowsOf(values, (row) => Float64Array.from(row)),
  },
  {
    name: 'rows of Int8Array',
    values: WHOLE,
    make: (values) => rowsOf(values, (row) => Int8Array.from(row)),
  },
  {
    name: 'rows of different kinds',
    values: POSITIVE,
    make: (values) => [
      values.slice(0, 4),
      Uint8Array.from(values.slice(4, 8)),
      Float64Array.from(values.slice(8)),
    ],
  },
];

/** All numbers of an index. */
function contents(index: VectorIndex): number[] {
  return Array.from({ length: index.count }, (_, node) => [...index.getVector(node)]).flat();
}

const asFloats = (values: readonly number[]): number[] => [...Float32Array.from(values)];

describe.each(MANNERS)('in $name', ({ options }) => {
  const settings = { dimension: 4, threads: 1, flatThreshold: 0, ...options };

  test.each(KINDS)('$name holds its numbers, built, added and searched', async (kind) => {
    const { values, make } = kind;
    const built = await VectorIndex.build(make(values), settings);
    const added = VectorIndex.create({ ...settings, capacity: 2 });
    expect(await added.add(make(values))).toEqual({ first: 0, count: 3 });
    for (const index of [built, added]) {
      expect(contents(index)).toEqual(asFloats(values));
      const batch = await index.searchBatch(make(values), 1);
      expect([...batch.nodes]).toEqual([0, 1, 2]);
      expect([...batch.distances]).toEqual([0, 0, 0]);
    }
  });

  test('nothing a caller does to its array after the call is seen', async () => {
    const vectors = Float32Array.from(FRACTIONS);
    const building = VectorIndex.build(vectors, settings);
    vectors.fill(Number.NaN);
    const index = await building;

    const more = sharedFloats(WHOLE);
    const adding = index.add(more);
    more.fill(-7);
    await adding;

    const rows = rowsOf(POSITIVE, (row) => row);
    const addingRows = index.add(rows);
    for (const row of rows) row.fill(Number.POSITIVE_INFINITY);
    rows.length = 0;
    await addingRows;
    expect(contents(index)).toEqual(asFloats([...FRACTIONS, ...WHOLE, ...POSITIVE]));

    const queries = Float32Array.from(WHOLE);
    const searching = index.searchBatch(queries, 1);
    queries.fill(Number.NaN);
    expect([...(await searching).nodes]).toEqual([3, 4, 5]);
    expect(index.verify()).toEqual([]);
  });

  test('a buffer given away after the call is not missed', async () => {
    const vectors = Float32Array.from(WHOLE);
    const building = VectorIndex.build(vectors, settings);
    structuredClone(vectors, { transfer: [vectors.buffer] });
    const index = await building;
    const queries = Float32Array.from(WHOLE);
    const searching = index.searchBatch(queries, 1);
    structuredClone(queries, { transfer: [queries.buffer] });
    expect([...(await searching).nodes]).toEqual([0, 1, 2]);
  });

  test('what is returned belongs to the caller', async () => {
    const index = await VectorIndex.build(Float32Array.from(WHOLE), settings);
    index.getVector(1).fill(Number.NaN);
    const { nodes, distances } = index.search(WHOLE.slice(0, 4), 3);
    nodes.fill(99);
    distances.fill(Number.NaN);
    expect(contents(index)).toEqual(WHOLE);
    expect(index.search(WHOLE.slice(0, 4), 3).nodes[0]).toBe(0);
  });
});

test('every kind of query gives the same answer', async () => {
  const index = await VectorIndex.build(Float32Array.from(WHOLE), { dimension: 4, threads: 1 });
  const query = [5, 100, 127, 8];
  const expected = index.search(query, 3);
  const kinds: readonly Query[] = [
    Float32Array.from(query),
    Float64Array.from(query),
    Int8Array.from(query),
    Uint8Array.from(query),
    sharedFloats(query),
    inside(query),
  ];
  for (const kind of kinds) expect(index.search(kind, 3)).toEqual(expected);
});

test('no vectors are no error', async () => {
  const index = await VectorIndex.build([], { dimension: 4, threads: 1 });
  expect(index.count).toBe(0);
  for (const nothing of [[], new Float32Array(0), new Int8Array(0)]) {
    expect(await index.add(nothing)).toEqual({ first: 0, count: 0 });
    const batch = await index.searchBatch(nothing, 5);
    expect(batch.lengths.length).toBe(0);
  }
  expect(index.search([1, 2, 3, 4], 5).nodes.length).toBe(0);
  expect(index.verify()).toEqual([]);
});

test('cosine keeps the direction and takes any length that float32 can hold', async () => {
  for (const length of [1e-44, 1e-20, 1, 1e20, 3e38]) {
    const vectors = [
      [length, 0, 0, 0],
      [0, -length, 0, 0],
    ];
    const index = await VectorIndex.build(vectors, { dimension: 4, metric: 'cosine', threads: 1 });
    expect(contents(index)).toEqual([1, 0, 0, 0, 0, -1, 0, 0]);
  }
});
