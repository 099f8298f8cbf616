// Many strings, long strings, and what is wrong with an image of them.

import { withoutSharedMemory } from '@nigh/testkit';
import { expect, test, vi } from 'vitest';
import { type Image, imageBytes, StringTable } from '../../src/index.ts';

test('100,000 strings are found, in the table and in one that was loaded', () => {
  const table = new StringTable();
  const strings = Array.from({ length: 100_000 }, (_, i) => `${i % 7}/${i.toString(36)}\ud800`);
  strings.forEach((text, i) => {
    if (table.intern(text) !== i) throw new Error(`${text} is not ${i}`);
  });
  const loaded = StringTable.load(table.image());
  for (const each of [table, loaded]) {
    expect(each.count).toBe(100_000);
    expect(strings.every((text, i) => each.find(text) === i)).toBe(true);
    expect(strings.every((text, i) => each.stringOf(i) === text)).toBe(true);
    expect(each.find('nothing')).toBe(-1);
    expect(each.verify()).toEqual([]);
  }
  expect(table.byteLength).toBeGreaterThanOrEqual(imageBytes(table.image()));
  expect(table.byteLength).toBeLessThan(8e6);
});

test('strings of a million units come back as they were', () => {
  const table = new StringTable();
  const long = Array.from({ length: 1_000_000 }, (_, i) => String.fromCharCode(i % 65_536)).join(
    '',
  );
  const almost = `${long.slice(0, -1)}x`;
  expect([table.intern(long), table.intern(''), table.intern(almost)]).toEqual([0, 1, 2]);
  expect(table.stringOf(0) === long && table.stringOf(2) === almost).toBe(true);
  expect([table.find(long), table.find(almost), table.find(long.slice(1))]).toEqual([0, 2, -1]);
  expect(table.stringOf(1)).toBe('');
});

test('strings of one hash slot do not hide one another', () => {
  for (let seed = 0; seed < 20; seed++) {
    const table = new StringTable(seed);
    const { byteLength } = table;
    const strings = Array.from({ length: 38 }, (_, i) => `${i}`); // as many as 64 slots hold
    for (const text of strings) table.intern(text);
    expect(strings.map((text) => table.find(text))).toEqual(strings.map((_, i) => i));
    expect(StringTable.load(table.image()).verify()).toEqual([]);
    expect(table.byteLength - byteLength).toBeLessThan(700); // 64 slots still;
    table.intern('one more');
    expect(table.find('one more')).toBe(38);
  }
});

test('an image has the strings alone: equal tables have equal images', () => {
  const images = [1, 2].map((seed) => {
    const table = new StringTable(seed);
    for (const text of ['a', 'bc', '']) table.intern(text);
    return table.image();
  });
  expect(images[0]).toEqual(images[1]);
  expect(StringTable.load(images[0] as Image).image()).toEqual(images[1]);
  expect(Object.keys(images[0]?.arrays ?? {})).toEqual(['ends', 'units']);
  expect(images[0]?.header).toEqual({ count: 3 });
});

test('hashes of every table start from a number that nobody can foretell, also when loaded', () => {
  const draw = vi.spyOn(globalThis.crypto, 'getRandomValues');
  const table = new StringTable();
  expect(draw).toHaveBeenCalledTimes(1);
  table.intern('a');
  StringTable.load(table.image());
  expect(draw).toHaveBeenCalledTimes(2);
  draw.mockRestore();
});

test('what is wrong with an image is said', () => {
  const table = new StringTable();
  for (const text of ['a', 'bc', '']) table.intern(text);
  const { header, arrays } = table.image();
  const reason = (image: { header?: object; arrays?: object }): string => {
    try {
      const whole = {
        header: { ...header, ...image.header },
        arrays: { ...arrays, ...image.arrays },
      };
      return StringTable.load(whole as Image).verify()[0] ?? 'loaded';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const units = (text: string): object => {
    return { units: Uint16Array.from(text, (char) => char.charCodeAt(0)) };
  };
  expect(reason({})).toBe('loaded');
  expect(reason({ header: { count: 2 } })).toBe('array ends has 3 elements, not 2');
  expect(reason({ header: { count: -1 } })).toMatch(/^count is -1/);
  expect(reason({ arrays: { ends: Uint32Array.of(1, 0, 3) } })).toBe(
    'string 1 ends before it begins',
  );
  expect(reason({ arrays: { units: new Uint16Array(4) } })).toBe('4 units, not 3');
  expect(reason({ arrays: { ends: Uint32Array.of(1, 2, 3), ...units('aba') } })).toBe(
    'string 2 is string 0 again',
  );
  expect(reason({ arrays: { ends: Uint32Array.of(0, 3, 3) } })).toBe('string 2 is string 0 again');
  expect(reason({ arrays: { units: Uint32Array.of(1, 2, 3) } })).toBe(
    'array units is uint32, not uint16',
  );
});

test('a table that gets no memory is as it was before', () => {
  const table = new StringTable();
  for (let i = 0; i < 38; i++) table.intern(`${i}`);
  withoutSharedMemory(() => {
    for (let i = 0; i < 100; i++) expect(() => table.intern(`new ${i}`)).toThrow(RangeError);
  });
  expect([table.count, table.find('new 0'), table.verify()]).toEqual([38, -1, []]);
  expect(table.intern('new 0')).toBe(38);
});
