// Images that are not as a table wrote them: whatever was changed, loading says so with an error of
// ours, or the table is sound and stays so.

import type { Image, TypedArray } from '@nigh/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Columns, type Fields, FilterError } from '../../src/index.ts';
import { FIELDS } from '../support/arbitraries.ts';
import { rowsOf, select } from '../support/rows.ts';

type Images = Record<string, { header: Record<string, unknown>; arrays: Record<string, unknown> }>;

function fill(columns: Columns): void {
  for (let row = 0; row < 40; row += 1 + (row % 3)) {
    columns.set(row, {
      ...{ year: row % 7, title: `t${row % 5}`, seen: row % 2 === 0, added: new Date(row * 1e9) },
      ...{ sizes: [row, row + 1], genres: ['a', `g${row % 4}`], votes: [true], dates: [] },
    });
  }
  for (const row of [3, 9, 39]) columns.remove(row);
  columns.set(4, { genres: ['b'], sizes: [1, 2, 3] });
}

/** A deep copy that may be changed. */
function copyOf(images: Readonly<Record<string, Image>>): Images {
  return Object.fromEntries(
    Object.entries(images).map(([name, { header, arrays }]) => {
      const copies = Object.entries(arrays).map(([key, array]) => [key, array.slice()]);
      return [name, { header: structuredClone(header), arrays: Object.fromEntries(copies) }];
    }),
  );
}

const original = ((): Readonly<Record<string, Image>> => {
  const columns = Columns.create(FIELDS);
  fill(columns);
  return columns.images();
})();

const number = fc.constantFrom(
  ...[0, 1, 2, 3, 31, 63, 64, 65, 255, -1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1e300],
  ...[Number.NaN, Number.POSITIVE_INFINITY],
);

interface Change {
  readonly name: string;
  readonly act: (images: Images) => void;
}

const arrayPlace = fc.constantFrom(
  ...Object.entries(original).flatMap(([name, { arrays }]) =>
    Object.keys(arrays).map((key) => [name, key] as const),
  ),
);
const headerPlace = fc.constantFrom(
  ...Object.entries(original).flatMap(([name, { header }]) =>
    Object.keys(header).map((key) => [name, key] as const),
  ),
);

const element: fc.Arbitrary<Change> = fc
  .tuple(arrayPlace, fc.nat({ max: 200 }), number)
  .map(([[name, key], at, value]) => ({
    name: `${name}.${key}[${at}] = ${value}`,
    act: (images) => {
      const array = images[name]?.arrays[key] as TypedArray;
      if (array.length > 0) array[at % array.length] = value;
    },
  }));

const swap: fc.Arbitrary<Change> = fc
  .tuple(arrayPlace, fc.nat({ max: 200 }), fc.nat({ max: 200 }))
  .map(([[name, key], one, other]) => ({
    name: `${name}.${key}: ${one} and ${other} swapped`,
    act: (images) => {
      const array = images[name]?.arrays[key] as TypedArray;
      if (array.length === 0) return;
      const [a, b] = [one % array.length, other % array.length];
      [array[a], array[b]] = [array[b], array[a]];
    },
  }));

const lengths: fc.Arbitrary<Change> = fc
  .tuple(arrayPlace, fc.constantFrom(0, 0.5, 0.9, 1.1, 2, 40))
  .map(([[name, key], factor]) => ({
    name: `${name}.${key}: ${factor} times as long`,
    act: (images) => {
      const arrays = images[name]?.arrays as Record<string, TypedArray>;
      const array = arrays[key] as TypedArray;
      const Kind = array.constructor as new (length: number) => TypedArray;
      const copy = new Kind(Math.ceil(array.length * factor));
      copy.set(array.subarray(0, copy.length));
      arrays[key] = copy;
    },
  }));

const kinds: fc.Arbitrary<Change> = fc
  .tuple(
    arrayPlace,
    fc.constantFrom<unknown>([], {}, null, 5, new Int8Array(3), new Uint32Array(3)),
  )
  .map(([[name, key], value]) => ({
    name: `${name}.${key} = ${value}`,
    act: (images) => {
      (images[name] as Images[string]).arrays[key] = value;
    },
  }));

const headers: fc.Arbitrary<Change> = fc
  .tuple(headerPlace, fc.oneof(number, fc.constantFrom<unknown>('x', null, [], ['year'], true, {})))
  .map(([[name, key], value]) => ({
    name: `${name}.${key} = ${JSON.stringify(value)}`,
    act: (images) => {
      (images[name] as Images[string]).header[key] = value;
    },
  }));

const missing: fc.Arbitrary<Change> = fc.constantFrom(...Object.keys(original)).chain((name) =>
  fc.constantFrom<unknown>(undefined, null, 5, { header: {}, arrays: {} }).map((value) => ({
    name: `${name} = ${value}`,
    act: (images: Images) => {
      images[name] = value as Images[string];
    },
  })),
);

const change = fc.oneof(
  { weight: 10, arbitrary: element },
  { weight: 3, arbitrary: swap },
  { weight: 2, arbitrary: lengths },
  { weight: 1, arbitrary: kinds },
  { weight: 4, arbitrary: headers },
  { weight: 1, arbitrary: missing },
);

function loadOrRefuse(images: Images, fields: Fields): Columns | undefined {
  try {
    return Columns.load(images as unknown as Record<string, Image>, fields);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    expect(error.code).toBe('COLUMNS_CORRUPT');
    return undefined;
  }
}

