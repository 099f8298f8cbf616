// Tables, facts and numbers as people read them.

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatRecall,
  paintFor,
  renderFacts,
  renderTable,
} from '../../../src/output/render.ts';

const plain = paintFor({});

test('a table lines up its columns, numbers to the right and names to the left', () => {
  const columns = [
    { title: 'name', cells: ['a', 'longer'], align: 'left' as const },
    { title: 'n', cells: ['1', '1,000'] },
  ];
  expect(renderTable(columns, plain).split('\n')).toEqual([
    '  name         n',
    '  ──────   ─────',
    '  a            1',
    '  longer   1,000',
  ]);
});

test('colour does not move the columns', () => {
  const painted = paintFor({ isTTY: true, hasColors: () => true });
  const columns = [{ title: 'n', cells: ['1', '22'] }];
  const text = renderTable(columns, painted);
  expect(text).not.toBe(renderTable(columns, plain));
  expect(stripVTControlCharacters(text)).toBe(renderTable(columns, plain));
});

test.each([
  [{}, false],
  [{ isTTY: false, hasColors: () => true }, false],
  [{ isTTY: true, hasColors: () => false }, false],
  [{ isTTY: true, hasColors: () => true }, true],
])('a stream like %o gets colour: %o', (stream, hasColor) => {
  expect(paintFor(stream).bad('x') !== 'x').toBe(hasColor);
});

test('facts line up their values', () => {
  const facts = [
    ['a', '1'],
    ['bcd', '2'],
  ] as const;
  expect(renderFacts(facts, plain)).toBe('  a    1\n  bcd  2');
});

test.each([
  [0, '0 bytes'],
  [1023, '1,023 bytes'],
  [1024, '1.0 KiB'],
  [64_000_000, '61.0 MiB'],
  [2 ** 32, '4.0 GiB'],
])('%i bytes are written %s', (byteLength, text) => {
  expect(formatBytes(byteLength)).toBe(text);
});

test.each([
  [0.4234, '0.42 ms'],
  [12.34, '12.3 ms'],
  [580.5, '581 ms'],
  [999.7, '1.0 s'],
  [8123, '8.1 s'],
  [125_000, '2 min 05 s'],
])('%d milliseconds are written %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [12_345.6, '12,346'],
  [0.5234, '0.523'],
  [99.96, '100'],
  [Number.POSITIVE_INFINITY, '-'],
])('a rate of %d is written %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test.each([
  [1, '1.0000'],
  [0.99999, '0.9999'],
  [0.9968, '0.9968'],
  [0.29, '0.2900'],
])('a recall of %d is written %s', (recall, text) => {
  expect(formatRecall(recall)).toBe(text);
});

test('counts have separators between thousands', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
});
