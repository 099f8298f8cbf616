// Many strings, long strings, and what is wrong with an image of them.

import { expect, test } from 'vitest';
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
  const table = new StringTable();
  const strings = Array.from({ length: 38 }, (_, i) => `${i}`); // as many as 64 slots hold
  for (const text of strings) table.intern(text);
  expect(table.image().arrays.slots).toHaveLength(64);
  expect(strings.map((text) => table.find(text))).toEqual(strings.map((_, i) => i));
  table.intern('one more');
  expect(table.image().arrays.slots).toHaveLength(128);
});

test('the seed changes where strings are, not what they are', () => {
  const slots = [1, 2].map((seed) => {
    const table = new StringTable(seed);
    for (const text of ['a', 'b', 'c']) table.intern(text);
    return [...(table.image().arrays.slots as Uint32Array)];
  });
  expect(slots[0]).not.toEqual(slots[1]);
});

test('what is wrong with an image is said', () => {
  const table = new StringTable(3);
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
  const slots = (change: (copy: Uint32Array) => void): object => {
    const copy = (arrays.slots as Uint32Array).slice();
    change(copy);
    return { arrays: { slots: copy } };
  };
  expect(reason({})).toBe('loaded');
  expect(reason({ header: { count: 2 } })).toBe('array ends has 3 elements, not 2');
  expect(reason({ header: { count: -1 } })).toMatch(/^count is -1/);
  expect(reason({ header: { seed: 4 } })).toMatch(/^string \d is found as/);
  expect(reason({ arrays: { ends: Uint32Array.of(1, 0, 3) } })).toBe(
    'string 1 ends before it begins',
  );
  expect(reason({ arrays: { units: new Uint16Array(4) } })).toBe('4 units, not 3');
  expect(reason({ arrays: { hashes: new Uint32Array(3) } })).toMatch(/is found as -1/);
  expect(reason({ arrays: { slots: new Uint32Array(65) } })).toMatch(/65 slots cannot hold/);
  expect(reason({ arrays: { slots: new Uint32Array(4) } })).toMatch(/4 slots cannot hold/);
  expect(reason(slots((copy) => copy.fill(4, 0, 1)))).toMatch(/slot 0 points to string 3|are used/);
  expect(reason(slots((copy) => copy.fill(0)))).toBe('0 slots are used for 3 strings');
  expect(reason(slots((copy) => copy.fill(1)))).toBe('64 slots are used for 3 strings');
  expect(reason({ arrays: { units: Uint32Array.of(1, 2, 3) } })).toBe('array units is Uint32Array');
});

test('a table that gets no memory is as it was before', () => {
  const table = new StringTable();
  for (let i = 0; i < 38; i++) table.intern(`${i}`);
  const original = globalThis.SharedArrayBuffer;
  globalThis.SharedArrayBuffer = class {
    constructor() {
      throw new RangeError('no memory');
    }
  } as unknown as typeof SharedArrayBuffer;
  try {
    for (let i = 0; i < 100; i++) expect(() => table.intern(`new ${i}`)).toThrow(RangeError);
  } finally {
    globalThis.SharedArrayBuffer = original;
  }
  expect([table.count, table.find('new 0'), table.verify()]).toEqual([38, -1, []]);
  expect(table.intern('new 0')).toBe(38);
});