const FILTERS = [
  ...[{ year: { $gte: 2 } }, { title: 't1' }, { title: { $in: ['t1', 't2', 'x'] } }],
  ...[{ title: { $lt: 't2' } }, { seen: true }, { added: null }, { sizes: { $in: [1, 3] } }],
  ...[{ genres: 'a' }, { genres: { $gt: 'a' } }, { votes: true }, { dates: { $exists: true } }],
];

/** Everything can be done with the table, and it is sound afterwards. */
function use(columns: Columns): void {
  expect(columns.verify()).toEqual([]);
  const live = rowsOf(columns.live);
  expect(live).toHaveLength(columns.count);
  for (const filter of FILTERS) {
    const rows = [...select(columns, filter), ...select(columns, { $not: filter })];
    expect(rows.sort((a, b) => a - b)).toEqual(live);
  }
  for (const row of live) columns.remove(row);
  expect(columns.count).toBe(0);
  fill(columns);
  for (let row = 0; row < 100; row++)
    columns.set(row, { title: `new ${row}`, genres: [`n${row}`] });
  expect(select(columns, { title: 'new 42' })).toEqual([42]);
  expect(select(columns, { genres: 'n7' })).toEqual([7]);
  expect(columns.verify()).toEqual([]);
  expect(Columns.load(columns.images(), FIELDS).verify()).toEqual([]);
}

test('an image without a change is loaded', () => {
  const columns = loadOrRefuse(copyOf(original), FIELDS);
  expect(columns).toBeDefined();
  use(columns as Columns);
});

test('an image with any change is refused, or its table is sound', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const images = copyOf(original);
      for (const { act } of changes) {
        try {
          act(images);
        } catch {} // an earlier change took away what this one is about
      }
      const columns = loadOrRefuse(images, FIELDS);
      if (columns !== undefined) use(columns);
    }),
    { numRuns: 3000 },
  );
});

/** The error of the image after a change. */
function refusal(act: (images: Images) => void): string {
  const images = copyOf(original);
  act(images);
  try {
    Columns.load(images as unknown as Record<string, Image>, FIELDS);
  } catch (error) {
    return `${(error as FilterError).details.reason}`;
  }
  return 'loaded';
}

test('what is wrong is said', () => {
  const nameOf = (field: string): string => `column-${Object.keys(FIELDS).indexOf(field)}`;
  const array = (images: Images, field: string, key: string, end = ''): TypedArray =>
    images[`${nameOf(field)}${end}`]?.arrays[key] as TypedArray;
  const set =
    (field: string, key: string, value: number, end = '') =>
    (images: Images): void => {
      array(images, field, key, end)[0] = value;
    };
  expect(refusal(set('year', 'values', Number.POSITIVE_INFINITY))).toMatch(/not finite/);
  expect(refusal(set('added', 'values', Number.NEGATIVE_INFINITY))).toMatch(/not finite/);
  expect(refusal(set('title', 'values', 6))).toMatch(/string 5 of 5/);
  expect(refusal(set('seen', 'values', 3))).toMatch(/no boolean/);
  expect(refusal(set('sizes', 'starts', 1))).toMatch(/not its own/);
  expect(refusal(set('sizes', 'sizes', 2 ** 32 - 1))).toMatch(/not its own/);
  expect(refusal(set('sizes', 'owners', 2 ** 32 - 1))).toMatch(/not its own/);
  expect(refusal(set('genres', 'values', 99))).toMatch(/string 98 of/);
  expect(refusal(set('genres', 'values', 0))).toMatch(/not its own/);
  const ofNobody = (images: Images): void => {
    array(images, 'genres', 'values')[4] = 1; // was row 3's
  };
  expect(refusal(ofNobody)).toMatch(/elements, of which/);
  const twice = (images: Images): void => {
    const units = array(images, 'title', 'units', '-strings');
    units.copyWithin(2, 0, 2); // t0, then what was t1
  };
  expect(refusal(twice)).toMatch(/string 1 is string 0 again/);
  expect(
    refusal((images) => {
      (images.table as Images[string]).header.count = 1;
    }),
  ).toMatch(/rows are live, not 1/);
  expect(
    refusal((images) => {
      (images.table as Images[string]).header.format = 2;
    }),
  ).toMatch(/format/);
  expect(
    refusal((images) => {
      ((images.table as Images[string]).arrays.live as Uint32Array)[1] = 2 ** 31;
    }),
  ).toMatch(/live/);
  expect(
    refusal((images) => {
      delete images[nameOf('year')];
    }),
  ).toMatch(/missing/);
  expect(
    refusal((images) => {
      (images[nameOf('year')] as Images[string]).header.type = 'date';
    }),
  ).toMatch(/not of type number/);
  expect(refusal(() => {})).toBe('loaded');
});

test('images are for the fields they were saved with, in any order', () => {
  const turned = Object.fromEntries(Object.entries(FIELDS).reverse()) as Fields;
  const columns = loadOrRefuse(copyOf(original), turned) as Columns;
  expect(select(columns, { title: 't1' }).length).toBeGreaterThan(0);
  const { year, ...fewer } = FIELDS;
  for (const fields of [fewer, { ...FIELDS, more: 'number' }, { ...FIELDS, year: 'string' }, {}]) {
    expect(loadOrRefuse(copyOf(original), fields as Fields)).toBe(undefined);
  }
  expect(year).toBe('number');
});
