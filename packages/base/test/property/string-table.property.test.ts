// The table of strings against a Map, and images of it that were forged.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Image, ImageError, StringTable } from '../../src/index.ts';

/** Any UTF-16 units, halves of pairs and nothing among them; few, so that they come again. */
const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'aa', '\ud800', '\udc00', '\ud800\udc00', '\0', 'é', 'e\u0301'),
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 4 }).map((units) => String.fromCharCode(...units)),
  fc.string({ maxLength: 30, unit: 'binary' }),
);

/** The table agrees with the strings by number. */
function agree(table: StringTable, strings: readonly string[]): void {
  const numbers = strings.map((_, i) => i);
  expect(table.count).toBe(strings.length);
  expect(strings.map((each) => table.find(each))).toEqual(numbers);
  expect(numbers.map((i) => table.stringOf(i))).toEqual(strings);
  expect(table.verify()).toEqual([]);
}

test('strings get the numbers that a Map would give them, also after a round trip', () => {
  const seeds = fc.constantFrom(0, 1, 2 ** 32 - 1);
  const scenario = fc.tuple(seeds, fc.array(text, { maxLength: 120 }), fc.array(text));
  fc.assert(
    fc.property(scenario, ([seed, first, second]) => {
      let table = new StringTable(seed);
      const numbers = new Map<string, number>();
      const intern = (each: string): void => {
        expect(table.find(each)).toBe(numbers.get(each) ?? -1);
        if (!numbers.has(each)) numbers.set(each, numbers.size);
        expect(table.intern(each)).toBe(numbers.get(each));
      };
      first.forEach(intern);
      agree(table, [...numbers.keys()]);
      const image = table.image();
      const before = [...numbers.keys()];
      second.forEach(intern);
      agree(table, [...numbers.keys()]);
      table = StringTable.load(image);
      agree(table, before); // the image did not hear of what came later
      numbers.clear();
      before.forEach((each, i) => {
        numbers.set(each, i);
      });
      second.forEach(intern);
      agree(table, [...numbers.keys()]);
    }),
  );
});

test('strings compare as JavaScript compares them, by UTF-16 units', () => {
  fc.assert(
    fc.property(text, text, text, (one, other, third) => {
      const table = new StringTable();
      for (const each of [third, one]) table.intern(each);
      const number = table.find(one);
      const sign = Math.sign(table.compare(number, other));
      expect(sign).toBe(one < other ? -1 : Number(one > other));
      const second = table.intern(other);
      expect(Math.sign(table.compareNumbers(number, second))).toBe(sign);
    }),
    { numRuns: 1000 },
  );
});

const STRINGS = Array.from({ length: 30 }, (_, i) => `string ${i}`);

function original(): Image {
  const table = new StringTable(5);
  for (const each of STRINGS) table.intern(each);
  return table.image();
}

test('a forged image is refused, or its table can be used without end or harm', () => {
  const value = fc.constantFrom(0, 1, 2, 29, 30, 31, 32, 255, 2 ** 31, 2 ** 32 - 1);
  const name = fc.constantFrom('ends', 'units');
  const change = fc.oneof(
    fc.record({ name, at: fc.nat({ max: 300 }), value }),
    fc.record({ name: fc.constant('count'), value: fc.oneof(value, fc.double()) }),
    fc.record({ name, length: fc.nat({ max: 300 }) }),
  );
  const forge = (changes: readonly object[]): Image => {
    const { header, arrays } = structuredClone(original()) as {
      header: Record<string, number>;
      arrays: Record<string, Uint32Array>;
    };
    for (const each of changes) {
      const { name, at, value, length } = each as Record<string, number> & { name: string };
      const array = arrays[name];
      if (array === undefined) header[name] = value as number;
      else if (at !== undefined && array.length > 0) array[at % array.length] = value as number;
      else if (length !== undefined) arrays[name] = array.slice(0, length);
    }
    return { header, arrays };
  };
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let table: StringTable;
      try {
        table = StringTable.load(forge(changes));
      } catch (error) {
        expect(error).toBeInstanceOf(ImageError);
        return;
      }
      expect(table.verify()).toEqual([]);
      const { count } = table;
      for (let i = 0; i < 200; i++) {
        const number = table.intern(`new ${i}`);
        expect(table.stringOf(number)).toBe(`new ${i}`);
        expect(number).toBe(count + i);
      }
      for (let i = 0; i < table.count; i++) expect(typeof table.stringOf(i)).toBe('string');
      expect(table.verify()).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});
