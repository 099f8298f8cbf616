// Runs and packed bits of parquet, after its description, and what they may not claim.
import { expect, test } from 'vitest';
import { walkRuns } from '../../../../src/rows/parquet/runs.ts';

function values(bytes: number[], width: number, count: number): number[] {
  const all: number[] = [];
  const place = { bytes: Uint8Array.from(bytes), start: 0, end: bytes.length, width };
  walkRuns(place, count, (value, times) => all.push(...Array(times).fill(value)));
  return all;
}

test('a run gives a value many times', () => {
  expect(values([10, 3], 2, 5)).toEqual([3, 3, 3, 3, 3]);
  expect(values([4, 0x34, 0x12], 13, 2)).toEqual([0x1234, 0x1234]);
  expect(values([2, 1, 2, 3, 255], 32, 1)).toEqual([0xff030201]);
});

test('packed values come in groups of eight, lowest bits first', () => {
  // The example of the description: 0 to 7 in three bits each.
  expect(values([3, 0b10001000, 0b11000110, 0b11111010], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(values([3, 0b10001000, 0b11000110, 0b11111010], 3, 3)).toEqual([0, 1, 2]);
  const wide = [3, ...Array.from({ length: 8 }, (_, i) => [i, 0, 0, 0x80]).flat()];
  expect(values(wide, 32, 8)).toEqual(Array.from({ length: 8 }, (_, i) => 0x8000_0000 + i));
});

test('runs and packed values follow each other', () => {
  expect(values([4, 1, 3, 0b01010101, 6, 0], 1, 13)).toEqual([
    1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0,
  ]);
});

test.each([
  ['a run longer than what is left', [12, 3], 2, 5],
  ['a run of hundreds of millions', [0xfe, 0xff, 0xff, 0xff, 0x0f, 3], 2, 5],
  ['groups far beyond what is left', [0xff, 0xff, 0x03, 0], 0, 5],
  ['packed bits cut short', [3, 0, 0], 3, 8],
  ['a value cut short', [4, 1], 13, 2],
  ['nothing', [], 1, 1],
  ['a length of too many bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0], 1, 1],
  ['bits beyond 32', [2, 0, 0, 0, 0, 0], 33, 1],
])('%s is refused', (_, bytes, width, count) => {
  expect(() => values(bytes, width, count)).toThrow();
});
